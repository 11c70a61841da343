import { open } from "node:fs/promises";
import type { JsonObject } from "../../domain/json.ts";
import { CwlFailure } from "./failure.ts";
import { pathOf } from "./file-object.ts";
import type { CwlVersion } from "./schema.ts";

/** CWL v1.2 CommandLineTool, loadContents: 64 KiB. */
const maxContentsBytes = 64 * 1024;

/** Adds a file's text to its object. More than 64 KiB fails from v1.2 on; before, the text is cut there. */
export async function withContents(object: JsonObject, version: CwlVersion): Promise<JsonObject> {
  const path = pathOf(object);
  if (path === undefined || object.class !== "File") return object;
  await using file = await open(path, "r");
  const buffer = Buffer.alloc(maxContentsBytes + 1);
  let length = 0;
  while (length < buffer.byteLength) {
    const { bytesRead } = await file.read(buffer, length, buffer.byteLength - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  if (length > maxContentsBytes && version === "v1.2") {
    throw new CwlFailure(
      `Cannot load the contents of "${object.basename}": found more than 64 KiB, expected at most that`,
    );
  }
  return { ...object, contents: buffer.toString("utf8", 0, Math.min(length, maxContentsBytes)) };
}
