import { isJsonObject, isList, type Json, type JsonObject } from "../../../domain/json.ts";
import { essenceOf, extensionOf } from "../../../domain/media-type.ts";

/** A file that a text uploads before it executes; in the request, its `href` stands for it. */
export type UsedFile = {
  readonly href: string;
  readonly name: string;
  /** Without parameters; absent when it is not known. */
  readonly mediaType?: string;
  /** What the text writes where there is no such file yet; absent for a file that somebody has. */
  readonly sample?: { readonly content: string; readonly isBase64: boolean };
};

/** Lists the files that an example holds in its own addresses: whoever copies it has something to put another file in the place of. */
export function sampleFiles(request: JsonObject): readonly UsedFile[] {
  const files = new Map<string, UsedFile>();
  for (const href of new Set(hrefsIn(request))) {
    const [, type, isBase64, content = ""] = /^data:([^,;]*)(;base64)?,(.*)$/s.exec(href) ?? [];
    if (type === undefined) continue;
    const extension = extensionOf(type) || ".dat";
    const number = files.size === 0 ? "" : `-${files.size + 1}`;
    files.set(href, {
      href,
      name: `sample${number}${extension}`,
      ...(type === "" ? {} : { mediaType: essenceOf(type) }),
      sample:
        isBase64 === undefined
          ? { content: decodeURIComponent(content), isBase64: false }
          : { content, isBase64: true },
    });
  }
  return [...files.values()];
}

function hrefsIn(value: Json): readonly string[] {
  if (isList(value)) return value.flatMap(hrefsIn);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === "href" && typeof member === "string" ? [member] : hrefsIn(member),
  );
}

/** Finds the file that a text of the request stands for. */
export function fileAt(files: readonly UsedFile[], href: Json): UsedFile | undefined {
  return files.find((file) => file.href === href);
}

/** Names what a text keeps of a file: `file`, or `file2` for the second of several. */
export function variable(word: string, files: readonly UsedFile[], file: UsedFile): string {
  return files.length === 1 ? word : `${word}${files.indexOf(file) + 1}`;
}

/** Writes a request as JSON in pieces: texts, and between them the files that an address stands for. */
export function piecesOf(request: JsonObject, files: readonly UsedFile[]): readonly (string | UsedFile)[] {
  let pieces: readonly (string | UsedFile)[] = [JSON.stringify(request)];
  for (const file of files) {
    pieces = pieces.flatMap((piece) => {
      if (typeof piece !== "string") return [piece];
      const [first = "", ...rest] = piece.split(JSON.stringify(file.href));
      return [first, ...rest.flatMap((one) => [file, one])];
    });
  }
  return pieces;
}
