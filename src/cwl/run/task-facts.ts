import { stat } from "node:fs/promises";
import { usageKey } from "../../domain/figures/usage.ts";
import { runMember, type TaskFacts, tasksIn, tasksMember } from "../../domain/jobs/provenance.ts";
import type { Logger } from "../../domain/logger.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import type { PreparedInputs } from "../../domain/values/values.ts";
import { itemsOf } from "../../domain/values/values.ts";
import type { Checkpoints, Prepared } from "../../engines/engine.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import { digestFile } from "../../files/jobs/digest-outputs.ts";
import { createJobPaths } from "../../files/jobs/job-paths.ts";
import type { Layout } from "../../files/layout.ts";
import { isFileObject, pathOf } from "../values/file-object.ts";
import type { Call } from "./call.ts";

/** What a tool adds to what is known of its call. */
export type CallNotes = Pick<
  TaskFacts,
  | "command"
  | "exitCode"
  | "tries"
  | "image"
  | "unusedImage"
  | "software"
  | "executor"
  | "host"
  | "isCached"
  | "cachedFrom"
> & { readonly startedAt?: number; readonly endedAt?: number };

/** Gathers what is kept of a run for its provenance. */
export type FactsBook = {
  /** Notes the inputs of a call as they were resolved; the digests of its files are computed meanwhile. */
  noteInputs(call: Call, inputs: JsonObject): void;
  note(call: Call, notes: CallNotes): void;
  /** Notes when the first try of a call began; what is known of an earlier one stays. */
  begins(call: Call, at: number): void;
  /** Adds a call that has ended, with its outputs where it ended well. */
  end(call: Call, ended: EndedCall): Promise<void>;
  /** Tells whether no tool ran so far, in no life of the server, and outputs of earlier runs were taken instead. */
  hasTakenAll(): boolean;
  /** Gives the facts of calls at a step and below it that nobody took yet. */
  take(key?: string): readonly TaskFacts[];
};

export type EndedCall = {
  readonly kind: TaskFacts["kind"];
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outputs?: JsonObject;
  readonly ranAt?: string;
  readonly failure?: string;
};

type FactsBookDeps = {
  readonly signal: AbortSignal;
  /** Words a text without the places of the server. */
  readonly withoutPlaces: (text: string) => string;
  readonly warn: (error: unknown) => void;
};

/** Longer values are told by their length alone, in characters of JSON. */
const longestValue = 4096;
const mostArguments = 1000;
const longestArgument = 4096;

/** Creates the book of a run. What cannot be digested is told to whoever runs the service. */
export function factsOfRun(
  { layout, logger }: { readonly layout: Layout; readonly logger: Logger },
  { executionId, inputs }: Pick<Prepared, "executionId" | "inputs">,
  signal: AbortSignal,
  checkpoints: Checkpoints,
): FactsBook {
  const warn = (error: unknown) =>
    logger.warn("Cannot digest a file for the provenance of a job", { executionId, error });
  const withoutPlaces = createJobPaths(layout, executionId, { hidesData: true });
  const earlier = [...checkpoints].flatMap(([key, value]) =>
    isJsonObject(value) ? tasksIn(value[key === usageKey ? runMember : tasksMember]) : [],
  );
  return createFactsBook({ signal, warn, withoutPlaces }, inputs, earlier);
}

/**
 * Creates an empty book. `prepared` are the inputs of the job, whose digests are known as far as they passed our hands; `earlier` are
 * the tasks that earlier lives of the server have kept.
 */
function createFactsBook(deps: FactsBookDeps, prepared: PreparedInputs, earlier: readonly TaskFacts[]): FactsBook {
  const count = { ran: 0, taken: 0 };
  const add = ({ kind, isCached }: Pick<TaskFacts, "kind" | "isCached">) => {
    if (kind !== "tool" && kind !== "remote") return;
    count[isCached === true ? "taken" : "ran"] += 1;
  };
  for (const task of earlier) add(task);
  const digests = new Map<string, Promise<string>>();
  const notes = new Map<Call, CallNotes & { inputs?: Promise<JsonObject> }>();
  let waiting: { readonly key: string; readonly facts: TaskFacts }[] = [];
  const given = knownDigests(prepared);
  const describe = (value: Json) => described({ ...deps, digests, given }, value);
  return {
    noteInputs(call, inputs) {
      notes.set(call, { ...notes.get(call), inputs: describedMembers(describe, inputs) });
    },
    note(call, more) {
      notes.set(call, { ...notes.get(call), ...more });
    },
    begins(call, at) {
      notes.set(call, { startedAt: at, ...notes.get(call) });
    },
    async end(call, { outputs, failure, ...ended }) {
      const { inputs, command, ...known } = notes.get(call) ?? {};
      const hasWaited = known.startedAt !== undefined && known.startedAt > ended.startedAt;
      notes.delete(call);
      const [resolved, made] = await Promise.all([
        inputs,
        // The job's own outputs are digested when they are published.
        outputs === undefined || call.path === "" ? undefined : describedMembers(describe, outputs),
      ]);
      const key = keyOf(call);
      const facts: TaskFacts = {
        ...(hasWaited ? { readyAt: ended.startedAt } : {}),
        ...ended,
        ...known,
        step: key,
        process: call.process.id,
        ...(resolved === undefined ? {} : { inputs: resolved }),
        ...(made === undefined ? {} : { outputs: made }),
        ...(command === undefined ? {} : { command: shownCommand(deps, command) }),
        ...(failure === undefined ? {} : { failure: deps.withoutPlaces(failure) }),
      };
      waiting.push({ key, facts });
      add(facts);
    },
    hasTakenAll: () => count.ran === 0 && count.taken > 0,
    take(key) {
      const isBelow = (one: string) =>
        key === undefined || one === key || one.startsWith(`${key}/`) || one.startsWith(`${key}[`);
      const taken = waiting.filter((one) => isBelow(one.key));
      waiting = waiting.filter((one) => !isBelow(one.key));
      return taken.map(({ facts }) => facts);
    },
  };
}

