import * as v from "valibot";
import { defined } from "../defined.ts";

/**
 * What becomes of a job whose tool was running when the server went down.
 * - `rerun`: what lives is watched on, what ended is collected, what was lost runs again, three times at most.
 * - `resume`: the same, but a tool that was lost is never run a second time: its job fails.
 * - `fail`: the job fails as soon as its tool had started; what lives of it is stopped.
 */
export const restartPolicies = ["rerun", "resume", "fail"] as const;
export type RestartPolicy = (typeof restartPolicies)[number];

/**
 * What becomes of the rest of a workflow when one of its steps fails.
 * - `stop`: what runs is stopped, nothing else is started.
 * - `continue`: all that does not need the failed step goes on, so that a retry from the failed step has less to do.
 */
export const errorPolicies = ["stop", "continue"] as const;
export type ErrorPolicy = (typeof errorPolicies)[number];

/** A hundred years, in seconds. */
const longestSeconds = 3_155_760_000;

function whole(lowest: number, highest: number) {
  const wanted = `a whole number from ${lowest} to ${highest}`;
  return v.pipe(v.number(wanted), v.integer(wanted), v.minValue(lowest, wanted), v.maxValue(highest, wanted));
}

/** What another try of a tool may follow, as a process says it; the words are those of Slurm. */
export const retryCauses = ["OUT_OF_MEMORY", "TIMEOUT", "NODE_FAIL"] as const;
export type RetryCause = (typeof retryCauses)[number];

function factor() {
  const wanted = "a number from 1 to 16";
  return v.pipe(v.number(wanted), v.minValue(1, wanted), v.maxValue(16, wanted));
}

const RetrySchema = v.strictObject({
  /** Further tries after this cause. */
  times: whole(1, 10),
  /** How much more than in the try before a tool is given, of what it asks for. */
  memoryFactor: v.optional(factor()),
  timeFactor: v.optional(factor()),
});
export type Retry = v.InferOutput<typeof RetrySchema>;

/** How the jobs of a process are run here: the member `heddle` of its description. */
export const RunSettingsSchema = v.strictObject({
  restart: v.optional(v.picklist(restartPolicies, `one of ${restartPolicies.join(", ")}`)),
  onError: v.optional(v.picklist(errorPolicies, `one of ${errorPolicies.join(", ")}`)),
  /** Jobs of this process that run at once. */
  slots: v.optional(whole(1, 4096)),
  /** The longest that an attempt may take, from its claim on. */
  maxSeconds: v.optional(whole(1, longestSeconds)),
  /** Which assets of STAC items its jobs are given, by key, role or media type, where the request does not say. */
  assets: v.optional(
    v.pipe(
      v.array(v.pipe(v.string("some text"), v.minLength(1, "some text"))),
      v.minLength(1, "a list of keys, roles or media types of assets"),
      v.maxLength(100, "at most 100 keys, roles or media types of assets"),
    ),
  ),
  /** Its tools run on the machine of the service, also where those of other processes run on a cluster. */
  executor: v.optional(v.picklist(["local"], "local")),
  /** Which ends of a tool are followed by another try, and with how much more. */
  retries: v.optional(v.strictObject(v.entriesFromList(retryCauses, v.optional(RetrySchema)))),
  /** Its tools make namespaces of their own in their sandbox, as browsers do: only an admin may say so. */
  ownNamespaces: v.optional(v.boolean("true or false")),
});
export type RunSettings = v.InferOutput<typeof RunSettingsSchema>;

/** How one job is to be run: the member `heddle` of an execution request. */
export const RunWishesSchema = v.strictObject({
  /** Higher runs first; 0 when not given. */
  priority: v.optional(whole(-10, 10)),
  /** No longer than what the process allows. */
  maxSeconds: v.optional(whole(1, longestSeconds)),
  /** It is kept until somebody dismisses it. */
  pinned: v.optional(v.boolean("true or false")),
});

/** What a job is run by: its own wishes within the settings that its process had when it was submitted. */
export type RunLimits = {
  readonly priority?: number;
  readonly maxSeconds?: number;
  readonly processSlots?: number;
  readonly isPinned?: true;
  /** Under which name a cluster accounts for it, by the table of the operator when it was submitted. */
  readonly account?: string;
};

/** Joins the wishes of a request with the settings of its process. Undefined when neither says anything. */
export function runLimits(
  settings: RunSettings | undefined,
  wishes: v.InferOutput<typeof RunWishesSchema> | undefined,
): RunLimits | undefined {
  const maxSeconds = wishes?.maxSeconds ?? settings?.maxSeconds;
  const limits: RunLimits = {
    ...defined({ priority: wishes?.priority, maxSeconds }),
    ...(wishes?.pinned === true ? { isPinned: true } : {}),
    ...defined({ processSlots: settings?.slots }),
  };
  return Object.keys(limits).length === 0 ? undefined : limits;
}
