import type { JsonDifference } from "../documents/content-difference.ts";
import { compareNumbers, isNumber } from "../values/exact-number.ts";
import { isJsonObject, isList, type Json, type JsonObject, pointerToken } from "../values/json.ts";
import { cutBeside } from "./text-difference.ts";

/** The longest value that is shown as it is, in characters of JSON; others may be told at more length. */
const longestValue = 200;

/**
 * Lists where two values differ, by JSON pointers; `more` counts those beyond `most`. Numbers that are equal are so however they are
 * written, and the order of members tells nothing. Values longer than `longest` characters are cut to where they differ. What was put into a list moves what stands behind it, and is no difference of that.
 */
export function compareJson(
  a: Json,
  b: Json,
  most: number,
  longest = longestValue,
): { readonly differences: readonly JsonDifference[]; readonly more: number } {
  const found: Found = { differences: [], more: 0, most, longest };
  look(found, "", a, b);
  return { differences: found.differences, more: found.more };
}

type Found = { readonly differences: JsonDifference[]; more: number; readonly most: number; readonly longest: number };

function look(found: Found, path: string, a: Json | undefined, b: Json | undefined): void {
  if (isList(a) && isList(b)) lookIntoLists(found, path, a, b);
  else if (isJsonObject(a) && isJsonObject(b)) lookIntoObjects(found, path, a, b);
  else if (!isEqual(a, b)) add(found, path, a, b);
}

function add(found: Found, path: string, a: Json | undefined, b: Json | undefined): void {
  if (found.differences.length >= found.most) {
    found.more += 1;
    return;
  }
  const [one, other] = typeof a === "string" && typeof b === "string" ? cutBeside(a, b, found.longest) : [a, b];
  found.differences.push({
    path: path.length > longestValue ? `${path.slice(0, longestValue)}…` : path,
    ...(one === undefined ? {} : { a: shortValue(one, found.longest) }),
    ...(other === undefined ? {} : { b: shortValue(other, found.longest) }),
  });
}

function shortValue(value: Json, longest: number): Json {
  if (typeof value === "string") return value.length > longest + 60 ? cutBeside(value, "", longest)[0] : value;
  const { length } = JSON.stringify(value);
  if (length <= longest) return value;
  return `(${isList(value) ? `a list of ${value.length}` : "an object"}, ${length} characters of JSON)`;
}

function lookIntoObjects(found: Found, path: string, a: JsonObject, b: JsonObject): void {
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    look(found, `${path}/${pointerToken(name)}`, ownOf(a, name), ownOf(b, name));
  }
}

function ownOf(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Of lists that are not as long, the equal beginning and end are left out; the rest is compared place by place. */
function lookIntoLists(found: Found, path: string, a: readonly Json[], b: readonly Json[]): void {
  const shorter = Math.min(a.length, b.length);
  let [start, end] = [0, 0];
  if (a.length !== b.length) {
    while (start < shorter && isEqual(a[start], b[start])) start += 1;
    while (end < shorter - start && isEqual(a[a.length - 1 - end], b[b.length - 1 - end])) end += 1;
  }
  const [lastOfA, lastOfB] = [a.length - end, b.length - end];
  for (let at = start; at < Math.max(lastOfA, lastOfB); at += 1) {
    look(found, `${path}/${at}`, at < lastOfA ? a[at] : undefined, at < lastOfB ? b[at] : undefined);
  }
}

function isEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) === 0;
  if (isList(a) && isList(b)) return a.length === b.length && a.every((one, index) => isEqual(one, b[index]));
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && isEqual(a[name], b[name]))
  );
}
