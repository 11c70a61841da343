import type { Position } from "../antimeridian.ts";

/** A place that somebody typed, or what is wrong with it. */
export type TypedPlace = { readonly place: Position } | { readonly fault: string };

const degrees = String.raw`([+-]?\d+(?:[.,]\d+)?)\s*(?:°|deg)?`;
const angle = String.raw`${degrees}\s*(?:(\d+(?:[.,]\d+)?)\s*'(?!')\s*)?(?:(\d+(?:[.,]\d+)?)\s*(?:"|'')\s*)?`;
const side = "(north|south|east|west|latitude|longitude|lat|long|lon|lng|[NSEW])";
const sideBefore = new RegExp(`^${side}[\\s:=]*${angle}[\\s,;/]*${side}[\\s:=]*${angle}$`, "i");
const sideBehind = new RegExp(`^${angle}\\s*${side}[\\s,;/]*${angle}\\s*${side}$`, "i");
/** A place by numbers is shorter, and a name, too: patterns with several numbers would be tried in very many ways. */
const longest = 200;
const sample = "such as 46.9, 7.4 or 46.9 N 7.4 E";

/**
 * Reads a place as people type it: latitude and longitude (`46.9, 7.4`, also `46,9 7,4`), or each with its side in any order
 * (`46.9 N 7.4 E`, `46°54'N, 7°24'E`, `lat 46.9 lon 7.4`). Undefined for what is no place by numbers, such as a name.
 */
export function readPlace(text: string): TypedPlace | undefined {
  if (text.length > longest) return undefined;
  const typed = text
    .trim()
    .replaceAll(/[−–]/g, "-")
    .replaceAll(/[’′]/g, "'")
    .replaceAll(/[”″]/g, '"')
    .replaceAll("º", "°");
  return placeOfSides(typed) ?? placeInOrder(typed.replaceAll("°", ""));
}

type Angle = { readonly isLatitude: boolean; readonly degrees: number };

function placeOfSides(typed: string): TypedPlace | undefined {
  const before = sideBefore.exec(typed);
  const behind = before === null ? sideBehind.exec(typed) : null;
  const [, ...found] = before ?? behind ?? [];
  if (found.length === 0) return undefined;
  const [one, other] = [found.slice(0, 4), found.slice(4)].map((parts) =>
    before === null ? angleOf(parts[3], parts.slice(0, 3)) : angleOf(parts[0], parts.slice(1)),
  );
  if (one === undefined || other === undefined) return undefined;
  if (one.isLatitude === other.isLatitude) {
    return { fault: `found two ${one.isLatitude ? "latitudes" : "longitudes"}, wanted one of each, ${sample}` };
  }
  return one.isLatitude ? placed(other.degrees, one.degrees) : placed(one.degrees, other.degrees);
}

function angleOf(name = "", parts: readonly (string | undefined)[]): Angle {
  const [whole = 0, minutes = 0, seconds = 0] = parts.map((part) => numberOf(part ?? "0"));
  const size = Math.abs(whole) + minutes / 60 + seconds / 3600;
  const isNegative = whole < 0 || /^(?:s|w)/i.test(name);
  return { isLatitude: /^(?:n|s|la)/i.test(name), degrees: isNegative ? -size : size };
}

function placeInOrder(typed: string): TypedPlace | undefined {
  const parts = typed.replaceAll(/\s*;\s*|\s+,\s*|\s*,\s+|\s*\/\s*|\s+/g, ";").split(";");
  const [only = ""] = parts;
  const texts = parts.length === 1 ? only.split(",") : parts;
  if (!texts.every((one) => /^[+-]?\d+(?:[.,]\d+)?$/.test(one))) return undefined;
  const [latitude, longitude, ...others] = texts.map(numberOf);
  if (longitude !== undefined && latitude !== undefined && others.length === 0) return placed(longitude, latitude);
  const count = texts.length === 1 ? "one number" : `${texts.length} numbers`;
  return { fault: `found ${count}, wanted a latitude and a longitude, ${sample}` };
}

function numberOf(text: string): number {
  return Number(text.replace(",", "."));
}

function placed(longitude: number, latitude: number): TypedPlace {
  if (Math.abs(latitude) > 90) {
    return { fault: `found latitude ${latitude}, wanted -90 to 90; without N or S, the latitude stands first` };
  }
  if (Math.abs(longitude) > 180) return { fault: `found longitude ${longitude}, wanted -180 to 180` };
  return { place: [longitude, latitude] };
}
