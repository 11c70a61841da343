/** West, south, east and north in degrees; the east is less than the west where the box goes over the antimeridian. */
export type Box = readonly [west: number, south: number, east: number, north: number];

export type Position = readonly [longitude: number, latitude: number];

/** Returns a box whose east is never less than its west: it may lie beyond 180 degrees. */
export function continuousBox([west, south, east, north]: Box): Box {
  return west <= east ? [west, south, east, north] : [west, south, east + 360, north];
}

/** Splits a box at the antimeridian: each part has its west before its east. */
export function boxParts([west, south, east, north]: Box): readonly Box[] {
  if (west <= east) return [[west, south, east, north]];
  return [
    [west, south, 180, north],
    [-180, south, east, north],
  ];
}

/** Returns the box of what was drawn on a map that goes on beyond 180 degrees; rounded to a meter or so. */
export function boxOfDrawn([left, bottom, right, top]: Box): Box {
  const [south, north] = [rounded(Math.max(bottom, -90)), rounded(Math.min(top, 90))];
  if (right - left >= 360) return [-180, south, 180, north];
  const west = wrapped(left);
  const east = wrapped(right);
  // The antimeridian itself is the end of a box that begins in the west of it.
  return [rounded(west), south, rounded(east === -180 && west > east ? 180 : east), north];
}

/** Returns a longitude between -180 (with it) and 180 (without it). */
export function wrapped(longitude: number): number {
  const turned = (longitude + 180) % 360;
  return (turned < 0 ? turned + 360 : turned) - 180;
}

/** Rounds degrees to five digits. */
export function rounded(degrees: number): number {
  return Math.round(degrees * 1e5) / 1e5 + 0;
}

/** Reads four numbers, as packages of this field write them. Undefined for what is no box. */
export function readBox(text: string): Box | undefined {
  const parts = text
    .trim()
    .replace(/^\[|\]$/g, "")
    .trim()
    .split(/\s*[,;]\s*|\s+/);
  const [west = Number.NaN, south = Number.NaN, east = Number.NaN, north = Number.NaN, ...others] = parts.map((part) =>
    part === "" ? Number.NaN : Number(part),
  );
  const isBox = [west, south, east, north].every(Number.isFinite) && others.length === 0;
  return isBox ? [west, south, east, north] : undefined;
}

/** Reads the box of GeoJSON; one of six numbers has heights. Undefined for what is no box. */
export function readBbox(value: unknown): Box | undefined {
  if (!Array.isArray(value) || !value.every((one) => Number.isFinite(one))) return undefined;
  const flat = value.length === 6 ? [value[0], value[1], value[3], value[4]] : value;
  const [west, south, east, north] = flat;
  return flat.length === 4 ? [west, south, east, north] : undefined;
}

/** Tells what is wrong with a box of longitudes and latitudes; undefined when nothing is. */
export function faultOfBox([west, south, east, north]: Box): string | undefined {
  if (![west, east].every((one) => Math.abs(one) <= 180)) {
    return `Found west ${west} and east ${east}, wanted longitudes from -180 to 180`;
  }
  if (![south, north].every((one) => Math.abs(one) <= 90)) {
    return `Found south ${south} and north ${north}, wanted latitudes from -90 to 90`;
  }
  return south <= north ? undefined : `Found south ${south} above north ${north}, wanted the south first`;
}

/** A polygon, or several where one goes over the antimeridian (RFC 7946, 3.1.9). */
export type Area =
  | { readonly type: "Polygon"; readonly coordinates: readonly (readonly Position[])[] }
  | { readonly type: "MultiPolygon"; readonly coordinates: readonly (readonly (readonly Position[])[])[] };

/** Builds the area inside a ring that was drawn on a map that goes on beyond 180 degrees. */
export function areaOfDrawn(ring: readonly Position[]): Area {
  const moved = broughtBack(ring);
  if (moved.every(([longitude]) => longitude <= 180)) return { type: "Polygon", coordinates: [closed(moved)] };
  const near = clipped(moved, (longitude) => longitude <= 180);
  const far = clipped(moved, (longitude) => longitude >= 180);
  const back = far.map(([longitude, latitude]): Position => [longitude - 360, latitude]);
  return { type: "MultiPolygon", coordinates: [[closed(near)], [closed(back)]] };
}

/** Builds the same area as one polygon: over the antimeridian, its longitudes go on beyond 180 degrees. */
export function onePolygonOfDrawn(ring: readonly Position[]): Extract<Area, { readonly type: "Polygon" }> {
  return { type: "Polygon", coordinates: [closed(broughtBack(ring))] };
}

