import { isJsonObject, isList, type Json, type JsonObject } from "../../../domain/values/json.ts";
import { directoryType, essenceOf, extensionOf } from "../../../domain/values/media-type.ts";
import type { Field } from "../field.ts";

/** A file that a text uploads before it executes; in the request, its `href` stands for it. */
export type UsedFile = {
  readonly href: string;
  readonly name: string;
  /** Without parameters; absent when it is not known. */
  readonly mediaType?: string;
  /** Nothing was chosen yet: whoever copies the text puts a file there. */
  readonly isToPut?: boolean;
};

/** A request of which some files are not there yet, with those: each is named by its input, and stands in it by an address of its own. */
export type ToPut = { readonly request: JsonObject; readonly files: readonly UsedFile[] };

/** Puts names of files of one's own in the place of the files that an example made up, of which `isMadeUp` is told the addresses. */
export function withoutMadeUp(request: JsonObject, isMadeUp: (href: string) => boolean): ToPut {
  const files = new Map<string, UsedFile>();
  const changed = (id: string, value: Json): Json => {
    if (isList(value)) return value.map((item) => changed(id, item));
    if (!isJsonObject(value)) return value;
    const { href } = value;
    if (typeof href !== "string" || !isMadeUp(href)) {
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, changed(id, member)]));
    }
    const [, type = ""] = /^data:([^,;]*)/.exec(href) ?? [];
    const file = fileToPut(id, type);
    files.set(file.href, file);
    return { ...value, href: file.href };
  };
  const { inputs = {} } = request;
  const entries = isJsonObject(inputs) ? Object.entries(inputs) : [];
  const named = Object.fromEntries(entries.map(([id, value]) => [id, changed(id, value)]));
  return { request: { ...request, inputs: named }, files: [...files.values()] };
}

/** Adds to a request the required files that it lacks. */
export function withRequiredFiles(
  fields: readonly Pick<Field, "id" | "isRequired" | "shape">[],
  request: JsonObject,
): ToPut {
  const inputs = isJsonObject(request.inputs) ? request.inputs : {};
  const lacking = fields.flatMap(({ id, isRequired, shape }) => {
    const isOne = isRequired && !Object.hasOwn(inputs, id) && shape.kind === "file" && !shape.takesText;
    return isOne ? [{ id, file: fileToPut(id, shape.mediaTypes[0] ?? "") }] : [];
  });
  if (lacking.length === 0) return { request, files: [] };
  const added = lacking.map(({ id, file: { href, mediaType } }): readonly [string, Json] => [
    id,
    { href, ...(mediaType === undefined ? {} : { type: mediaType }) },
  ]);
  return {
    request: { ...request, inputs: { ...inputs, ...Object.fromEntries(added) } },
    files: lacking.map(({ file }) => file),
  };
}

/** An id of an input may hold anything: a name of a file has letters, digits and signs that mean nothing to a shell. */
function fileToPut(id: string, mediaType: string): UsedFile {
  const type = mediaType === directoryType ? "application/zip" : essenceOf(mediaType);
  const plain = id.replaceAll(/[^\w.-]/g, "_").replace(/^[.-]+/, "") || "file";
  const extension = extensionOf(type) || ".dat";
  const name = plain.toLowerCase().endsWith(extension) ? plain : plain + extension;
  const href = `https://example.org/put-your-own/${name}`;
  return { href, name, isToPut: true, ...(type === "" ? {} : { mediaType: type }) };
}

/** Words that a file has to be put in the place of a name. */
export function wordsToPut({ name }: UsedFile): string {
  return `${name} is the name of your own file: put your file here, or another name in its place.`;
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
