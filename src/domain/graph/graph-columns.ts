import { type Neighbours, neighboursOf, type Place, type Rows } from "./graph-rows.ts";

/** The space between the boxes of a row, and the width of a lane with the space around it, in pixels. */
export const gapAcross = 24;
const laneWidth = 8;
const gapAtLane = 12;
/** How often rows are moved towards their neighbours; the lines are as straight as they become after about as many. */
const rounds = 6;
/** How much a lane rather stays straight than a box stays in the middle. */
const laneWeight = 4;
/** What no line leads to makes room for all others. */
const freeWeight = 0.05;

type WidthOf = (place: Place) => number;

/**
 * Gives each place of some rows the middle of its column, from 0 on, and the width of the widest row. Each stands as near as there is
 * room to the middle of what its lines lead to, in the order of its row.
 */
export function columnsOf(
  { rows, routes }: Rows,
  widthOfBox: WidthOf,
): { readonly middles: ReadonlyMap<string, number>; readonly width: number } {
  const widthOf: WidthOf = (place) => (place.node === undefined ? laneWidth : widthOfBox(place));
  const offsets = rows.map((row) => offsetsOf(row, widthOf));
  const width = Math.max(0, ...offsets.map(({ total }) => total));
  const middles = new Map<string, number>();
  for (const [index, row] of rows.entries()) {
    const { offsets: own = [], total = 0 } = offsets[index] ?? {};
    for (const [at, { id }] of row.entries()) middles.set(id, (width - total) / 2 + (own[at] ?? 0));
  }
  const { above, below } = neighboursOf(routes);
  const boxes = new Set(rows.flat().flatMap(({ id, node }) => (node === undefined ? [] : id)));
  const [nearAbove, nearBelow] = [alikeOf(above, boxes), alikeOf(below, boxes)];
  const settle = (index: number, neighbours: Neighbours) => {
    const row = rows[index] ?? [];
    const { offsets: own = [], total = 0 } = offsets[index] ?? {};
    const wanted = row.map(({ id }) => wantedMiddle(neighbours.get(id) ?? [], middles));
    const starts = row.map(({ id }, at) => (wanted[at] ?? middles.get(id) ?? 0) - (own[at] ?? 0));
    const weights = row.map(({ node }, at) => (wanted[at] === undefined ? freeWeight : node ? 1 : laneWeight));
    for (const [at, start] of risingNear(starts, weights).entries()) {
      const id = row[at]?.id;
      if (id !== undefined) middles.set(id, Math.min(width - total, Math.max(0, start)) + (own[at] ?? 0));
    }
  };
  // What stands right below or above another stays there, so that the lines of a chain are straight.
  for (let round = 0; round < rounds; round += 1) {
    for (let index = rows.length - 2; index >= 0; index -= 1) settle(index, nearBelow);
    for (let index = 1; index < rows.length; index += 1) settle(index, nearAbove);
  }
  return { middles, width };
}

/** The middle of each place where a row is packed from 0 on, and the width of the row. */
function offsetsOf(row: readonly Place[], widthOf: WidthOf) {
  const offsets: number[] = [];
  let end = 0;
  for (const [index, place] of row.entries()) {
    const isLaneNear = place.node === undefined || row[index - 1]?.node === undefined;
    const start = index === 0 ? 0 : end + (isLaneNear ? gapAtLane : gapAcross);
    end = start + widthOf(place);
    offsets.push((start + end) / 2);
  }
  return { offsets, total: end };
}

/** Keeps of the neighbours of each place those of its kind, where it has any: steps stand below steps, and lanes go straight on. */
function alikeOf(neighbours: Neighbours, boxes: ReadonlySet<string>): Neighbours {
  const alike = [...neighbours].map(([id, all]) => {
    const own = all.filter((one) => boxes.has(one) === boxes.has(id));
    return [id, own.length === 0 ? all : own] as const;
  });
  return new Map(alike);
}

function wantedMiddle(ids: readonly string[], middles: ReadonlyMap<string, number>): number | undefined {
  const known = ids.flatMap((id) => middles.get(id) ?? []);
  return known.length === 0 ? undefined : known.reduce((sum, middle) => sum + middle, 0) / known.length;
}

/** Returns the numbers that never fall and are nearest to those that are wanted: neighbours that would fall share their mean. */
function risingNear(wanted: readonly number[], weights: readonly number[]): readonly number[] {
  const blocks: { mean: number; weight: number; count: number }[] = [];
  for (const [index, value] of wanted.entries()) {
    let block = { mean: value, weight: weights[index] ?? 1, count: 1 };
    for (let last = blocks.at(-1); last !== undefined && last.mean > block.mean; last = blocks.at(-1)) {
      blocks.pop();
      const weight = last.weight + block.weight;
      const mean = (last.mean * last.weight + block.mean * block.weight) / weight;
      block = { mean, weight, count: last.count + block.count };
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ mean, count }) => Array.from({ length: count }, () => mean));
}
