import * as v from "valibot";
import { type Json, type JsonObject, parseExact } from "../values/json.ts";

/** Where a checkpoint of steps holds the tasks that made it: no output has a name with `#`. */
export const tasksMember = "#tasks";
/** Where what is kept at the end of a run holds the tasks that no checkpoint has. */
export const runMember = "#run";

const JsonObjectSchema = v.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);

/** A job that made what a cache keeps, and when it had made it, in milliseconds since 1970. */
export const MakerSchema = v.object({ job: v.string(), at: v.number() });
export type Maker = v.InferOutput<typeof MakerSchema>;

/** One task of a run: one call of a tool, an expression, a workflow inside it, or a process of another server. */
export const TaskFactsSchema = v.object({
  /** The path of its step, with the number of the part where that is scattered; empty for the process itself. */
  step: v.string(),
  kind: v.picklist(["tool", "expression", "workflow", "remote"]),
  /** The id of its process in the packed document: for a deployed process its name and digest. */
  process: v.string(),
  /** When all that it needs was there, where its tool had to wait for a place to run, in milliseconds since 1970. */
  readyAt: v.optional(v.number()),
  /** When it began: of a tool, when its first try was started. Milliseconds since 1970. */
  startedAt: v.number(),
  endedAt: v.number(),
  /** As they were resolved, defaults included: files with their size and digest. */
  inputs: v.optional(JsonObjectSchema),
  outputs: v.optional(JsonObjectSchema),
  command: v.optional(v.array(v.string())),
  exitCode: v.optional(v.number()),
  /** How many times it was started. */
  tries: v.optional(v.number()),
  image: v.optional(v.object({ name: v.string(), digest: v.optional(v.string()) })),
  /** Of a tool that ran in no image: the one that its package names, null where it names none; absent where that was not kept. */
  unusedImage: v.optional(v.nullable(v.string())),
  /** What its SoftwareRequirement says it uses: names with versions, and what identifies them in brackets. */
  software: v.optional(v.array(v.string())),
  executor: v.optional(v.string()),
  host: v.optional(v.string()),
  /** Its outputs were taken from those of an earlier call. */
  isCached: v.optional(v.boolean()),
  /** Which job had made them; absent where the cache does not know. */
  cachedFrom: v.optional(MakerSchema),
  /** The process of another server, or the built-in, that ran. */
  ranAt: v.optional(v.string()),
  failure: v.optional(v.string()),
});
export type TaskFacts = v.InferOutput<typeof TaskFactsSchema>;

/** Reads the tasks that a kept value holds; what is none is left out. */
export function tasksIn(value: Json | undefined): readonly TaskFacts[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one) => {
    const outcome = v.safeParse(TaskFactsSchema, one);
    return outcome.success ? [outcome.output] : [];
  });
}

/** Writes tasks as they are kept. */
export function tasksJson(tasks: readonly TaskFacts[]): Json {
  // Their type admits members that are undefined.
  return parseExact(JSON.stringify(tasks));
}

/** What a server is, as executions keep it. */
export type ServerFacts = { readonly version: string; readonly host: string };

/** Words what a server is. */
export function serverWords({ version, host }: ServerFacts): string {
  return `${version} ${host}`;
}

/** Reads what `serverWords` has worded. */
export function readServer(words: string): ServerFacts {
  const [version = "", ...host] = words.split(" ");
  return { version, host: host.join(" ") };
}
