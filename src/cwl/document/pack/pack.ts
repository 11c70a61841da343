import { realpath } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { defined } from "../../../domain/defined.ts";
import { Problem } from "../../../domain/problem.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../../domain/values/json.ts";
import { readTextFile } from "../../../files/disk/read-text.ts";
import { isInside } from "../../../files/layout.ts";
import { readOntology } from "../../values/broader-formats.ts";
import type { DeployedRun } from "../deployed-process.ts";
import { loadSource, type Package } from "../load/load.ts";
import type { Place, Source } from "../load/source.ts";
import { joinParts } from "./join-parts.ts";
import {
  isOnWeb,
  isOwnName,
  mainOf,
  openFile,
  ownId,
  type PackedFile,
  type Packing,
  type PackOptions,
  type ReadPackageFile,
  readText,
  refuse,
  resolvePath,
  startPacking,
} from "./pack-files.ts";
import { runsOf } from "./pack-run.ts";
import { rewriteMembers } from "./pack-values.ts";

/** Reads the files of a package that lie below a directory, also after symlinks are followed, and no others. */
export function packageReader(directory: string): ReadPackageFile {
  return async (path) => {
    const [root, real] = await Promise.all([realpath(directory), realpath(path)]);
    if (!isInside(root, real)) throw new Error(`it lies outside of the package directory "${directory}"`);
    return readTextFile(real);
  };
}

/**
 * Reads a package with all files that it runs, imports and includes, and packs them into one document.
 * Throws `invalid-parameter-value`; each fault names its file, line and column.
 */
export async function packDocument(
  file: string,
  readFile: ReadPackageFile,
  options: PackOptions = {},
): Promise<Package> {
  const { source, notes, main } = await packSource(file, readFile, options);
  const { document, cwl, locate } = loadSource(source, basename(file), { ...defined({ main }), ...options });
  return { document, cwl: { ...cwl, notes: [...notes, ...cwl.notes] }, locate };
}

/** A packed document that is not loaded yet. */
export type PackedSource = {
  readonly source: Source;
  readonly notes: readonly string[];
  /** The steps that run processes that are deployed. */
  readonly deployed: readonly DeployedRun[];
  /** The process that runs, where the file says which. */
  readonly main: string | undefined;
  /** Ids that the processes of the file itself have, not those of the files that it runs. */
  readonly ownIds: readonly string[];
  /** True where the file's name stands for the id of its only process, which has none. */
  readonly isNamedByFile: boolean;
};

/**
 * Reads and packs as `packDocument` does; the document itself is not checked. `file` is a path, or a URL: then its files are
 * named by URLs, too. Throws `invalid-parameter-value`.
 */
export async function packSource(
  file: string,
  readFile: ReadPackageFile,
  options: PackOptions = {},
): Promise<PackedSource> {
  const path = isOnWeb(file) ? file : resolve(file);
  const packing = startPacking(dirname(path), readFile, options);
  const opened = await openFile(packing, path);
  const main = mainOf(opened);
  // Files that are met on the way are added to the map, and so their turn comes.
  for (const packed of packing.files.values()) {
    for (const [index, process] of packed.processes.entries()) {
      if (packed.known?.has(index)) continue;
      await packProcess(packing, packed, process, packed.isGraph ? ["$graph", index] : []);
    }
  }
  if (options.onlyMain === true) keepUsed(packing, options.main ?? main);
  const first = packing.parts.find((part) => part.id === (options.main ?? main)) ?? packing.parts[0];
  await readOntologies(packing);
  return {
    source: joinParts({ ...packing, extensions: extensionsOf(opened) }, first),
    notes: packing.notes,
    deployed: packing.deployed,
    main,
    ownIds: [...opened.ids.values()],
    isNamedByFile: !opened.isGraph && !isOwnName(ownId(opened.document)),
  };
}

/** What a graph says of itself beside its processes: the members of other vocabularies. */
function extensionsOf({ isGraph, document }: PackedFile): JsonObject {
  if (!isGraph) return {};
  return Object.fromEntries(Object.entries(document).filter(([name]) => name.includes(":")));
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
  // A tool that a workflow beside it runs is no main process, whatever it is called.
  if (main !== "main" && used.has("main") && parts.get("main")?.value.class === "Workflow") {
    throw refuse(`"${main}"`, 'found that it runs the process "main" of its file, wanted another id of that one');
  }
  packing.parts.splice(0, packing.parts.length, ...packing.parts.filter((part) => used.has(part.id)));
}

/** Reads the ontologies of `$schemas` that are files of the package, when a format could need them. */
async function readOntologies(packing: Packing): Promise<void> {
  for (const from of [...packing.files.values()]) {
    const { $schemas: schemas } = from.document;
    if (!isList(schemas) || !JSON.stringify(packing.parts.map((part) => part.value)).includes('"format":')) continue;
    for (const [index, schema] of schemas.entries()) {
      // An ontology of somewhere else is a name: only those that belong to the package are read.
      if (typeof schema !== "string" || /^https?:/.test(schema)) continue;
      const at = from.source.locate(["$schemas", index]);
      try {
        const path = resolvePath(from, schema, ["$schemas", index]);
        readOntology(await readText(packing, path, { at }), packing.broaderFormats);
      } catch (error) {
        // It only tells which formats are broader than others: without it they are taken as they are written.
        if (!(error instanceof Problem)) throw error;
        packing.notes.push(`${at}: found "${schema}", which cannot be read: formats are compared by their names alone`);
      }
    }
  }
}

async function packProcess(packing: Packing, from: PackedFile, process: Json, place: Place): Promise<void> {
  if (!isJsonObject(process)) throw refuse(from.source.locate(place), "wanted a process");
  const id = from.ids.get(ownId(process)) ?? "";
  const members = await rewriteMembers(packing, process, { from, place, open: [] });
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
