import { areaOfDrawn, onePolygonOfDrawn, type Position } from "./antimeridian.ts";
import { type Geometry, isMembers, positionsOf } from "./read-features.ts";

/** Which geometries an input takes: those of these types, or all. */
export type Takes = { readonly types: readonly string[] | undefined; readonly isBounded: boolean };

/** What an input gets, or why it gets nothing. */
export type Fitted = { readonly geometries: readonly Geometry[] } | { readonly fault: string };

/** Tells whether an input takes one of some types. */
export function takesAny({ types }: Takes, wanted: readonly string[]): boolean {
  return types === undefined || wanted.some((type) => types.includes(type));
}

/**
 * Makes the area inside a ring that was drawn, in the form that an input takes. RFC 7946 (3.1.9) cuts what lies over the
 * antimeridian in two parts of a MultiPolygon. An input that takes a Polygon only would refuse it: it gets one polygon whose longitudes go
 * on beyond 180 degrees, as most programs read it. Where its schema refuses these, too, nothing is written, and a person is told what
 * to do instead.
 */
export function areaTaken(ring: readonly Position[], takes: Takes): Fitted {
  const cut = areaOfDrawn(ring);
  if (cut.type === "Polygon" || takesAny(takes, ["MultiPolygon"])) return fitted([cut], takes, false);
  if (!takes.isBounded) return fitted([onePolygonOfDrawn(ring)], takes, false);
  return {
    fault:
      "Nothing was written: this input takes no area across the 180th meridian. Draw the part on one side of it, and run the other part as a job of its own.",
  };
}

/**
 * Brings geometries into the types that an input takes: one in a part of several, several parts of a kind in one. Where `isList` is true,
 * each stays by itself.
 */
export function fitted(geometries: readonly Geometry[], takes: Takes, isList: boolean): Fitted {
  const { types } = takes;
  const alone = isList || geometries.length === 1;
  const one = alone ? undefined : togetherOf(geometries, takes);
  const each = (one === undefined ? geometries : [one]).map((geometry) => taken(geometry, types));
  const right = each.filter((geometry) => geometry !== undefined);
  if (right.length === each.length && (isList || right.length === 1)) return { geometries: right };
  const found = [...new Set(geometries.map(({ type }) => type))].join(", ");
  const count = geometries.length === 1 ? `a ${found}` : `${geometries.length} geometries (${found})`;
  return { fault: `Nothing was written: found ${count}, wanted ${isList ? "only" : "one"} ${types?.join(" or ")}.` };
}

/** Several geometries where one is wanted. */
function togetherOf(geometries: readonly Geometry[], takes: Takes): Geometry | undefined {
  if (takesAny(takes, ["GeometryCollection"])) return { type: "GeometryCollection", geometries };
  const parts = geometries.flatMap((geometry) => partsOf(geometry));
  const [kind, ...others] = new Set(parts.map(({ type }) => type));
  if (kind === undefined || others.length > 0) return undefined;
  return { type: `Multi${kind}`, coordinates: parts.map(({ coordinates }) => coordinates) };
}

function taken(geometry: Geometry, types: readonly string[] | undefined): Geometry | undefined {
  if (types === undefined || types.includes(geometry.type)) return geometry;
  if ("geometries" in geometry) return undefined;
  if (types.includes(`Multi${geometry.type}`))
    return { type: `Multi${geometry.type}`, coordinates: [geometry.coordinates] };
  const [part, ...others] = partsOf(geometry);
  return part !== undefined && others.length === 0 && types.includes(part.type) ? part : undefined;
}

type Simple = Extract<Geometry, { readonly coordinates: unknown }>;

function partsOf(geometry: Geometry): readonly Simple[] {
  if ("geometries" in geometry) return geometry.geometries.flatMap(partsOf);
  const { type, coordinates } = geometry;
  if (!type.startsWith("Multi") || !Array.isArray(coordinates)) return [geometry];
  return coordinates.map((part: unknown) => ({ type: type.slice("Multi".length), coordinates: part }));
}

/** Tells what of some geometries an input does not take, or how it is written; undefined when there is nothing to say. */
export function noteOf(geometries: readonly Geometry[], takes: Takes): string | undefined {
  const wrong = geometries.find(({ type }) => takes.types !== undefined && !takes.types.includes(type));
  if (wrong !== undefined) return `This input takes ${takes.types?.join(" or ")}: found ${wrong.type}.`;
  const isBeyond = geometries.some((geometry) => positionsOf(geometry).some(([x = 0]) => Math.abs(x) > 180));
  if (!isBeyond) return undefined;
  return takes.isBounded
    ? "This input takes no longitudes beyond 180 degrees."
    : "Its longitudes go on beyond 180 degrees: this is one polygon across the 180th meridian.";
}

/** Reads which geometries an input takes from what the server wrote beside it. */
export function takesOf({ takes, bounded }: Readonly<Record<string, string | undefined>>): Takes {
  return { types: takes === undefined || takes === "" ? undefined : takes.split(" "), isBounded: bounded === "yes" };
}

/** Lists the corners of a polygon that was read, without the last, which is the first. */
export function ringOf(value: unknown): readonly Position[] {
  const [outer]: readonly unknown[] = isMembers(value) && Array.isArray(value.coordinates) ? value.coordinates : [];
  if (!Array.isArray(outer)) return [];
  return outer.slice(0, -1).map((position): Position => [Number(position[0]), Number(position[1])]);
}
