import { realpath } from "node:fs/promises";
import * as v from "valibot";
import { defined, unlessEmpty } from "../../domain/defined.ts";
import { Problem } from "../../domain/problem.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import { mediaTypeOf } from "../../domain/values/media-type.ts";
import { ResultsSchema } from "../../domain/values/results.ts";
import type {
  DirectoryResult,
  DirectoryValue,
  FileResult,
  FileValue,
  MadeDirectory,
  OutputValue,
  OutputValues,
  Result,
  Results,
} from "../../domain/values/values.ts";
import { ifExists } from "../disk/file-errors.ts";
import { executionWorkDirectory, isInside, type Layout, remoteDirectory, tasksDirectory } from "../layout.ts";
import { findStacItems } from "../stac-types.ts";
import { checkName, findSources, type Source, type Sources } from "./output-sources.ts";

const OutputMoveSchema = v.object({
  /** Absolute, symlinks resolved. */
  source: v.string(),
  /** Relative to the output directory. */
  target: v.string(),
  mode: v.picklist(["move", "copy"]),
  sizeBytes: v.number(),
});
export type OutputMove = v.InferOutput<typeof OutputMoveSchema>;

const OutputPlanSchema = v.object({
  moves: v.array(OutputMoveSchema),
  directories: v.exactOptional(v.array(v.string())),
  results: ResultsSchema,
});

/** What is done to publish an execution's outputs, and the results it gives. Pure JSON, recorded before anything is moved. */
export type OutputPlan = {
  readonly moves: readonly OutputMove[];
  /** Directories that are made whatever goes into them, relative to the output directory. */
  readonly directories?: readonly string[];
  readonly results: Results;
};

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

/**
 * Plans where each output file goes: `<executionId>/<outputId>/<file>`, members of an array in a numbered directory each, those of
 * a record in one of their name, secondary files beside their primary, a directory with all that is in it. Nothing is changed on disk.
 * Throws `job-failed` for a file that is missing or not regular, `forbidden` for one that is not this execution's.
 */
export async function planOutputs(layout: Layout, request: PlanRequest): Promise<OutputPlan> {
  const [work, owned] = await Promise.all([
    ifExists(realpath(executionWorkDirectory(layout, request.executionId))),
    request.toolOwned ?? belowTasks(layout, request.executionId),
  ]);
  const mayPublish = (path: string) => (work !== undefined && isInside(work, path)) || request.isInput?.(path) === true;
  const placed: Placed[] = [];
  const directories: string[] = [];
  const taken = new Set<string>();
  const results: Record<string, Result> = {};
  for (const [outputId, value] of Object.entries(request.outputs)) {
    checkName(outputId, outputId);
    const sources = await findSources({ outputId, mayPublish }, value);
    const placing: Placing = { request, placed, directories, taken, sources, outputId };
    results[outputId] = await placeValue(placing, value, [outputId]);
  }
  const uses = new Map<string, number>();
  for (const { source } of placed) uses.set(source.path, (uses.get(source.path) ?? 0) + 1);
  const moves = placed.map(({ source, names }): OutputMove => {
    // What has another name somewhere must not change with ours.
    const isOnlyOurs = uses.get(source.path) === 1 && source.linkCount === 1 && owned(source.path);
    const target = [request.executionId, ...names].join("/");
    return { source: source.path, target, mode: isOnlyOurs ? "move" : "copy", sizeBytes: source.sizeBytes };
  });
  return { moves, ...defined({ directories: unlessEmpty(directories) }), results };
}

type Placing = {
  readonly request: PlanRequest;
  readonly placed: Placed[];
  readonly directories: string[];
  /** The names that files and directories were placed under. */
  readonly taken: Set<string>;
  readonly sources: Sources;
  readonly outputId: string;
};

async function placeValue(placing: Placing, value: OutputValue, directory: readonly string[]): Promise<Result> {
  switch (value.kind) {
    case "value":
    case "link":
      return value;
    case "file":
      return placeFile(placing, value, directory);
    case "directory":
    case "madeDirectory":
      return placeDirectory(placing, value, directory);
    case "list": {
      const items = value.items.map((item, index) => placeValue(placing, item, [...directory, String(index)]));
      return { kind: "list", items: await Promise.all(items) };
    }
    case "record": {
      const members = Object.entries(value.members).map(async ([name, member]) => {
        checkName(placing.outputId, name);
        return [name, await placeValue(placing, member, [...directory, name])] as const;
      });
      return { kind: "record", members: Object.fromEntries(await Promise.all(members)) };
    }
    default:
      return value satisfies never;
  }
}

function takeName({ outputId, taken }: Placing, names: readonly string[]): void {
  const name = names.join("/");
  if (taken.has(name)) {
    throw new Problem(
      "job-failed",
      `Cannot publish output "${outputId}": found two files "${names.at(-1)}" side by side`,
    );
  }
  taken.add(name);
}

function placeFile(placing: Placing, file: FileValue, directory: readonly string[]): FileResult {
  const { outputId, placed, request, sources } = placing;
  checkName(outputId, file.basename);
  const names = [...directory, file.basename];
  takeName(placing, names);
  const source = sources.files.get(file);
  if (source === undefined) throw new Error(`Cannot place "${names.join("/")}": nobody looked for it`);
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

async function placeDirectory(
  placing: Placing,
  value: DirectoryValue | MadeDirectory,
  directory: readonly string[],
): Promise<DirectoryResult> {
  const { outputId, placed, request, sources, directories } = placing;
  checkName(outputId, value.basename);
  const top = [...directory, value.basename];
  takeName(placing, top);
  const tree = sources.trees.get(value);
  if (tree === undefined) throw new Error(`Cannot place "${top.join("/")}": nobody looked for it`);
  for (const names of [[], ...tree.directories]) directories.push([request.executionId, ...top, ...names].join("/"));
  const items = await findStacItems(tree);
  const files = tree.files.map(({ names, source }) => {
    takeName(placing, [...top, ...names]);
    placed.push({ source, names: [...top, ...names] });
    const path = names.join("/");
    const mediaType = items.has(path) ? "application/geo+json" : mediaTypeOf(names.at(-1) ?? "");
    return { path, mediaType, sizeBytes: source.sizeBytes };
  });
  const reference = `/${[request.jobId, ...top].map(encodeURIComponent).join("/")}/`;
  return { kind: "directory", reference, basename: value.basename, files };
}

async function belowTasks(layout: Layout, executionId: string): Promise<(path: string) => boolean> {
  const own = [tasksDirectory(layout, executionId), remoteDirectory(layout, { executionId })];
  const real = await Promise.all(own.map((directory) => ifExists(realpath(directory))));
  return (path) => real.some((directory) => directory !== undefined && isInside(directory, path));
}
