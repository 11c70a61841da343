import type { GraphNode } from "./workflow-graph.ts";

/** A place in a row of a drawing: of a node, or a lane through which lines pass the row. */
export type Place = { readonly id: string; readonly node?: GraphNode };

/** The way of a line, by the ids of its places: from its node through lanes, one in each row between, to its node. */
export type Route = { readonly from: string; readonly to: string; readonly lanes: readonly string[] };

export type Rows = { readonly rows: readonly (readonly Place[])[]; readonly routes: readonly Route[] };

type WidthOf = (node: GraphNode) => number;

/** A row of boxes is not made wider than this, in pixels; its lanes may add to it. */
const widestRow = 960;
/** How many rows all lines together may pass in lanes: each is a place that is laid out, and a part of a path. */
const mostPassed = 6000;
/** The order settles in a few rounds; more change hardly anything. */
const rounds = 3;

/**
 * Puts the nodes of a workflow into rows, each below all that it waits for, inputs right above the first step that takes them.
 * Lines that pass rows get lanes there: one for all that begin at the same node, else one for all that end at the same. Each row is
 * in an order in which few lines cross.
 */
export function rowsOf(nodes: readonly GraphNode[], widthOf: WidthOf): Rows {
  const boxes = byLevel(nodes).flatMap((level) => inRows(level, widthOf));
  const routes = routesOf(boxes);
  const lanes = boxes.map(() => new Set<string>());
  const rowOf = rowNumbers(boxes);
  for (const { from, lanes: passed } of routes) {
    for (const [index, id] of passed.entries()) lanes[(rowOf.get(from) ?? 0) + 1 + index]?.add(id);
  }
  const rows = boxes.map((row, index) => [
    ...row.map((node): Place => ({ id: node.id, node })),
    ...[...(lanes[index] ?? [])].map((id): Place => ({ id })),
  ]);
  return { rows: ordered(rows, routes), routes };
}

function rowNumbers(rows: readonly (readonly GraphNode[])[]): ReadonlyMap<string, number> {
  return new Map(rows.flatMap((row, index) => row.map(({ id }) => [id, index] as const)));
}

/**
 * Nodes that wait for each other in a circle, which no checked workflow has, get no line upwards. Where lines pass more rows than
 * anybody could follow, they go straight to their ends, behind boxes.
 */
function routesOf(rows: readonly (readonly GraphNode[])[]): readonly Route[] {
  const rowOf = rowNumbers(rows);
  const lines = rows.flat().flatMap(({ id: to, needs }) =>
    needs.flatMap((from) => {
      const [above, below] = [rowOf.get(from), rowOf.get(to)];
      return above === undefined || below === undefined || above >= below ? [] : [{ from, to, above, below }];
    }),
  );
  const passed = lines.reduce((sum, { above, below }) => sum + below - above - 1, 0);
  if (passed > mostPassed) return lines.map(({ from, to }) => ({ from, to, lanes: [] }));
  const longFrom = new Map<string, number>();
  for (const { from, above, below } of lines) {
    if (below - above > 1) longFrom.set(from, (longFrom.get(from) ?? 0) + 1);
  }
  return lines.map(({ from, to, above, below }) => {
    const name = (longFrom.get(from) ?? 0) > 1 ? `from ${from}` : `to ${to}`;
    const lanes = Array.from({ length: below - above - 1 }, (_, index) => `lane ${above + 1 + index} ${name}`);
    return { from, to, lanes };
  });
}

