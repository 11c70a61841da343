import { decodeText } from "../../domain/values/charset.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import { type MayRead, openRegular, readPart } from "../../files/disk/open-regular.ts";
import type { CwlVersion } from "../document/schema.ts";
import { CwlFailure } from "./failure.ts";
import { pathOf } from "./file-object.ts";

/** CWL v1.2 CommandLineTool, loadContents: 64 KiB. */
const maxContentsBytes = 64 * 1024;

/**
 * Adds a file's text to its object. More than 64 KiB fails from v1.2 on; before, the text is cut there. What is open must
 * really lie where `mayRead` allows.
 */
export async function withContents(object: JsonObject, version: CwlVersion, mayRead?: MayRead): Promise<JsonObject> {
  const path = pathOf(object);
  if (path === undefined || object.class !== "File") return object;
  await using file = await openRegular(path, mayRead);
  const bytes = await readPart(file.handle, 0, maxContentsBytes + 1);
  if (bytes.byteLength > maxContentsBytes && version === "v1.2") {
    throw new CwlFailure(
      `Cannot load the contents of "${object.basename}": found more than 64 KiB, wanted at most that`,
    );
  }
  const part = bytes.subarray(0, maxContentsBytes);
  // What is cut may be cut amid a character.
  if (part.byteLength < bytes.byteLength) return { ...object, contents: part.toString("utf8") };
  const decoded = decodeText(part, { keepsMark: true });
  if (decoded.kind === "text") return { ...object, contents: decoded.text };
  throw new CwlFailure(
    `Cannot load the contents of "${object.basename}": found ${decoded.found}, wanted ${decoded.wanted}`,
  );
}
