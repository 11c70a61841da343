import { isJsonObject, type JsonObject, parseExact } from "../../domain/values/json.ts";
import { excessOfText, jsonBounds } from "../../domain/values/json-bounds.ts";

/** Parses a document that another server sent; undefined when it is no JSON object, or holds too many values. */
export function parseDocument(text: string): JsonObject | undefined {
  if (excessOfText(text, { ...jsonBounds, maxValues: 5 * jsonBounds.maxValues }) !== undefined) return undefined;
  try {
    const value = parseExact(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    // Whoever asked says what was wanted.
    return undefined;
  }
}