/** Sorts each row by the middle of what its places lead from and to, from the top down and back. */
function ordered(rows: readonly (readonly Place[])[], routes: readonly Route[]): readonly (readonly Place[])[] {
  const { above, below } = neighboursOf(routes);
  const sorted = rows.map((row) => row);
  const middles = new Map<string, number>();
  const place = (row: readonly Place[]) => {
    for (const [index, { id }] of row.entries()) middles.set(id, (index + 0.5) / row.length);
  };
  for (const row of sorted) place(row);
  const sort = (index: number, neighbours: Neighbours) => {
    const row = sorted[index] ?? [];
    const keys = new Map(row.map(({ id }) => [id, middleOf(neighbours.get(id) ?? [], middles, id)]));
    const next = row.toSorted((one, other) => (keys.get(one.id) ?? 0) - (keys.get(other.id) ?? 0));
    sorted[index] = next;
    place(next);
  };
  for (let round = 0; round < rounds; round += 1) {
    for (let index = 1; index < sorted.length; index += 1) sort(index, above);
    for (let index = sorted.length - 2; index >= 0; index -= 1) sort(index, below);
  }
  return sorted;
}

export type Neighbours = ReadonlyMap<string, readonly string[]>;

/** Lists for each place those above and below that lines join it to, once for each line: a lane of many lines weighs more. */
export function neighboursOf(routes: readonly Route[]): { readonly above: Neighbours; readonly below: Neighbours } {
  const above = new Map<string, string[]>();
  const below = new Map<string, string[]>();
  for (const { from, to, lanes } of routes) {
    const way = [from, ...lanes, to];
    for (const [index, id] of way.entries()) {
      const next = way[index + 1];
      if (next === undefined) continue;
      addTo(below, id, next);
      addTo(above, next, id);
    }
  }
  return { above, below };
}

function addTo(lists: Map<string, string[]>, id: string, other: string): void {
  const known = lists.get(id);
  if (known === undefined) lists.set(id, [other]);
  else known.push(other);
}

function middleOf(ids: readonly string[], middles: ReadonlyMap<string, number>, own: string): number {
  const known = ids.flatMap((id) => middles.get(id) ?? []);
  if (known.length === 0) return middles.get(own) ?? 0;
  return known.reduce((sum, middle) => sum + middle, 0) / known.length;
}

function byLevel(nodes: readonly GraphNode[]): readonly (readonly GraphNode[])[] {
  const levels = levelsOf(nodes);
  const rows: GraphNode[][] = [];
  for (const node of nodes) {
    const level = levels.get(node.id) ?? 0;
    rows[level] = [...(rows[level] ?? []), node];
  }
  return rows.filter((row) => row !== undefined && row.length > 0);
}

/** Counts the nodes above each; nodes that wait for each other in a circle count as free. */
function levelsOf(nodes: readonly GraphNode[]): ReadonlyMap<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const levels = new Map<string, number>();
  const first = nodes.some(({ kind }) => kind === "input") ? 1 : 0;
  const levelOf = (id: string): number => {
    const known = levels.get(id);
    if (known !== undefined) return known;
    const node = byId.get(id);
    if (node === undefined || node.kind === "input") return 0;
    levels.set(id, first);
    const level = Math.max(first, ...node.needs.map((need) => 1 + levelOf(need)));
    levels.set(id, level);
    return level;
  };
  for (const { id } of nodes) levelOf(id);
  const users = new Map<string, number[]>();
  for (const { id, needs } of nodes) {
    for (const need of needs) users.set(need, [...(users.get(need) ?? []), levelOf(id)]);
  }
  for (const { id, kind } of nodes) {
    const below = users.get(id) ?? [];
    if (kind === "input") levels.set(id, below.length === 0 ? 0 : Math.max(0, Math.min(...below) - 1));
  }
  return levels;
}

/** Breaks a level that is wider than a page. */
function inRows(level: readonly GraphNode[], widthOf: WidthOf): readonly (readonly GraphNode[])[] {
  const rows: GraphNode[][] = [[]];
  let width = 0;
  for (const node of level) {
    const own = widthOf(node);
    if (width + own > widestRow && width > 0) {
      rows.push([]);
      width = 0;
    }
    rows.at(-1)?.push(node);
    width += own;
  }
  return rows;
}
