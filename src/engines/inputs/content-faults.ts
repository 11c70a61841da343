import { fault, found } from "../../domain/faults.ts";
import type { Fault } from "../../domain/problem.ts";
import { innerFiles } from "../../domain/values/inner-files.ts";
import { isJsonObject, type Json } from "../../domain/values/json.ts";
import type { InnerFile, InputItem } from "../../domain/values/values.ts";
import { isBase64 } from "../../domain/words/text.ts";

/** Returns what a file inside a value is held against the schema as: its bytes are text there, a directory is an address. */
export function standIn({ isDirectory }: InnerFile): Json {
  return isDirectory ? "file:///" : "";
}

/** Finds what of the files inside a value is wrong by itself. */
export function innerFaults(whole: InputItem, pointer: string): readonly Fault[] {
  return innerFiles(whole).flatMap(({ file: { item, isDirectory }, path }) => {
    const at = [pointer, ...path].join("/");
    if (item.kind === "reference") return [];
    if (isDirectory) return directoryFaults(item.value, at);
    const wrong = item.encoding === undefined ? undefined : encodingFault(item, at);
    return wrong === undefined ? [] : [wrong];
  });
}

/** Checks a directory by value: what stands in the request itself can only be STAC, which names the files. */
export function directoryFaults(value: Json, pointer: string): readonly Fault[] {
  if (isJsonObject(value) && (typeof value.stac_version === "string" || value.type === "FeatureCollection")) return [];
  const detail = `found ${found(value)}, wanted {"href": …} of an archive, a list of files, STAC or a directory, or STAC itself`;
  return [{ pointer, detail }];
}

const textEncodings = ["utf-8", "utf8"];

/** Checks the encoding that a value in the request says. */
export function encodingFault(item: Extract<InputItem, { kind: "value" }>, pointer: string): Fault | undefined {
  const at = `${pointer}/encoding`;
  const encoding = item.encoding?.toLowerCase() ?? "";
  if (textEncodings.includes(encoding)) return undefined;
  if (encoding !== "base64") return fault(at, item.encoding, "base64 or utf-8");
  if (typeof item.value === "string" && isBase64(item.value)) return undefined;
  return fault(`${pointer}/value`, item.value, "text in base64");
}
