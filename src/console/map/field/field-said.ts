import { isMembers, type Read, readFeatures } from "../read-features.ts";
import type { Said } from "./field-controls.ts";

const mostCharacters = 5_000_000;

/** Tells that a text has more than the map reads; undefined for all others. */
export function excessOf({ length }: string): string | undefined {
  return length > mostCharacters
    ? `Nothing is drawn: found ${length} characters, wanted at most ${mostCharacters}.`
    : undefined;
}

/** Reads what is drawn of a text that is to be GeoJSON. */
export function saidOfText(text: string): Said {
  if (text.trim() === "") return { geometries: [] };
  const excess = excessOf(text);
  if (excess !== undefined) return { geometries: [], fault: excess };
  const read = readText(text);
  if (read === undefined) return { geometries: [], fault: "Nothing is drawn: found no GeoJSON." };
  return saidOfRead(read);
}

/** Reads GeoJSON text; undefined for all else. A request may wrap it in an object with a `value`. */
export function readText(text: string): Read | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return readFeatures(isMembers(value) && value.type === undefined ? value.value : value);
  } catch {
    // What is typed is no JSON most of the time, until it is.
    return undefined;
  }
}

/** Tells what is drawn of a document that was read, and what not. */
export function saidOfRead({ features, wrong, crs }: Read): Said {
  const geometries = features.flatMap(({ geometry }) => geometry ?? []);
  const fault =
    wrong > 0 ? `${wrong} of ${features.length} geometries are not drawn: their coordinates are wrong.` : undefined;
  const shown = features.filter(({ geometry }) => geometry !== undefined);
  return { geometries, shown, ...(crs === undefined ? {} : { crs }), ...(fault === undefined ? {} : { fault }) };
}
