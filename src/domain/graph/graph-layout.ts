import { columnsOf, gapAcross } from "./graph-columns.ts";
import { type Place, type Route, rowsOf } from "./graph-rows.ts";
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

/** A line from the foot of one box to the head of another; `path` is a path of SVG, of absolute M, L and C. */
export type GraphLine = { readonly from: string; readonly to: string; readonly path: string };

/** A drawing: what is drawn first lies below. */
export type GraphLayout = {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly GraphBox[];
  readonly lines: readonly GraphLine[];
};

const boxHeight = 44;
/** Between two rows: the more lines cross there, the more room they have. */
const [leastGap, mostGap, gapOfLine] = [40, 88, 4];
const margin = 12;
const groupHead = 44;
const [leastWidth, mostWidth] = [96, 220];
const characterWidth = 7.5;
/** Groups in groups beyond this are drawn as one box. */
const maxDepth = 4;

/**
 * Lays a workflow out from top to bottom: each node below all that it waits for, inputs right above the first step that takes
 * them, inner workflows as groups. A line goes around each box that it neither leaves nor reaches, in a lane between boxes.
 */
export function layOut(nodes: readonly GraphNode[], depth = 0): GraphLayout {
  const inner = new Map<string, GraphLayout>();
  for (const node of nodes) {
    if (node.inner !== undefined && depth < maxDepth) inner.set(node.id, layOut(node.inner, depth + 1));
  }
  const sizes = new Map(nodes.map((node) => [node.id, sizeOf(node, inner.get(node.id))]));
  const sizeAt = (id: string) => sizes.get(id) ?? { width: leastWidth, height: boxHeight };
  const placed = rowsOf(nodes, ({ id }) => sizeAt(id).width + gapAcross);
  const { middles, width } = columnsOf(placed, ({ id }) => sizeAt(id).width);
  const middleOf = (id: string) => margin + Math.round(middles.get(id) ?? 0);
  const boxes = new Map<string, GraphBox>();
  const bands = new Map<string, Band>();
  const lines = linesBelow(placed.routes);
  let [y, height] = [margin, 2 * margin];
  for (const row of placed.rows) {
    const own = row.flatMap(({ node }) => node ?? []);
    for (const node of own) {
      const size = sizeAt(node.id);
      boxes.set(node.id, { node, x: middleOf(node.id) - size.width / 2, y, ...size, isGroup: inner.has(node.id) });
    }
    const bottom = y + Math.max(...own.map(({ id }) => sizeAt(id).height));
    for (const { id } of row) bands.set(id, { top: y, bottom });
    height = bottom + margin;
    y = bottom + gapBelow(row, lines);
  }
  const outer = [...boxes.values()];
  const inside = outer.map((box) => moved(inner.get(box.node.id), box));
  return {
    width: width + 2 * margin,
    height,
    boxes: [...outer, ...inside.flatMap((one) => one.boxes)],
    lines: [
      ...placed.routes.flatMap((route) => lineOf(route, { boxes, bands, middleOf })),
      ...inside.flatMap((one) => one.lines),
    ],
  };
}

type Size = { readonly width: number; readonly height: number };

function sizeOf(node: GraphNode, inner: GraphLayout | undefined): Size {
  const longest = Math.max(node.title.length, boxKind(node).length);
  // Even, so that the middle of a box stands on a whole pixel.
  const ofTitle = Math.min(mostWidth, Math.max(leastWidth, 2 * Math.ceil((longest * characterWidth + 44) / 2)));
  if (inner === undefined) return { width: ofTitle, height: boxHeight };
  return { width: Math.max(ofTitle, inner.width), height: inner.height + groupHead };
}

/** The height that a row takes. */
type Band = { readonly top: number; readonly bottom: number };