/** The parts of a scattered tool share the path of their step. */
function keyOf({ path, shard, isPart }: Call): string {
  return isPart === true ? `${path}[${shard}]` : path;
}

function shownCommand({ withoutPlaces }: FactsBookDeps, command: readonly string[]): string[] {
  const shown = command.slice(0, mostArguments).map((one) => withoutPlaces(one.slice(0, longestArgument)));
  return command.length > mostArguments ? [...shown, `(${command.length - mostArguments} more)`] : shown;
}

function knownDigests(prepared: PreparedInputs): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const item of Object.values(prepared).flatMap((one) => itemsOf(one))) {
    if (item.kind !== "file") continue;
    for (const file of [item, ...(item.secondaryFiles ?? [])]) {
      if (file.sha256 !== undefined) known.set(file.path, file.sha256);
    }
  }
  return known;
}

type Describing = FactsBookDeps & {
  readonly digests: Map<string, Promise<string>>;
  readonly given: ReadonlyMap<string, string>;
};

async function describedMembers(describe: (value: Json) => Promise<Json>, members: JsonObject): Promise<JsonObject> {
  const entries = Object.entries(members).map(async ([name, value]) => [name, await describe(value)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** A value as it is kept: files by name, place, size and digest, and nothing of what is in them. */
async function described(deps: Describing, value: Json): Promise<Json> {
  if (isList(value) && holdsFiles(value)) return Promise.all(value.map((one) => described(deps, one)));
  const file = isFileObject(value) ? value : undefined;
  if (file !== undefined) return describedFile(deps, file);
  if (isJsonObject(value) && holdsFiles(value)) return describedMembers((one) => described(deps, one), value);
  const text = JSON.stringify(value);
  return text.length <= longestValue ? value : { "heddle:omitted": `a value of ${text.length} characters` };
}

function holdsFiles(value: Json): boolean {
  if (isList(value)) return value.some((one) => holdsFiles(one));
  if (!isJsonObject(value)) return false;
  return Object.values(value).some((one) => holdsFiles(one)) || isFileObject(value);
}

async function describedFile(deps: Describing, file: JsonObject): Promise<JsonObject> {
  const { class: kind, basename, location, size, secondaryFiles, contents } = file;
  const path = pathOf(file);
  const base = { class: kind ?? "File", ...(basename === undefined ? {} : { basename }) };
  const others = isList(secondaryFiles)
    ? { secondaryFiles: await Promise.all(secondaryFiles.map((one) => described(deps, one))) }
    : {};
  if (path === undefined) {
    const place = typeof location === "string" && /^https?:/.test(location) ? { location } : {};
    return {
      ...base,
      ...place,
      ...(typeof contents === "string" ? { size: Buffer.byteLength(contents) } : {}),
      ...others,
    };
  }
  const place = { location: deps.withoutPlaces(path) };
  if (kind !== "File") return { ...base, ...place, ...others };
  const found = await digestOf(deps, path);
  return { ...base, ...place, ...(size === undefined ? {} : { size }), ...found, ...others };
}

/** A file that a tool changes in place is another one afterwards. */
async function digestOf(deps: Describing, path: string): Promise<{ readonly size?: number; readonly sha256?: string }> {
  try {
    const facts = await ifExists(stat(path));
    if (facts?.isFile() !== true) return {};
    const { size } = facts;
    const given = deps.given.get(path);
    if (given !== undefined) return { size, sha256: given };
    const key = `${path}\0${size}\0${facts.mtimeMs}\0${facts.ino}`;
    const known = deps.digests.get(key) ?? digestFile(path, deps.signal);
    deps.digests.set(key, known);
    return { size, sha256: await known };
  } catch (error) {
    // What cannot be read has no digest: the tool, or whoever publishes its outputs, tells of it.
    if (!deps.signal.aborted) deps.warn(error);
    return {};
  }
}
