import { isJsonObject, isList, type Json, parseExact } from "../../domain/values/json.ts";
import { referenceName } from "../../domain/values/reference-name.ts";

/** So many values of a job are words of it, and none that is longer: an index of everybody's documents would help nobody. */
const mostValues = 64;
const mostCharacters = 100;
/** The names of files are ends of addresses. */
const mostOfName = 255;

/**
 * Lists the ids of the inputs of a job, and the short texts, the numbers and the names of files among them; `inputs` is JSON, as
 * its request keeps them.
 */
export function shortInputs(inputs: string | undefined): readonly string[] {
  if (inputs === undefined) return [];
  const parsed = parseExact(inputs);
  const ids = isJsonObject(parsed) ? Object.keys(parsed).slice(0, mostValues) : [];
  const texts: string[] = [];
  collect(parsed, texts);
  return [...ids.filter((id) => id.length <= mostCharacters), ...texts];
}

/** What an item says of itself, such as its kind, is nothing that somebody looks for; of an address, only its end. */
const ownMembers = ["kind", "mediaType", "encoding", "href", "name", "output", "crs", "isDirectory", "assets"];

function collect(value: Json, texts: string[], isItem = true): void {
  if (texts.length >= mostValues || value === null || typeof value === "boolean") return;
  if (isList(value)) {
    for (const one of value) collect(one, texts, isItem);
    return;
  }
  if (!isJsonObject(value)) {
    const text = String(value);
    if (text.length <= mostCharacters) texts.push(text);
    return;
  }
  const isOfItem = isItem && typeof value.kind === "string";
  const name = isOfItem && value.kind === "reference" ? referenceName(value)?.slice(0, mostOfName) : undefined;
  if (name !== undefined) texts.push(name);
  for (const [name, member] of Object.entries(value)) {
    if (isOfItem && ownMembers.includes(name)) continue;
    // What a client sent may have members of the same names.
    collect(member, texts, isItem && name !== "value");
  }
}
