import { Problem } from "../domain/problem.ts";

/** The parameters of a KVP request: names in lower case, values as they were encoded. */
export type Kvp = ReadonlyMap<string, string>;

/**
 * Reads the parameters of a query (OGC 06-121r9, 11.5: names in any case, each once). Values stay encoded: inside some
 * of them only the encoding tells a separator from a sign. Throws `invalid-query-parameter-value` for one given twice.
 */
export function parseKvp(query: string): Kvp {
  const found = new Map<string, string>();
  for (const pair of query.replace(/^\?/, "").split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decodeKvp(equals === -1 ? pair : pair.slice(0, equals)).toLowerCase();
    const value = equals === -1 ? "" : pair.slice(equals + 1);
    if (found.has(name) && found.get(name) !== value) {
      throw new Problem("invalid-query-parameter-value", `Cannot read query: found "${name}" twice, wanted it once`, {
        faults: [{ pointer: name, detail: "found twice, wanted once" }],
      });
    }
    found.set(name, value);
  }
  return found;
}

/** Gives a parameter decoded; undefined when it is absent or empty. */
export function kvpText(kvp: Kvp, name: string): string | undefined {
  const value = kvp.get(name.toLowerCase());
  return value === undefined || value === "" ? undefined : decodeKvp(value);
}

/**
 * Decodes a name or value; a bare `%` stays as it is. Throws `invalid-query-parameter-value` for bytes that are not UTF-8.
 */
export function decodeKvp(text: string): string {
  return decodeEscapes(text.replaceAll("+", " "));
}

function decodeEscapes(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll(/%(?![0-9a-f]{2})/gi, "%25"));
  } catch (cause) {
    const found = JSON.stringify(text.slice(0, 60));
    throw new Problem("invalid-query-parameter-value", `Cannot read query: found ${found}, wanted UTF-8`, { cause });
  }
}

/** One item of a list such as `DataInputs`: `id=value@name=value@name=value`. */
export type KvpItem = {
  readonly id: string;
  /** Undefined when the item has no `=` of its own. */
  readonly value?: string;
  /** Names in lower case. */
  readonly attributes: ReadonlyMap<string, string>;
};

/** The brackets of the standard's examples stand for a list; many clients send them. */
function withoutBrackets(list: string): string {
  return list.replace(/^\s*(?:\[|%5B)(.*)(?:\]|%5D)\s*$/is, "$1");
}

/**
 * Reads a list of items separated by `;` (OGC 05-007r7, 10.2.3). Where separators stand unencoded, each value was
 * encoded once; else the whole list was, and each value maybe before.
 */
export function parseKvpItems(list: string): readonly KvpItem[] {
  const isEncodedWhole = !/[;=@]/.test(list) && /%(3B|3D|40)/i.test(list);
  const text = isEncodedWhole ? decodeKvp(list) : list;
  // A plus sign that is left was written as such: of a zone, or a number.
  const decoded = isEncodedWhole ? decodeEscapes : decodeKvp;
  return withoutBrackets(text)
    .split(";")
    .filter((item) => item.trim() !== "")
    .map((item) => {
      const [head = "", ...rest] = item.split("@");
      const equals = head.indexOf("=");
      const attributes = rest.map((part) => {
        const at = part.indexOf("=");
        const [name, value] = at === -1 ? [part, ""] : [part.slice(0, at), part.slice(at + 1)];
        return [decoded(name).toLowerCase(), decoded(value)] as const;
      });
      return {
        id: decoded(equals === -1 ? head : head.slice(0, equals)).trim(),
        ...(equals === -1 ? {} : { value: decoded(head.slice(equals + 1)) }),
        attributes: new Map(attributes),
      };
    });
}
