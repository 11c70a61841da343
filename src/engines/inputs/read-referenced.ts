import { readFile } from "node:fs/promises";
import { defined } from "../../domain/defined.ts";
import { numberFaults } from "../../domain/faults.ts";
import { errorText, Problem } from "../../domain/problem.ts";
import { charsetOf, type DecodeOptions, decodeText, withoutCharset } from "../../domain/values/charset.ts";
import { type Json, parseExact } from "../../domain/values/json.ts";
import { excessOfJson, jsonBounds } from "../../domain/values/json-bounds.ts";
import { isJsonType, isTextType } from "../../domain/values/media-type.ts";
import type { FileValue, PreparedItem } from "../../domain/values/values.ts";
import { type InputPlace, refuseInput } from "./input-place.ts";

/** The largest referenced value that is read into memory, for an input that is not a file: 16 MiB. */
const maxReadBytes = 16 * 2 ** 20;

/** Returns a value as an engine gets it. */
export function plainValue(value: Json, mediaType: string | undefined): PreparedItem {
  return { kind: "value", value, ...defined({ mediaType }) };
}

type CheckValue = (inputId: string, value: Json) => readonly string[];

/** Reads a value that was referenced, and checks it. Throws `invalid-parameter-value`. */
export async function readReferenced(check: CheckValue, place: InputPlace, file: FileValue): Promise<PreparedItem> {
  requireReadSize(place, file.sizeBytes);
  return valueOfBytes(check, place, await readFile(file.path), file);
}

/** Checks that a referenced value is short enough to be read into memory. Throws `invalid-parameter-value`. */
export function requireReadSize(place: InputPlace, sizeBytes: number): void {
  if (sizeBytes <= maxReadBytes) return;
  const wanted = `at most ${maxReadBytes} bytes for an input that is no file`;
  throw refuseInput(place, `a value of ${sizeBytes} bytes`, wanted);
}

/** Reads the bytes that a value was referenced by, and checks it. Throws `invalid-parameter-value`. */
export function valueOfBytes(
  check: CheckValue,
  place: InputPlace,
  bytes: Buffer,
  file: Pick<FileValue, "mediaType" | "charset">,
): PreparedItem {
  const value = parseValue(place, bytes, file);
  const [fault] = check(place.inputId, value);
  if (fault !== undefined) throw refuseInput(place, "a referenced value that does not fit", fault);
  return plainValue(value, file.mediaType === undefined ? undefined : withoutCharset(file.mediaType));
}

function parseValue(
  place: InputPlace,
  bytes: Buffer,
  { mediaType, charset }: Pick<FileValue, "mediaType" | "charset">,
): Json {
  const told = charsetOf(mediaType) ?? charset;
  if (mediaType === undefined || isTextType(mediaType)) return textOf(place, bytes, { charset: told, keepsMark: true });
  if (!isJsonType(mediaType)) return bytes.toString("base64");
  const excess = excessOfJson(bytes, jsonBounds);
  if (excess !== undefined)
    throw refuseInput(place, `JSON of ${excess.found}`, "a smaller value for an input that is no file");
  try {
    const value = parseExact(textOf(place, bytes, { charset: told }));
    const [wrong] = numberFaults(value, "");
    if (wrong !== undefined)
      throw refuseInput(place, `a referenced value that does not fit`, `at ${wrong.pointer}: ${wrong.detail}`);
    return value;
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw refuseInput(place, `content that is not JSON (${errorText(cause)})`, mediaType, cause);
  }
}

function textOf(place: InputPlace, bytes: Uint8Array, options: DecodeOptions): string {
  const decoded = decodeText(bytes, options);
  if (decoded.kind === "text") return decoded.text;
  throw refuseInput(place, decoded.found, decoded.wanted);
}
