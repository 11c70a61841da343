import { lstat, realpath } from "node:fs/promises";
import * as v from "valibot";
import type { JsonObject } from "../domain/json.ts";
import { mediaTypeOf } from "../domain/media-type.ts";
import { Problem } from "../domain/problem.ts";
import { ResultsSchema } from "../domain/results.ts";
import type { FileResult, FileValue, OutputValue, OutputValues, Result, Results } from "../domain/values.ts";
import { ifExists } from "./file-errors.ts";
import {
  executionWorkDirectory,
  isInside,
  isPlainName,
  type Layout,
  remoteDirectory,
  tasksDirectory,
} from "./layout.ts";

const OutputMoveSchema = v.object({
  /** Absolute, symlinks resolved. */
  source: v.string(),
  /** Relative to the output directory. */
  target: v.string(),
  mode: v.picklist(["move", "copy"]),
  sizeBytes: v.number(),
});
export type OutputMove = v.InferOutput<typeof OutputMoveSchema>;

const OutputPlanSchema = v.object({ moves: v.array(OutputMoveSchema), results: ResultsSchema });

/** What is done to publish an execution's outputs, and the results it gives. Pure JSON, recorded before anything is moved. */
export type OutputPlan = { readonly moves: readonly OutputMove[]; readonly results: Results };

/** Reads a plan that was recorded. */
export function parseOutputPlan(recorded: JsonObject): OutputPlan {
  return v.parse(OutputPlanSchema, recorded);
}

export type PlanRequest = {
  readonly jobId: string;
  readonly executionId: string;
  readonly outputs: OutputValues;
  /** Tells whether a tool created a file (its real path) in its own output directory. Without it: what lies below `tasks/` and `remote/`. */
  readonly toolOwned?: (path: string) => boolean;
  /** Tells whether a file outside the work directory (its real path) is an input of this execution. Without it: none is. */
  readonly isInput?: (path: string) => boolean;
};

/** A file that will be published: from where, and under which names below the directories of execution and job. */
type Placed = { readonly source: Source; readonly names: readonly string[] };

type Source = { readonly path: string; readonly sizeBytes: number; readonly linkCount: number };

/**
 * Plans where each output file goes: `<executionId>/<outputId>/<file>`, members of an array in a numbered directory each,
 * secondary files beside their primary. Nothing is changed on disk.
 * Throws `job-failed` for a file that is missing or not regular, `forbidden` for one that is not this execution's.
 */
export async function planOutputs(layout: Layout, request: PlanRequest): Promise<OutputPlan> {
  const placed: Placed[] = [];
  const taken = new Set<string>();
  const results: Record<string, Result> = {};
  for (const [outputId, value] of Object.entries(request.outputs)) {
    checkName(outputId, outputId);
    const sources = await findSources(layout, request, outputId, value);
    results[outputId] = placeValue({ request, placed, taken, sources, outputId }, value, [outputId]);
  }
  const toolOwned = request.toolOwned ?? (await belowTasks(layout, request.executionId));
  const uses = new Map<string, number>();
  for (const { source } of placed) uses.set(source.path, (uses.get(source.path) ?? 0) + 1);
  const moves = placed.map(({ source, names }): OutputMove => {
    // What has another name somewhere must not change with ours.
    const isOnlyOurs = uses.get(source.path) === 1 && source.linkCount === 1 && toolOwned(source.path);
    const target = [request.executionId, ...names].join("/");
    return { source: source.path, target, mode: isOnlyOurs ? "move" : "copy", sizeBytes: source.sizeBytes };
  });
  return { moves, results };
}

type Placing = {
  readonly request: PlanRequest;
  readonly placed: Placed[];
  /** The names that files were placed under. */
  readonly taken: Set<string>;
  readonly sources: ReadonlyMap<FileValue, Source>;
  readonly outputId: string;
};

