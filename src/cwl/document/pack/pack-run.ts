import { broaderFormatsName } from "../../../domain/processes/format-names.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../../domain/values/json.ts";
import type { DeployedProcess } from "../deployed-process.ts";
import { withDollarNames } from "../load/lenient-names.ts";
import { shortName } from "../load/load-context.ts";
import { jsonSource, type Place } from "../load/source.ts";
import {
  isMissingFile,
  isOnWeb,
  mainOf,
  openFile,
  ownId,
  type PackedFile,
  type Packing,
  refuse,
  resolvePath,
  resolveUrl,
  takeId,
  takeRoom,
} from "./pack-files.ts";

/** Processes that are deployed may run others that are; so many levels at most. */
const maxLevels = 10;
const pinnedName = /^[^/]+(?:\/[^/@]+)?@sha256:[0-9a-f]{64}$/;

/** Packs what a step runs, and returns how the packed document names it. `step` is what holds the member `run`. */
export async function packRun(
  packing: Packing,
  from: PackedFile,
  { run, step, place }: { readonly run: string; readonly step: JsonObject; readonly place: Place },
): Promise<string> {
  const [file = "", fragment = ""] = run.split("#", 2);
  if (file === "") return from.ids.has(fragment) ? `#${from.ids.get(fragment)}` : run;
  if (from.ids.has(run)) return `#${from.ids.get(run)}`;
  const at = from.source.locate(place);
  const named = { run, at, step: stepName(step, place) };
  // A name with a version, a digest or a scheme is no file's.
  const deployed = /[:@]/.test(run) ? await packDeployed(packing, named) : undefined;
  if (deployed !== undefined) return deployed;
  try {
    const path =
      isOnWeb(file) && packing.options.readsWeb ? resolveUrl(from, file, place) : resolvePath(from, file, place);
    const packed = await openFile(packing, path, at);
    const id = fragment === "" ? mainOf(packed) : packed.ids.get(fragment);
    if (id === undefined || id === "") throw refuse(at, `found "${run}", wanted a process of that file`);
    return `#${id}`;
  } catch (cause) {
    if (!isName(run) || !isMissingFile(cause)) throw cause;
    const found = await packDeployed(packing, named);
    if (found !== undefined) return found;
    if (/\.(?:cwl|ya?ml|json)$/i.test(run)) throw cause;
    throw refuse(at, `step "${named.step}": found "${run}", wanted ${wantedRun(packing)}`, cause);
  }
}

function wantedRun({ options }: Packing): string {
  if (options.findDeployed === undefined)
    return "a file of the package: there is no service here that could have a process of this name";
  return "a process of this document, a file of the package, or a process that is deployed here";
}

/** Tells whether a text may be the name of a process that is deployed. */
function isName(run: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]*(?:[:@](?!\/\/).+)?$/.test(run);
}

/** In a map of steps the name stands before its `run`, in a list beside it. */
function stepName({ id }: JsonObject, place: Place): string {
  return typeof id === "string" ? shortName(id) : String(place.at(-2) ?? "");
}

type Named = { readonly run: string; readonly at: string; readonly step: string };

async function packDeployed(packing: Packing, { run, at, step }: Named): Promise<string | undefined> {
  const found = await packing.options.findDeployed?.(run);
  if (found === undefined || found === "kept") return found === undefined ? undefined : run;
  const levels = levelsOf(found);
  if (levels > maxLevels) {
    throw refuse(
      at,
      `step "${step}": found "${run}", which runs ${levels} levels of deployed processes, wanted ${maxLevels}`,
    );
  }
  packing.deployed.push({ step, pointer: at, process: found });
  if (!packing.files.has(found.name)) addDeployed(packing, found, { at, step });
  return `#${packing.files.get(found.name)?.ids.get(found.main) ?? found.name}`;
}

/** Its main process gets its pinned name, the others one below that; those that are pinned themselves keep theirs. */
function addDeployed(packing: Packing, found: DeployedProcess, { at, step }: Pick<Named, "at" | "step">): void {
  const document = withDollarNames(found.document);
  if (!isJsonObject(document)) return;
  takeRoom(packing, at, JSON.stringify(document).length);
  const isGraph = isList(document.$graph);
  const all = isList(document.$graph) ? document.$graph : [document];
  const ids = new Map<string, string>();
  const known = new Set<number>();
  const names = new Set(found.runs.map(({ process }) => process));
  for (const [index, process] of all.entries()) {
    const own = ownId(process);
    const isMain = own === found.main || !isGraph;
    // Only what this service has pinned is the process of its name: a document may call its processes anything.
    const isPinned = names.has(own) || [...names].some((name) => own.startsWith(`${name}/`));
    const id = isMain ? found.name : isPinned ? own : `${found.name}/${own}`;
    const isKnown = packing.pinned.has(id);
    const taken = isKnown ? id : takeId(packing, id);
    if (isKnown) known.add(index);
    else if (taken === id) packing.pinned.add(id);
    ids.set(own, taken);
    if (!isGraph) ids.set(found.main, taken);
  }
  const told = jsonSource(document, `step "${step}" runs "${found.name}": `);
  const source = { value: document, locate: (place: Place) => `${at}: ${told.locate(place)}` };
  packing.files.set(found.name, { path: found.name, source, document, processes: all, isGraph, ids, known });
  addBroaderFormats(packing, document);
}

function addBroaderFormats(packing: Packing, document: JsonObject): void {
  const formats = document[broaderFormatsName];
  for (const [name, broader] of Object.entries(isJsonObject(formats) ? formats : {})) {
    const known = packing.broaderFormats.get(name) ?? new Set<string>();
    for (const one of isList(broader) ? broader : []) if (typeof one === "string") known.add(one);
    packing.broaderFormats.set(name, known);
  }
}

/** Counts how many levels of deployed processes a deployed process is, itself included. */
function levelsOf({ document, main }: DeployedProcess): number {
  const graph = isList(document.$graph) ? document.$graph : [document];
  const runs = new Map(graph.map((process) => [ownId(process), [...new Set(runsOf(process))]]));
  const known = new Map<string, number>();
  const levels = (id: string): number => {
    const before = known.get(id);
    if (before !== undefined) return before;
    // What runs itself is told by the check of the document.
    known.set(id, 0);
    const below = (runs.get(id) ?? []).map((run) => levels(run.replace(/^#/, "")));
    const count = Math.max(0, ...below) + (pinnedName.test(id) ? 1 : 0);
    known.set(id, count);
    return count;
  };
  return 1 + levels(main);
}

/** Lists what the steps of a process run by name, also those of processes that are written out in it. */
export function runsOf(value: Json): readonly string[] {
  if (isList(value)) return value.flatMap(runsOf);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === "run" && typeof member === "string" ? [member] : runsOf(member),
  );
}