/** Counts how many lines go down from each place. */
function linesBelow(routes: readonly Route[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const id of routes.flatMap(({ from, lanes }) => [from, ...lanes])) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

function gapBelow(row: readonly Place[], lines: ReadonlyMap<string, number>): number {
  const crossing = row.reduce((sum, { id }) => sum + (lines.get(id) ?? 0), 0);
  return Math.min(mostGap, Math.max(leastGap, crossing * gapOfLine));
}

type Placed = {
  readonly boxes: ReadonlyMap<string, GraphBox>;
  /** Of each place. */
  readonly bands: ReadonlyMap<string, Band>;
  readonly middleOf: (id: string) => number;
};

/** Goes straight through the row of each place, and turns only between rows, where no box is. */
function lineOf({ from, to, lanes }: Route, { boxes, bands, middleOf }: Placed): readonly GraphLine[] {
  const [start, end] = [boxes.get(from), boxes.get(to)];
  if (start === undefined || end === undefined) return [];
  let [x, left] = [middleOf(from), bands.get(from)];
  let y = start.y + start.height;
  const parts = [`M${point(x, y)}`];
  for (const id of [...lanes, to]) {
    const entered = bands.get(id);
    if (left === undefined || entered === undefined) return [];
    if (left.bottom > y) parts.push(`L${point(x, left.bottom)}`);
    const [next, middle] = [middleOf(id), (left.bottom + entered.top) / 2];
    parts.push(`C${point(x, middle)} ${point(next, middle)} ${point(next, entered.top)}`);
    [x, y, left] = [next, entered.top, entered];
  }
  return [{ from, to, path: parts.join("") }];
}

function point(x: number, y: number): string {
  return `${round(x)} ${round(y)}`;
}

function round(length: number): number {
  return Math.round(length * 10) / 10;
}

/** Moves the drawing of an inner workflow into its group. */
function moved(inner: GraphLayout | undefined, box: GraphBox): Pick<GraphLayout, "boxes" | "lines"> {
  if (inner === undefined) return { boxes: [], lines: [] };
  const [dx, dy] = [box.x + (box.width - inner.width) / 2, box.y + groupHead];
  return {
    boxes: inner.boxes.map((one) => ({ ...one, x: one.x + dx, y: one.y + dy })),
    lines: inner.lines.map((line) => ({ ...line, path: movedPath(line.path, dx, dy) })),
  };
}

function movedPath(path: string, dx: number, dy: number): string {
  return path.replaceAll(/(-?[\d.]+) (-?[\d.]+)/g, (_, x: string, y: string) => point(Number(x) + dx, Number(y) + dy));
}

const longestTitle = Math.floor((mostWidth - 44) / characterWidth);

/** Shortens a title to what a box holds. */
export function boxTitle(title: string): string {
  return title.length <= longestTitle ? title : `${title.slice(0, longestTitle - 1)}…`;
}

/** Says above a title what the box is: a step and an output of one name are told apart without a colour. */
export function boxKind({ kind, isConditional }: Pick<GraphNode, "kind" | "isConditional">): string {
  return isConditional ? `${kind}, on a condition` : kind;
}

/** Draws the outline of a box as a path of SVG: inputs have round ends, steps corners, outputs one corner cut off. */
export function boxOutline({ node, x, y, width, height }: GraphBox): string {
  const [left, top, right, bottom] = [round(x), round(y), round(x + width), round(y + height)];
  if (node.kind === "output") {
    return `M${left} ${top}H${round(right - cutCorner)}L${right} ${round(top + cutCorner)}V${bottom}H${left}Z`;
  }
  const r = node.kind === "input" ? height / 2 : stepCorner;
  const corner = (dx: number, dy: number) => `a${r} ${r} 0 0 1 ${dx * r} ${dy * r}`;
  return [
    `M${round(x + r)} ${top}H${round(x + width - r)}${corner(1, 1)}V${round(y + height - r)}${corner(-1, 1)}`,
    `H${round(x + r)}${corner(-1, -1)}V${round(y + r)}${corner(1, -1)}Z`,
  ].join("");
}

const [stepCorner, cutCorner] = [6, 12];