/**
 * Joins the two parts of a box that was split at the antimeridian, so that no line is drawn where they touch: gives the box that goes
 * on beyond 180 degrees. Undefined for any other polygons.
 */
export function joinedBox(polygons: readonly (readonly (readonly Position[])[])[]): Box | undefined {
  const [one, other, ...others] = polygons.map(boxOfRectangle).toSorted((a, b) => (b?.[2] ?? 0) - (a?.[2] ?? 0));
  if (one === undefined || other === undefined || others.length > 0) return undefined;
  const isSplit = one[2] === 180 && other[0] === -180 && one[1] === other[1] && one[3] === other[3];
  return isSplit ? [one[0], one[1], other[2] + 360, one[3]] : undefined;
}

/** Finds the box that a polygon is; undefined for one of another form. */
function boxOfRectangle([ring = [], ...holes]: readonly (readonly Position[])[]): Box | undefined {
  const [xs, ys] = [ring.map(([x]) => x), ring.map(([, y]) => y)];
  const box: Box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  const isCorner = ([x, y]: Position) => (x === box[0] || x === box[2]) && (y === box[1] || y === box[3]);
  return ring.length === 5 && holes.length === 0 && ring.every(isCorner) ? box : undefined;
}

/** Turns a ring around the world until its west lies between -180 and 180 degrees. */
function broughtBack(ring: readonly Position[]): readonly Position[] {
  const turns = Math.floor((Math.min(...ring.map(([longitude]) => longitude)) + 180) / 360);
  return ring.map(([longitude, latitude]): Position => [longitude - turns * 360, latitude]);
}

/** Keeps the part of a ring on one side of the antimeridian (Sutherland and Hodgman). */
function clipped(ring: readonly Position[], isInside: (longitude: number) => boolean): readonly Position[] {
  return ring.flatMap((end, index): readonly Position[] => {
    const start = ring.at(index - 1) ?? end;
    const [from, to] = [isInside(start[0]), isInside(end[0])];
    if (from === to) return to ? [end] : [];
    const share = (180 - start[0]) / (end[0] - start[0]);
    const crossing: Position = [180, start[1] + share * (end[1] - start[1])];
    return to ? [crossing, end] : [crossing];
  });
}

/** Ends a ring where it begins, rounded, against the clock (RFC 7946, 3.1.6). */
function closed(ring: readonly Position[]): readonly Position[] {
  const points = ring.map(([longitude, latitude]): Position => [rounded(longitude), rounded(latitude)]);
  const open = points.filter((point, index) => {
    const before = points.at(index - 1);
    return points.length < 2 || before === undefined || before[0] !== point[0] || before[1] !== point[1];
  });
  const area = open.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = open[(index + 1) % open.length] ?? [x, y];
    return sum + x * nextY - nextX * y;
  }, 0);
  const turned = area < 0 ? open.toReversed() : open;
  const [first] = turned;
  return first === undefined ? [] : [...turned, first];
}

/**
 * Finds the least box around several: what lies on both sides of the antimeridian is shown together, and not with the whole
 * world between. Undefined without any.
 */
export function boxAround(boxes: readonly Box[]): Box | undefined {
  const [first, ...others] = boxes.map(continuousBox).toSorted((one, other) => one[0] - other[0]);
  if (first === undefined) return undefined;
  const south = Math.min(...boxes.map((box) => box[1]));
  const north = Math.max(...boxes.map((box) => box[3]));
  // The widest gap between the boxes, around the whole world, is what is left out.
  let [end, gap, west] = [first[2], Number.NEGATIVE_INFINITY, first[0]];
  for (const [left, , right] of others) {
    if (left - end > gap) [gap, west] = [left - end, left];
    end = Math.max(end, right);
  }
  const around = first[0] + 360 - end;
  if (around >= gap) return [first[0], south, end, north];
  return [west, south, west + 360 - gap, north];
}

/**
 * Turns a ring that jumps from one end of the world to the other into one that goes on beyond 180 degrees. One that goes
 * around a pole is closed along `edge`, the latitude where the map ends.
 */
export function unwrappedRing(ring: readonly (readonly number[])[], edge: number): readonly Position[] {
  let turns = 0;
  const points = ring.map(([longitude = 0, latitude = 0], index): Position => {
    const before = ring[index - 1]?.[0];
    if (before !== undefined && Math.abs(longitude - before) > 180) turns += longitude < before ? 1 : -1;
    return [longitude + turns * 360, Math.max(-edge, Math.min(edge, latitude))];
  });
  const [first, last] = [points[0], points.at(-1)];
  if (turns === 0 || first === undefined || last === undefined) return points;
  const pole = first[1] < 0 ? -edge : edge;
  return [...points, [last[0], pole], [first[0], pole], first];
}
