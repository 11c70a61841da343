import { basename, dirname, extname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { errorText, Problem } from "../../../domain/problem.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../../domain/values/json.ts";
import type { BroaderFormats } from "../../values/broader-formats.ts";
import type { DeployedRun, FindDeployed } from "../deployed-process.ts";
import { withDollarNames } from "../load/lenient-names.ts";
import type { LoadOptions } from "../load/load.ts";
import { type Place, readSource, type Source } from "../load/source.ts";
import { countYamlValues } from "../load/yaml-bounds.ts";
import type { EmbedFile } from "./embed-files.ts";
import type { Part } from "./join-parts.ts";

/**
 * Reads a file of a package as text. Refuses, by throwing, what the package may not read. `path` is absolute, or a URL in a
 * package of the web. A `document` is parsed, any other file is put in as it is.
 */
export type ReadPackageFile = (path: string, kind: "document" | "text") => Promise<string>;

/** A document of more files than this is not packed. */
const maxFiles = 1_000;
/** Imports and includes together, and the characters that they bring: each may bring others, twice as many each time. */
const maxImports = 10_000;
const maxImportedCharacters = 32 * 2 ** 20;
/** Files of as many values as one may hold, as far as that is bounded: all together hold no more. */
const fullFiles = 5;
/** A file of the package, and the ids that its processes have in the packed document, by their own ids. */
export type PackedFile = {
  readonly path: string;
  readonly source: Source;
  readonly document: JsonObject;
  readonly processes: readonly Json[];
  readonly isGraph: boolean;
  readonly ids: ReadonlyMap<string, string>;
  /** Places of processes that another file has brought already; none when absent. */
  readonly known?: ReadonlySet<number>;
};

/** How a package is packed, beside how it is loaded. */
export type PackOptions = LoadOptions & {
  /** Puts files that values of the document name into it: who runs it has no others. They stay named when not given. */
  readonly embedFile?: EmbedFile;
  /** True where only the process that runs, and those that it runs, are packed: its id is then the document's. */
  readonly onlyMain?: boolean;
  /** Values that each file may hold: reading them holds up everybody else. */
  readonly maxValues?: number;
  /** Finds processes that are deployed, for steps that name one; none are looked for when absent. */
  readonly findDeployed?: FindDeployed;
  /** True where a file that is not of the web may run one that is. */
  readonly readsWeb?: boolean;
  /** What was read already, by its path. */
  readonly sources?: ReadonlyMap<string, Source>;
};

/** What is known of a package while it is packed. */
export type Packing = {
  readonly root: string;
  readonly readFile: ReadPackageFile;
  readonly options: PackOptions;
  /** In the order in which they were met, so that equal packages give equal documents. */
  readonly files: Map<string, PackedFile>;
  /** Each file as it was parsed: one that is imported often is parsed once. */
  readonly sources: Map<string, Source>;
  /** What may still be put in. */
  readonly room: { imports: number; characters: number; values: number };
  /** Ids that are taken. */
  readonly ids: Set<string>;
  /** Those of them that are deployed processes, or parts of one. */
  readonly pinned: Set<string>;
  /** Steps that run deployed processes. */
  readonly deployed: DeployedRun[];
  readonly parts: Part[];
  readonly namespaces: Map<string, string>;
  readonly broaderFormats: BroaderFormats;
  readonly notes: string[];
};

/** Starts the packing of a package, of which nothing is read yet. */
export function startPacking(root: string, readFile: ReadPackageFile, options: PackOptions): Packing {
  return {
    root,
    readFile,
    options,
    files: new Map(),
    sources: new Map(options.sources),
    room: {
      imports: maxImports,
      characters: maxImportedCharacters,
      values: fullFiles * (options.maxValues ?? Number.POSITIVE_INFINITY),
    },
    ids: new Set(),
    pinned: new Set(),
    deployed: [],
    parts: [],
    namespaces: new Map(),
    broaderFormats: new Map(),
    notes: [],
  };
}

/** Tells whether a file of a package is named by a URL. */
export function isOnWeb(path: string): boolean {
  return /^https?:\/\//i.test(path);
}

/** Returns the name of a package's file without its folders and its ending. */
export function stemOf(path: string): string {
  const name = isOnWeb(path) ? new URL(path).pathname : path;
  return basename(name, extname(name));
}

/** Names a file in messages: within its package, or by its URL without the query, which may hold a secret. */
export function fileName({ root }: Pick<Packing, "root">, path: string): string {
  if (!isOnWeb(path)) return relative(root, path);
  const { origin, pathname } = new URL(path);
  return `${origin}${pathname}`;
}

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
  const document = withDollarNames(source.value);
  if (!isJsonObject(document)) throw refuse(source.locate([]), "wanted a CWL document");
  const isGraph = isList(document.$graph);
  const processes = isList(document.$graph) ? document.$graph : [document];
  const stem = stemOf(path);
  const isMain = packing.files.size === 0;
  const ids = new Map<string, string>();
  for (const process of processes) {
    const own = ownId(process);
    if (isGraph && own === "")
      throw refuse(source.locate(["$graph"]), "found a process without an id, wanted one for each");
    const name = isGraph ? (isMain ? own : `${stem}-${own}`) : isOwnName(own) ? own : stem;
    ids.set(own, takeId(packing, name));
  }
  const packed = { path, source, document, processes, isGraph, ids };
  packing.files.set(path, packed);
  return packed;
}

