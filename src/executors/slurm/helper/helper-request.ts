import * as v from "valibot";
import { isPlainName } from "../../../files/layout.ts";

const name = v.pipe(
  v.string("a name"),
  v.maxLength(255, "a name of at most 255 characters"),
  v.check(isPlainName, "the name of one file or directory, without / and not . or .."),
);

const absolute = v.pipe(v.string("a path"), v.regex(/^\/[^\0\n]*$/, "an absolute path"));
const id = v.pipe(v.number("a number"), v.integer("a whole number"), v.minValue(1, "a number above 0"));

/** What the administrator allows the helper; nobody else can write it. */
export const HelperRulesSchema = v.strictObject({
  /** What `work-dir` of the service says. */
  workDirectory: absolute,
  /** The user of the service, to whom scripts belong. */
  service: id,
  /** The group of the service, to which what its jobs write is open. */
  group: id,
  minUser: v.optional(id, 1000),
  maxUser: v.optional(id, 59_999),
  /** If given, nobody else. */
  users: v.optional(v.array(v.string("a name"), "a list of names of users")),
  slurmConf: v.optional(absolute),
});

export type HelperRules = v.InferOutput<typeof HelperRulesSchema>;

const word = v.pipe(v.string("a word"), v.regex(/^[^\0\n]{1,4096}$/, "one line of at most 4096 characters"));
const jobId = v.pipe(v.string("a number of a job"), v.regex(/^\d+(?:_(?:\d+|\[[\d,-]+\]))?$/, "a number of a job"));

/** What the helper does for the service, as one user. */
export const HelperRequestSchema = v.variant(
  "verb",
  [
    v.strictObject({
      verb: v.literal("prepare"),
      execution: name,
      /** Each by the names that lead to it. */
      directories: v.pipe(
        v.array(v.pipe(v.array(name, "a list of names"), v.minLength(1, "a name"), v.maxLength(8, "at most 8 names"))),
        v.maxLength(10_000, "at most 10000 directories"),
      ),
    }),
    v.strictObject({ verb: v.literal("submit"), execution: name, script: name, words: v.array(word) }),
    v.strictObject({
      verb: v.literal("cancel"),
      jobs: v.pipe(v.array(jobId), v.minLength(1, "a job"), v.maxLength(1000, "at most 1000 jobs")),
      signal: v.optional(v.literal("TERM")),
    }),
    v.strictObject({ verb: v.literal("release"), execution: name }),
  ],
  "prepare, submit, cancel or release",
);

export type HelperRequest = v.InferOutput<typeof HelperRequestSchema>;

/**
 * What `sbatch` may be told: whole names only, as it would take the beginning of one for the name. Nothing here says whose
 * the job is, or names a file that is read or written.
 */
const allowedOptions = new Set(
  [
    ...["job-name", "array", "comment", "ntasks", "cpus-per-task", "mem", "mem-per-cpu", "mem-per-gpu", "time"],
    ...["time-min", "partition", "account", "qos", "wckey", "constraint", "nodelist", "exclude", "reservation"],
    ...["gpus", "gpus-per-node", "gpus-per-task", "gres", "licenses", "nice", "exclusive", "hold", "tmp", "nodes"],
    ...["ntasks-per-node", "mincpus", "hint", "threads-per-core", "switches", "begin", "deadline", "priority"],
    ...["oversubscribe", "core-spec", "prefer", "clusters", "no-requeue"],
  ].map((one) => `--${one}`),
);

/** Those that must say just this. */
const fixedWords = new Set(["--export=ALL", "--chdir=/", "--output=/dev/null", "--error=/dev/null"]);

/** Finds a word that `sbatch` must not be told. */
export function forbiddenWord(words: readonly string[]): string | undefined {
  return words.find((one) => !fixedWords.has(one) && !allowedOptions.has(one.replace(/=.*$/s, "")));
}
