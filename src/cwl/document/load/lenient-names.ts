import { isJsonObject, type Json } from "../../../domain/values/json.ts";

/** Names that published documents write without their `$` as well. */
const names = ["namespaces", "schemas"];

/** Gives a document the `$` of `$namespaces` and `$schemas` where it was left out. */
export function withDollarNames(document: Json): Json {
  if (!isJsonObject(document)) return document;
  const plain = names.filter((name) => document[name] !== undefined && document[`$${name}`] === undefined);
  if (plain.length === 0) return document;
  const members = Object.entries(document).map(
    ([name, value]) => [plain.includes(name) ? `$${name}` : name, value] as const,
  );
  return Object.fromEntries(members);
}
