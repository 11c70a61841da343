import { realpath } from "node:fs/promises";
import { basename, dirname, extname, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { defined } from "../../domain/defined.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/json.ts";
import { errorText, Problem } from "../../domain/problem.ts";
import { isInside } from "../../files/layout.ts";
import { readTextFile } from "../../files/read-text.ts";
import { type BroaderFormats, readOntology } from "../values/broader-formats.ts";
import { isCustomTypesFile } from "./custom-types.ts";
import type { EmbedFile } from "./embed-files.ts";
import { joinParts, type Part } from "./join-parts.ts";
import { type LoadOptions, loadSource, type Package } from "./load.ts";
import { type Place, readSource, type Source } from "./source.ts";

/** Reads a file of a package as text. Refuses, by throwing, what the package may not read. `path` is absolute. */
export type ReadPackageFile = (path: string) => Promise<string>;

/** Reads the files of a package that lie below a directory, also after symlinks are followed, and no others. */
export function packageReader(directory: string): ReadPackageFile {
  return async (path) => {
    const [root, real] = await Promise.all([realpath(directory), realpath(path)]);
    if (!isInside(root, real)) throw new Error(`it lies outside of the package directory "${directory}"`);
    return readTextFile(real);
  };
}

/** A document of more files than this is not packed. */
const maxFiles = 1_000;
const maxImportDepth = 32;

/** A file of the package, and the ids that its processes have in the packed document, by their own ids. */
type PackedFile = {
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

type Packing = {
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

/**
 * Reads a package with all files that it runs, imports and includes, and packs them into one document.
 * Throws `invalid-parameter-value`; each fault names its file, line and column.
 */
export async function packDocument(
  file: string,
  readFile: ReadPackageFile,
  options: PackOptions = {},
): Promise<Package> {
  const path = resolve(file);
  const packing: Packing = {
    root: dirname(path),
    readFile,
    options,
    files: new Map(),
    ids: new Set(),
    parts: [],
    namespaces: new Map(),
    broaderFormats: new Map(),
    notes: [],
  };
  const main = mainOf(await openFile(packing, path));
  // Files that are met on the way are added to the map, and so their turn comes.
  for (const packed of packing.files.values()) {
    for (const [index, process] of packed.processes.entries()) {
      await packProcess(packing, packed, process, packed.isGraph ? ["$graph", index] : []);
    }
  }
  if (options.onlyMain === true) keepUsed(packing, options.main ?? main);
  const first = packing.parts.find((part) => part.id === (options.main ?? main)) ?? packing.parts[0];
  await readOntologies(packing);
  const named = defined({ main });
  const { document, cwl, locate } = loadSource(joinParts(packing, first), basename(path), { ...named, ...options });
  return { document, cwl: { ...cwl, notes: [...packing.notes, ...cwl.notes] }, locate };
}

/** Leaves out the processes that the main one does not run, so that a graph of several is one of it. */
function keepUsed(packing: Packing, main: string | undefined): void {
  const parts = new Map(packing.parts.map((part) => [part.id, part]));
  const used = new Set<string>();
  const use = (id: string) => {
    const part = parts.get(id);
    if (part === undefined || used.has(id)) return;
    used.add(id);
    for (const run of runsOf(part.value)) use(run.replace(/^#/, ""));
  };
  if (main === undefined || !parts.has(main)) return;
  use(main);
  if (main !== "main" && used.has("main")) {
    throw refuse(`"${main}"`, 'found that it runs the process "main" of its file, expected another id of that one');
  }
  packing.parts.splice(0, packing.parts.length, ...packing.parts.filter((part) => used.has(part.id)));
}

function runsOf(value: Json): readonly string[] {
  if (isList(value)) return value.flatMap(runsOf);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === "run" && typeof member === "string" ? [member] : runsOf(member),
  );
}

/** Reads the ontologies of `$schemas` that are files of the package, when a format could need them. */
async function readOntologies(packing: Packing): Promise<void> {
  for (const from of [...packing.files.values()]) {
    const { $schemas: schemas } = from.document;
    if (!isList(schemas) || !JSON.stringify(packing.parts.map((part) => part.value)).includes('"format":')) continue;
    for (const [index, schema] of schemas.entries()) {
      if (typeof schema !== "string" || /^https?:/.test(schema)) continue;
      const at = from.source.locate(["$schemas", index]);
      try {
        readOntology(
          await readText(packing, resolvePath(from, schema, ["$schemas", index]), at),
          packing.broaderFormats,
        );
      } catch (error) {
        // It only tells which formats are broader than others: without it they are taken as they are written.
        if (!(error instanceof Problem)) throw error;
        packing.notes.push(`${at}: found "${schema}", which cannot be read: formats are compared by their names alone`);
      }
    }
  }
}

/** The process that runs when a file is named without a fragment; undefined when the file does not say. */
function mainOf(file: PackedFile): string | undefined {
  const [only] = file.ids.values();
  return file.ids.get("main") ?? (file.ids.size === 1 ? only : undefined);
}

/** Reads a file and gives its processes their ids. `at` is where it is named. */
async function openFile(packing: Packing, path: string, at?: string): Promise<PackedFile> {
  const known = packing.files.get(path);
  if (known !== undefined) return known;
  if (packing.files.size >= maxFiles) throw refuse(path, `found more than ${maxFiles} files, expected fewer`);
  const source = await readPart(packing, path, at);
  const document = source.value;
  if (!isJsonObject(document)) throw refuse(source.locate([]), "expected a CWL document");
  const isGraph = isList(document.$graph);
  const processes = isList(document.$graph) ? document.$graph : [document];
  const stem = basename(path, extname(path));
  const isMain = packing.files.size === 0;
  const ids = new Map<string, string>();
  for (const process of processes) {
    const own = ownId(process);
    if (isGraph && own === "")
      throw refuse(source.locate(["$graph"]), "found a process without an id, expected one for each");
    const isNamed = own !== "" && own !== "main" && !own.includes("/");
    const name = isGraph ? (isMain ? own : `${stem}-${own}`) : isNamed ? own : stem;
    ids.set(own, takeId(packing, name));
  }
  const packed = { path, source, document, processes, isGraph, ids };
  packing.files.set(path, packed);
  return packed;
}

function ownId(process: Json): string {
  const id = isJsonObject(process) ? process.id : undefined;
  return typeof id === "string" ? id.slice(id.lastIndexOf("#") + 1) : "";
}

async function packProcess(packing: Packing, from: PackedFile, process: Json, place: Place): Promise<void> {
  if (!isJsonObject(process)) throw refuse(from.source.locate(place), "expected a process");
  const id = from.ids.get(ownId(process)) ?? "";
  const members = await rewriteMembers(packing, from, process, place);
  const { $graph: _graph, $namespaces: _names, $schemas: _schemas, cwlVersion: _version, ...rest } = members;
  const value = { ...rest, id, ...ownVersion(from), ...ownNamespaces(packing, from) };
  packing.parts.push({ id, value, source: from.source, place });
}

function ownVersion({ document }: PackedFile): JsonObject {
  return defined({ cwlVersion: document.cwlVersion });
}

/** Prefixes are shared; a file that means another thing by one keeps its own. */
function ownNamespaces(packing: Packing, { document }: PackedFile): JsonObject {
  if (!isJsonObject(document.$namespaces)) return {};
  let isOwn = false;
  for (const [name, iri] of Object.entries(document.$namespaces)) {
    if (typeof iri !== "string") continue;
    const known = packing.namespaces.get(name);
    if (known === undefined) packing.namespaces.set(name, iri);
    else if (known !== iri) isOwn = true;
  }
  return isOwn ? { $namespaces: document.$namespaces } : {};
}

function takeId(packing: Packing, wanted: string): string {
  let id = wanted;
  for (let number = 2; packing.ids.has(id); number += 1) id = `${wanted}-${number}`;
  packing.ids.add(id);
  return id;
}

/** Copies a value with what it imports and includes put in, and with `run` naming processes of the packed document. */
async function rewrite(packing: Packing, from: PackedFile, value: Json, place: Place, depth = 0): Promise<Json> {
  if (isList(value)) {
    const items: Json[] = [];
    for (const [index, item] of value.entries())
      items.push(await rewrite(packing, from, item, [...place, index], depth));
    return items;
  }
  if (!isJsonObject(value)) return value;
  const { $import: imported, $include: included } = value;
  if (typeof included === "string") {
    return readText(packing, resolvePath(from, included, place), from.source.locate(place));
  }
  if (typeof imported === "string" && isCustomTypesFile(imported)) return value;
  if (typeof imported === "string") {
    if (depth >= maxImportDepth)
      throw refuse(from.source.locate(place), "found files that import each other, expected no circle");
    const path = resolvePath(from, imported, place);
    const source = await readPart(packing, path, from.source.locate(place));
    return rewrite(packing, { ...from, path, source }, source.value, [], depth + 1);
  }
  return rewriteMembers(packing, from, await embedded(packing, from, value, place), place, depth);
}

/** A File or Directory that names one of the package, with its contents in its place. */
async function embedded(packing: Packing, from: PackedFile, value: JsonObject, place: Place): Promise<JsonObject> {
  const { class: kind, path: named, location = named, ...rest } = value;
  const { embedFile } = packing.options;
  const isFile = kind === "File" || kind === "Directory";
  // What is on the web, and what an expression names, is nothing of the package: loading says what is wrong with it.
  const isNamed = typeof location === "string" && !/^(?!file:)[a-z][a-z0-9+.-]*:|[$][({]/i.test(location);
  if (!isFile || embedFile === undefined || !isNamed) return value;
  const at = from.source.locate([...place, value.location === undefined ? "path" : "location"]);
  try {
    return { ...(await embedFile(resolvePath(from, location, place), kind)), ...rest };
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw refuse(at, `found "${location}", which cannot be packed: ${errorText(cause)}`, cause);
  }
}

async function rewriteMembers(
  packing: Packing,
  from: PackedFile,
  value: JsonObject,
  place: Place,
  depth = 0,
): Promise<JsonObject> {
  const members: (readonly [string, Json])[] = [];
  for (const [name, member] of Object.entries(value)) {
    // A graph's processes are packed one by one.
    if (name === "$graph") continue;
    const at = [...place, name];
    members.push([name, await rewriteMember(packing, from, { value, name, member, place: at, depth })]);
  }
  return Object.fromEntries(members);
}

async function rewriteMember(
  packing: Packing,
  from: PackedFile,
  what: {
    readonly value: JsonObject;
    readonly name: string;
    readonly member: Json;
    readonly place: Place;
    readonly depth: number;
  },
): Promise<Json> {
  const { value, name, member, place, depth } = what;
  if (name === "run" && typeof member === "string") return packRun(packing, from, member, place);
  if (name === "source" || name === "outputSource") return packSource(from, member, place);
  const isFile = value.class === "File" || value.class === "Directory";
  if (
    isFile &&
    (name === "location" || name === "path") &&
    typeof member === "string" &&
    packing.options.allowsLocalFiles
  ) {
    const path = resolvePath(from, member, place);
    return name === "path" ? path : pathToFileURL(path).href;
  }
  return rewrite(packing, from, member, place, depth);
}

/** An exact id of a link says the id of its process, which packing may change: within the process it is as exact. */
function packSource(from: PackedFile, member: Json, place: Place): Json {
  if (isList(member)) return member.map((item) => packSource(from, item, place));
  if (typeof member !== "string" || !member.includes("#")) return member;
  const name = member.slice(member.indexOf("#") + 1);
  const index = from.isGraph ? place[1] : 0;
  const own = typeof index === "number" ? ownId(from.processes[index] ?? null) : "";
  return own !== "" && name.startsWith(`${own}/`) ? name.slice(own.length + 1) : name;
}

async function packRun(packing: Packing, from: PackedFile, run: string, place: Place): Promise<string> {
  const [file = "", fragment = ""] = run.split("#", 2);
  if (file === "") return from.ids.has(fragment) ? `#${from.ids.get(fragment)}` : run;
  if (from.ids.has(run)) return `#${from.ids.get(run)}`;
  const path = resolvePath(from, file, place);
  const packed = await openFile(packing, path, from.source.locate(place));
  const id = fragment === "" ? mainOf(packed) : packed.ids.get(fragment);
  if (id === undefined || id === "")
    throw refuse(from.source.locate(place), `found "${run}", expected a process of that file`);
  return `#${id}`;
}

function resolvePath(from: PackedFile, reference: string, place: Place): string {
  if (reference.startsWith("file://")) return fileURLToPath(reference);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(reference)) {
    throw refuse(from.source.locate(place), `found "${reference}", expected a file of the package`);
  }
  return resolve(dirname(from.path), reference);
}

async function readPart(packing: Packing, path: string, at?: string): Promise<Source> {
  return readSource(await readText(packing, path, at), relative(packing.root, path));
}

async function readText(packing: Packing, path: string, at = relative(packing.root, path)): Promise<string> {
  try {
    return await packing.readFile(path);
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    const name = relative(packing.root, path);
    throw refuse(at, `found "${name}", which cannot be read: ${errorText(cause)}`, cause);
  }
}

function refuse(pointer: string, detail: string, cause?: unknown): Problem {
  return new Problem("invalid-parameter-value", `Cannot pack ${pointer}: ${detail}`, {
    cause,
    faults: [{ pointer, detail }],
  });
}
