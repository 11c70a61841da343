import { errorText } from "../../domain/problem.ts";
import { isJsonObject, type Json, type JsonObject, parseExact } from "../../domain/values/json.ts";
import { readTextFile, textOf } from "../../files/disk/read-text.ts";
import { UsageError } from "../command.ts";

/** Reads a whole request from a file of JSON; `-` is stdin. Throws UsageError with one sentence for whatever is wrong with it. */
export async function readRequestFile(file: string): Promise<JsonObject> {
  const name = file === "-" ? "stdin" : `"${file}"`;
  let text: string;
  try {
    text = file === "-" ? textOf(await Bun.stdin.bytes()) : await readTextFile(file);
  } catch (cause) {
    throw new UsageError(`Cannot read the request ${name}: ${errorText(cause)}`, { cause });
  }
  let request: Json;
  try {
    request = parseExact(text);
  } catch (cause) {
    throw new UsageError(`Cannot read the request ${name}: found no JSON (${errorText(cause)}), wanted an object`, {
      cause,
    });
  }
  if (isJsonObject(request)) return request;
  throw new UsageError(`Cannot read the request ${name}: found JSON that is no object, wanted {"inputs": {...}}`);
}
