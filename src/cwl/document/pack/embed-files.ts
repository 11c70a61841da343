import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Json, JsonObject } from "../../../domain/values/json.ts";
import { isInside } from "../../../files/layout.ts";

/** Bytes of files that one document may hold: it is read whole, each time that it runs. */
const maxBytes = 4 * 2 ** 20;
const maxFiles = 1_000;

/** Puts a file or directory that a document names into the document. Throws an Error that says what was found and wanted. */
export type EmbedFile = (path: string, kind: "File" | "Directory") => Promise<JsonObject>;

/** Embeds what lies below a directory, also after symlinks are followed, and is text: CWL has no other literals. */
export function fileEmbedder(directory: string): EmbedFile {
  const left = { bytes: maxBytes, files: maxFiles };
  const embed: EmbedFile = async (path, kind) => {
    const [root, real] = await Promise.all([realpath(directory), realpath(path)]);
    if (!isInside(root, real)) throw new Error(`it lies outside of the package directory "${directory}"`);
    left.files -= 1;
    if (left.files < 0) throw new Error(`found more than ${maxFiles} files, wanted fewer`);
    const facts = await stat(real);
    if (kind === "Directory") {
      if (!facts.isDirectory()) throw new Error("found a file, wanted a directory");
      const listing: Json[] = [];
      for (const entry of (await readdir(real)).sort()) {
        const inner = join(real, entry);
        listing.push(await embed(inner, (await stat(inner)).isDirectory() ? "Directory" : "File"));
      }
      return { class: "Directory", basename: basename(path), listing };
    }
    if (!facts.isFile()) throw new Error("found a directory or device, wanted a file");
    left.bytes -= facts.size;
    if (left.bytes < 0) {
      throw new Error(
        `found files of more than ${maxBytes} bytes, wanted fewer: larger ones are inputs, or stand in an image`,
      );
    }
    return { class: "File", basename: basename(path), contents: textOf(await readFile(real)) };
  };
  return embed;
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new Error("found bytes that are no UTF-8, wanted text: other files are inputs, or stand in an image", {
      cause,
    });
  }
}