/** Tells whether a document's own id names its process; else the file's name does. */
export function isOwnName(id: string): boolean {
  return id !== "" && id !== "main" && !id.includes("/");
}

/** Returns the id that a process says itself, without its file; empty when it says none. */
export function ownId(process: Json): string {
  const id = isJsonObject(process) ? process.id : undefined;
  return typeof id === "string" ? id.slice(id.lastIndexOf("#") + 1) : "";
}

/** Takes an id of the packed document: the wanted one, or one like it that is free. */
export function takeId(packing: Packing, wanted: string): string {
  let id = wanted;
  for (let number = 2; packing.ids.has(id); number += 1) id = `${wanted}-${number}`;
  packing.ids.add(id);
  return id;
}

/** Returns the path of a file that is named at a place. */
export function resolvePath(from: PackedFile, reference: string, place: Place): string {
  if (isOnWeb(from.path)) return resolveUrl(from, reference, place);
  if (reference.startsWith("file://")) return fileURLToPath(reference);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(reference)) {
    throw refuse(from.source.locate(place), `found "${reference}", wanted a file of the package`);
  }
  return resolve(dirname(from.path), reference);
}

/** Returns the URL that is named at a place: nothing of the web names a file of this machine. */
export function resolveUrl(from: PackedFile, reference: string, place: Place): string {
  const base = isOnWeb(from.path) ? from.path : undefined;
  const url = URL.canParse(reference, base) ? new URL(reference, base) : undefined;
  if (url !== undefined && isOnWeb(url.href) && url.username === "" && url.password === "") {
    url.hash = "";
    return url.href;
  }
  throw refuse(from.source.locate(place), `found "${reference}", wanted an http or https URL`);
}

/** Reads a file of the package as a document. */
export async function readPart(packing: Packing, path: string, at?: string): Promise<Source> {
  const known = packing.sources.get(path);
  if (known !== undefined) return known;
  const text = await readText(packing, path, { at, kind: "document" });
  packing.room.values -= countYamlValues(text);
  if (packing.room.values < 0)
    throw refuse(at ?? fileName(packing, path), "found files of too many values, wanted fewer");
  const source = readSource(text, fileName(packing, path), packing.options.maxValues);
  packing.sources.set(path, source);
  return source;
}

/** Counts what is put in at a place. */
export function takeRoom({ room }: Packing, at: string, characters: number): void {
  room.imports -= 1;
  room.characters -= characters;
  if (room.imports < 0) throw refuse(at, `found more than ${maxImports} imports, wanted fewer`);
  if (room.characters < 0)
    throw refuse(at, `found imports of more than ${maxImportedCharacters} characters, wanted fewer`);
}

/** Reads a file of the package as text. `at` is where it is named. */
export async function readText(
  packing: Packing,
  path: string,
  { at = fileName(packing, path), kind = "text" }: { at?: string | undefined; kind?: "document" | "text" },
): Promise<string> {
  try {
    return await packing.readFile(path, kind);
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    const name = fileName(packing, path);
    throw refuse(at, `found "${name}", which cannot be read: ${errorText(cause)}`, cause);
  }
}

/** What a package names and has not. */
export class MissingFile extends Error {}

/** Tells whether something failed because a file is not there. */
export function isMissingFile(cause: unknown): boolean {
  if (cause instanceof MissingFile) return true;
  if (!(cause instanceof Error)) return false;
  return ("code" in cause && cause.code === "ENOENT") || isMissingFile(cause.cause);
}

/** Words why a package cannot be packed. */
export function refuse(pointer: string, detail: string, cause?: unknown): Problem {
  return new Problem("invalid-parameter-value", `Cannot pack ${pointer}: ${detail}`, {
    cause,
    faults: [{ pointer, detail }],
  });
}