function placeValue(placing: Placing, value: OutputValue, directory: readonly string[]): Result {
  switch (value.kind) {
    case "value":
    case "link":
      return value;
    case "file":
      return placeFile(placing, value, directory);
    case "list": {
      const items = value.items.map((item, index) => placeValue(placing, item, [...directory, String(index)]));
      return { kind: "list", items };
    }
    default:
      return value satisfies never;
  }
}

function placeFile(placing: Placing, file: FileValue, directory: readonly string[]): FileResult {
  const { outputId, placed, request, taken, sources } = placing;
  checkName(outputId, file.basename);
  const names = [...directory, file.basename];
  const name = names.join("/");
  if (taken.has(name)) {
    throw new Problem(
      "job-failed",
      `Cannot publish output "${outputId}": found two files "${file.basename}" side by side`,
    );
  }
  taken.add(name);
  const source = sources.get(file);
  if (source === undefined) throw new Error(`Cannot place "${name}": nobody looked for it`);
  placed.push({ source, names });
  const secondaryFiles = file.secondaryFiles?.map((secondary) => placeFile(placing, secondary, directory));
  return {
    kind: "file",
    reference: `/${[request.jobId, ...names].map(encodeURIComponent).join("/")}`,
    basename: file.basename,
    mediaType: file.mediaType ?? mediaTypeOf(file.basename),
    sizeBytes: source.sizeBytes,
    ...(file.sha256 === undefined ? {} : { sha256: file.sha256 }),
    ...(secondaryFiles === undefined ? {} : { secondaryFiles }),
  };
}

/** How many files are looked for at once. */
const filesAtOnce = 16;

/** Finds where the files of an output really lie. */
async function findSources(
  layout: Layout,
  request: PlanRequest,
  outputId: string,
  value: OutputValue,
): Promise<ReadonlyMap<FileValue, Source>> {
  const work = await ifExists(realpath(executionWorkDirectory(layout, request.executionId)));
  const sources = new Map<FileValue, Source>();
  const queue = filesOf(value).values();
  await Promise.all(
    Array.from({ length: filesAtOnce }, async () => {
      for (const file of queue) sources.set(file, await findSource({ work, request, outputId }, file));
    }),
  );
  return sources;
}

function filesOf(value: OutputValue): readonly FileValue[] {
  if (value.kind === "list") return value.items.flatMap(filesOf);
  return value.kind === "file" ? [value, ...(value.secondaryFiles ?? []).flatMap(filesOf)] : [];
}

type Seeking = {
  /** The execution's work directory, really. */
  readonly work: string | undefined;
  readonly request: PlanRequest;
  readonly outputId: string;
};

async function findSource({ work, request, outputId }: Seeking, file: FileValue): Promise<Source> {
  const path = await ifExists(realpath(file.path));
  if (path === undefined) {
    throw new Problem("job-failed", `Cannot publish output "${outputId}": its file "${file.basename}" does not exist`);
  }
  const isOfExecution = work !== undefined && isInside(work, path);
  if (!isOfExecution && request.isInput?.(path) !== true) {
    throw new Problem(
      "forbidden",
      `Cannot publish output "${outputId}": its file "${file.basename}" lies outside the execution's work directory`,
    );
  }
  const found = await lstat(path);
  if (!found.isFile()) {
    throw new Problem("job-failed", `Cannot publish output "${outputId}": "${file.basename}" is not a regular file`);
  }
  return { path, sizeBytes: found.size, linkCount: found.nlink };
}

async function belowTasks(layout: Layout, executionId: string): Promise<(path: string) => boolean> {
  const own = [tasksDirectory(layout, executionId), remoteDirectory(layout, { executionId })];
  const real = await Promise.all(own.map((directory) => ifExists(realpath(directory))));
  return (path) => real.some((directory) => directory !== undefined && isInside(directory, path));
}

/** Names go into paths as they are, and into references percent-encoded, which half a surrogate pair cannot be. */
function checkName(outputId: string, name: string): void {
  if (isPlainName(name) && name.isWellFormed()) return;
  throw new Problem(
    "job-failed",
    `Cannot publish output "${outputId}": found the file name "${name}", wanted one without path characters`,
  );
}
