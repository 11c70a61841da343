import type { ComparedPair } from "../documents/job-comparison.ts";
import { canonicalJson, isJsonObject, isList, type Json } from "../values/json.ts";
import type { Result } from "../values/values.ts";

/**
 * Puts what two runs have under the same names side by side, in the order of the first. `mark` gives what is the same for both
 * when they are; undefined where that cannot be told.
 */
export function comparePairs<Value>(
  [first, second]: readonly [Readonly<Record<string, Value>>, Readonly<Record<string, Value>>],
  mark: (value: Value) => string | undefined,
): readonly ComparedPair<Value>[] {
  return [...new Set([...Object.keys(first), ...Object.keys(second)])].map((id) => {
    const [a, b] = [ownOf(first, id), ownOf(second, id)];
    if (a === undefined || b === undefined) return { id, same: false, ...sides(a, b) };
    const [one, other] = [mark(a), mark(b)];
    return { id, ...(one === undefined || other === undefined ? {} : { same: one === other }), a, b };
  });
}

function ownOf<Value>(values: Readonly<Record<string, Value>>, id: string): Value | undefined {
  return Object.hasOwn(values, id) ? values[id] : undefined;
}

function sides<Value>(a: Value | undefined, b: Value | undefined): { readonly a?: Value; readonly b?: Value } {
  return { ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) };
}

/** Marks an input: an uploaded file by its digest alone, as each upload has an address of its own, and some have a type. */
export function inputMark(value: Json, digests: ReadonlyMap<string, string>): string {
  return canonicalJson(withDigests(value, digests));
}

function withDigests(value: Json, digests: ReadonlyMap<string, string>): Json {
  if (isList(value)) return value.map((one) => withDigests(one, digests));
  if (!isJsonObject(value)) return value;
  const digest = typeof value.href === "string" ? digests.get(value.href) : undefined;
  if (digest !== undefined) return { href: `sha256:${digest}` };
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withDigests(member, digests)]));
}

/** Marks a result by its values and the digests of its files; undefined where one has none. A link is marked by its address. */
export function resultMark(result: Result): string | undefined {
  switch (result.kind) {
    case "value":
      return `value ${canonicalJson(result.value)}`;
    case "link":
      return `link ${result.href}`;
    case "file":
      return joined([
        result.sha256,
        ...(result.secondaryFiles ?? []).map((file) => nameMark(file.basename, file.sha256)),
      ]);
    case "directory":
      return joined(result.files.map(({ path, sha256 }) => nameMark(path, sha256)));
    case "list":
      return joined(result.items.map(resultMark));
    case "record":
      return joined(Object.entries(result.members).map(([name, one]) => nameMark(name, resultMark(one))));
    default:
      return result satisfies never;
  }
}

function nameMark(name: string, mark: string | undefined): string | undefined {
  return mark === undefined ? undefined : JSON.stringify([name, mark]);
}

function joined(marks: readonly (string | undefined)[]): string | undefined {
  return marks.includes(undefined) ? undefined : JSON.stringify(marks);
}
