import type { GraphNode } from "./workflow-graph.ts";

/** A node at its place. Lengths are pixels of the drawing. */
export type GraphBox = {
  readonly node: GraphNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The steps inside are drawn on top of it. */
  readonly isGroup: boolean;
};

/** A drawing: what is drawn first lies below. `lines` are paths of SVG. */
export type GraphLayout = {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly GraphBox[];
  readonly lines: readonly string[];
};

const boxHeight = 36;
const gapAcross = 24;
const gapDown = 40;
const margin = 12;
const groupHead = 28;
const [leastWidth, mostWidth] = [96, 220];
const characterWidth = 7.5;
const widestLine = 960;
/** Groups in groups beyond this are drawn as one box. */
const maxDepth = 4;

/**
 * Lays a workflow out from top to bottom: each node below all that it waits for, inputs right above the first step that takes
 * them, inner workflows as groups. Lines that cross are made fewer by one pass down and one up.
 */
export function layOut(nodes: readonly GraphNode[], depth = 0): GraphLayout {
  const inner = new Map<string, GraphLayout>();
  for (const node of nodes) {
    if (node.inner !== undefined && depth < maxDepth) inner.set(node.id, layOut(node.inner, depth + 1));
  }
  const sizes = new Map(nodes.map((node) => [node.id, sizeOf(node, inner.get(node.id))]));
  const sizeAt = ({ id }: GraphNode) => sizes.get(id) ?? { width: leastWidth, height: boxHeight };
  const lines = orderedLevels(nodes).flatMap((level) => inLines(level, (node) => sizeAt(node).width));
  const widthOf = (line: readonly GraphNode[]) =>
    line.reduce((sum, node) => sum + sizeAt(node).width + gapAcross, -gapAcross);
  const width = lines.reduce((most, line) => Math.max(most, widthOf(line)), 0) + 2 * margin;
  const boxes = new Map<string, GraphBox>();
  let y = margin;
  for (const line of lines) {
    let x = (width - widthOf(line)) / 2;
    for (const node of line) {
      const size = sizeAt(node);
      boxes.set(node.id, { node, x, y, ...size, isGroup: inner.has(node.id) });
      x += size.width + gapAcross;
    }
    y += Math.max(...line.map((node) => sizeAt(node).height)) + gapDown;
  }
  const own = [...boxes.values()];
  const inside = own.map((box) => moved(inner.get(box.node.id), box));
  return {
    width,
    height: lines.length === 0 ? 2 * margin : y - gapDown + margin,
    boxes: [...own, ...inside.flatMap((one) => one.boxes)],
    lines: [
      ...own.flatMap((box) => box.node.needs.flatMap((need) => lineBetween(boxes.get(need), box))),
      ...inside.flatMap((one) => one.lines),
    ],
  };
}

type Size = { readonly width: number; readonly height: number };

function sizeOf(node: GraphNode, inner: GraphLayout | undefined): Size {
  const ofTitle = Math.min(mostWidth, Math.max(leastWidth, node.title.length * characterWidth + 44));
  if (inner === undefined) return { width: ofTitle, height: boxHeight };
  return { width: Math.max(ofTitle, inner.width), height: inner.height + groupHead };
}

/** Moves the drawing of an inner workflow into its group. */
function moved(inner: GraphLayout | undefined, box: GraphBox): Pick<GraphLayout, "boxes" | "lines"> {
  if (inner === undefined) return { boxes: [], lines: [] };
  const [dx, dy] = [box.x + (box.width - inner.width) / 2, box.y + groupHead];
  return {
    boxes: inner.boxes.map((one) => ({ ...one, x: one.x + dx, y: one.y + dy })),
    lines: inner.lines.map((line) => movedLine(line, dx, dy)),
  };
}

function movedLine(line: string, dx: number, dy: number): string {
  return line.replaceAll(
    /(-?[\d.]+) (-?[\d.]+)/g,
    (_, x: string, y: string) => `${round(Number(x) + dx)} ${round(Number(y) + dy)}`,
  );
}

function lineBetween(from: GraphBox | undefined, to: GraphBox): readonly string[] {
  if (from === undefined) return [];
  const [x1, y1] = [round(from.x + from.width / 2), round(from.y + from.height)];
  const [x2, y2] = [round(to.x + to.width / 2), round(to.y)];
  const middle = round((y1 + y2) / 2);
  return [`M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`];
}

function round(length: number): number {
  return Math.round(length * 10) / 10;
}

/** Puts the nodes of each level in an order, by the middle of what they wait for, then of what waits for them. */
function orderedLevels(nodes: readonly GraphNode[]): readonly (readonly GraphNode[])[] {
  const levels = levelsOf(nodes);
  const rows: GraphNode[][] = [];
  for (const node of nodes) {
    const level = levels.get(node.id) ?? 0;
    rows[level] = [...(rows[level] ?? []), node];
  }
  const places = new Map<string, number>();
  const place = (row: readonly GraphNode[]) => {
    for (const [index, { id }] of row.entries()) places.set(id, (index + 0.5) / row.length);
  };
  for (const row of rows) place(row ?? []);
  const users = usersOf(nodes);
  const sort = (level: number, neighbours: (node: GraphNode) => readonly string[]) => {
    const keys = new Map((rows[level] ?? []).map((node) => [node.id, middleOf(neighbours(node), places, node.id)]));
    rows[level] = (rows[level] ?? []).toSorted((one, other) => (keys.get(one.id) ?? 0) - (keys.get(other.id) ?? 0));
    place(rows[level] ?? []);
  };
  for (let level = 1; level < rows.length; level += 1) sort(level, (node) => node.needs);
  for (let level = rows.length - 2; level >= 0; level -= 1) sort(level, ({ id }) => users.get(id) ?? []);
  return rows.filter((row) => row !== undefined && row.length > 0);
}

function middleOf(ids: readonly string[], places: ReadonlyMap<string, number>, own: string): number {
  const known = ids.flatMap((id) => places.get(id) ?? []);
  if (known.length === 0) return places.get(own) ?? 0;
  return known.reduce((sum, place) => sum + place, 0) / known.length;
}

function usersOf(nodes: readonly GraphNode[]): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>();
  for (const { id, needs } of nodes) {
    for (const need of needs) users.set(need, [...(users.get(need) ?? []), id]);
  }
  return users;
}

/** Counts the nodes above each; nodes that wait for each other in a circle, which no checked workflow has, count as free. */
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
  const users = usersOf(nodes);
  for (const { id, kind } of nodes) {
    const above = (users.get(id) ?? []).map((user) => levelOf(user) - 1);
    if (kind === "input") levels.set(id, above.length === 0 ? 0 : Math.max(0, Math.min(...above)));
  }
  return levels;
}

/** Breaks a level that is wider than a page. */
function inLines(level: readonly GraphNode[], widthOf: (node: GraphNode) => number): readonly (readonly GraphNode[])[] {
  const lines: GraphNode[][] = [[]];
  let width = 0;
  for (const node of level) {
    const own = widthOf(node) + gapAcross;
    if (width + own > widestLine && width > 0) {
      lines.push([]);
      width = 0;
    }
    lines.at(-1)?.push(node);
    width += own;
  }
  return lines;
}

const longestTitle = Math.floor((mostWidth - 44) / characterWidth);

/** Shortens a title to what a box holds. */
export function boxTitle(title: string): string {
  return title.length <= longestTitle ? title : `${title.slice(0, longestTitle - 1)}…`;
}
