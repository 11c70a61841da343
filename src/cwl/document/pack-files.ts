import { basename, dirname, extname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/json.ts";
import { errorText, Problem } from "../../domain/problem.ts";
import type { BroaderFormats } from "../values/broader-formats.ts";
import type { EmbedFile } from "./embed-files.ts";
import type { Part } from "./join-parts.ts";
import type { LoadOptions } from "./load.ts";
import { type Place, readSource, type Source } from "./source.ts";

/** Reads a file of a package as text. Refuses, by throwing, what the package may not read. `path` is absolute. */
export type ReadPackageFile = (path: string) => Promise<string>;

/** A document of more files than this is not packed. */
const maxFiles = 1_000;
/** A file of the package, and the ids that its processes have in the packed document, by their own ids. */
export type PackedFile = {
  readonly path: string;
  readonly source: Source;
  readonly document: JsonObject;
  readonly processes: readonly Json[];
  readonly isGraph: boolean;
  readonly ids: ReadonlyMap<string, string>;
};

/** How a package is packed, beside how it is loaded. */
export type PackOptions = LoadOptions & {
  /** Puts files that values of the document name into it: who runs it has no others. They stay named when not given. */
  readonly embedFile?: EmbedFile;
  /** True where only the process that runs, and those that it runs, are packed: its id is then the document's. */
  readonly onlyMain?: boolean;
};

/** What is known of a package while it is packed. */
export type Packing = {
  readonly root: string;
  readonly readFile: ReadPackageFile;
  readonly options: PackOptions;
  /** In the order in which they were met, so that equal packages give equal documents. */
  readonly files: Map<string, PackedFile>;
  /** Ids that are taken. */
  readonly ids: Set<string>;
  readonly parts: Part[];
  readonly namespaces: Map<string, string>;
  readonly broaderFormats: BroaderFormats;
  readonly notes: string[];
};

/** Finds the process that runs when a file is named without a fragment; undefined when the file does not say. */
export function mainOf(file: PackedFile): string | undefined {
  const [only] = file.ids.values();
  return file.ids.get("main") ?? (file.ids.size === 1 ? only : undefined);
}

/** Reads a file and gives its processes their ids. `at` is where it is named. */
export async function openFile(packing: Packing, path: string, at?: string): Promise<PackedFile> {
  const known = packing.files.get(path);
  if (known !== undefined) return known;
  if (packing.files.size >= maxFiles) throw refuse(path, `found more than ${maxFiles} files, wanted fewer`);
  const source = await readPart(packing, path, at);
  const document = source.value;
  if (!isJsonObject(document)) throw refuse(source.locate([]), "wanted a CWL document");
  const isGraph = isList(document.$graph);
  const processes = isList(document.$graph) ? document.$graph : [document];
  const stem = basename(path, extname(path));
  const isMain = packing.files.size === 0;
  const ids = new Map<string, string>();
  for (const process of processes) {
    const own = ownId(process);
    if (isGraph && own === "")
      throw refuse(source.locate(["$graph"]), "found a process without an id, wanted one for each");
    const isNamed = own !== "" && own !== "main" && !own.includes("/");
    const name = isGraph ? (isMain ? own : `${stem}-${own}`) : isNamed ? own : stem;
    ids.set(own, takeId(packing, name));
  }
  const packed = { path, source, document, processes, isGraph, ids };
  packing.files.set(path, packed);
  return packed;
}

/** Returns the id that a process says itself, without its file; empty when it says none. */
export function ownId(process: Json): string {
  const id = isJsonObject(process) ? process.id : undefined;
  return typeof id === "string" ? id.slice(id.lastIndexOf("#") + 1) : "";
}

function takeId(packing: Packing, wanted: string): string {
  let id = wanted;
  for (let number = 2; packing.ids.has(id); number += 1) id = `${wanted}-${number}`;
  packing.ids.add(id);
  return id;
}

/** Returns the path of a file that is named at a place. */
export function resolvePath(from: PackedFile, reference: string, place: Place): string {
  if (reference.startsWith("file://")) return fileURLToPath(reference);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(reference)) {
    throw refuse(from.source.locate(place), `found "${reference}", wanted a file of the package`);
  }
  return resolve(dirname(from.path), reference);
}

/** Reads a file of the package as a document. */
export async function readPart(packing: Packing, path: string, at?: string): Promise<Source> {
  return readSource(await readText(packing, path, at), relative(packing.root, path));
}

/** Reads a file of the package as text. `at` is where it is named. */
export async function readText(packing: Packing, path: string, at = relative(packing.root, path)): Promise<string> {
  try {
    return await packing.readFile(path);
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    const name = relative(packing.root, path);
    throw refuse(at, `found "${name}", which cannot be read: ${errorText(cause)}`, cause);
  }
}

/** Words why a package cannot be packed. */
export function refuse(pointer: string, detail: string, cause?: unknown): Problem {
  return new Problem("invalid-parameter-value", `Cannot pack ${pointer}: ${detail}`, {
    cause,
    faults: [{ pointer, detail }],
  });
}
