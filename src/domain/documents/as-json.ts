import { isJsonObject, type JsonObject, parseExact } from "../values/json.ts";

/** Gives a document as it is sent: members without a value have no place in JSON, nor on a page. */
export function asJson(document: object): JsonObject {
  const json = parseExact(JSON.stringify(document));
  return isJsonObject(json) ? json : {};
}
