import * as v from "valibot";
import { defined, unlessEmpty } from "../defined.ts";
import { fault, issueFaults } from "../faults.ts";
import { wishOf } from "../people/notification.ts";
import { type LocatedSubscriber, MailAddressSchema, readSubscribers, SubscriberSchema } from "../people/subscriber.ts";
import type { Fault } from "../problem.ts";
import type { ProcessDescription } from "../processes/process.ts";
import { type LocatedItem, type ReadOptions, readInputs } from "../values/execution-inputs.ts";
import { readOutputs } from "../values/execution-outputs.ts";
import { isJsonObject, type Json, type JsonObject, objectWithDoubles } from "../values/json.ts";
import { noteOthers } from "../words/other-members.ts";
import { isOneLine } from "../words/text.ts";
import type { JobRequest } from "./job.ts";
import { tagsIn, wrongOfTags } from "./job-tags.ts";
import { RunWishesSchema, runLimits } from "./run-settings.ts";

const modes = ["sync", "async", "auto"] as const;
export type ExecutionMode = (typeof modes)[number];

const byId = v.custom<JsonObject | readonly Json[]>(
  (value) => isJsonObject(value) || Array.isArray(value),
  "a map by id, or a list of objects with an id",
);

/** Longer texts do not fit a row of a table. */
const longestTitle = 200;
const titleWanted = `one line of text, of at most ${longestTitle} characters`;

/** What a job may be called. White space around it is left out. */
export const JobTitleSchema = v.pipe(
  v.string(titleWanted),
  v.trim(),
  v.minLength(1, titleWanted),
  v.maxLength(longestTitle, titleWanted),
  v.check(isOneLine, titleWanted),
);

/**
 * The body of an execution request: OGC 18-062r2 execute.yaml, the 2.0 draft's, and the older one with lists.
 * Values of inputs and outputs are read by `readExecution`, against the process's description.
 */
export const ExecuteBodySchema = v.looseObject({
  process: v.optional(v.string("the id or URL of the process")),
  mode: v.optional(v.picklist(modes, `one of ${modes.join(", ")}`)),
  response: v.optional(v.picklist(["raw", "document"], "one of raw, document")),
  inputs: v.optional(byId),
  outputs: v.optional(byId),
  heddle: v.optional(RunWishesSchema),
  subscriber: v.optional(SubscriberSchema),
  subscribers: v.optional(SubscriberSchema),
  notification_email: v.optional(MailAddressSchema),
  /** Words for readers and tools; the title and the tags go with the job. */
  title: v.optional(JobTitleSchema),
  description: v.optional(v.unknown()),
  $schema: v.optional(v.unknown()),
  /** What a dry run adds to the request that it answers. */
  ranBefore: v.optional(v.unknown()),
  tags: v.optional(v.union([v.array(v.string()), v.string()], "a list of words")),
});
const bodyMembers = Object.keys(ExecuteBodySchema.entries);

/** An execution request whose form is right: `items` are its inputs again, each with its place; so are `subscribers`. */
export type ExecutionRequest = {
  readonly mode: ExecutionMode;
  readonly request: JobRequest;
  readonly items: readonly LocatedItem[];
  readonly subscribers: readonly LocatedSubscriber[];
};

/** Reads an execution request against the description of its process, collecting every fault. */
export function readExecution(
  given: unknown,
  description: ProcessDescription,
  { holdsInnerFiles }: Pick<ReadOptions, "holdsInnerFiles"> = {},
): { readonly faults: readonly Fault[]; readonly execution: ExecutionRequest } {
  const empty: ExecutionRequest = { mode: "auto", request: { inputs: {} }, items: [], subscribers: [] };
  if (!isJsonObject(given)) return { faults: [fault("", given, "an object with inputs")], execution: empty };
  const { inputs: givenInputs = {}, ...others } = given;
  // Only values of inputs are numbers that matter to the last digit.
  const payload = { ...objectWithDoubles(others), ...("inputs" in given ? { inputs: givenInputs } : {}) };
  const outcome = v.safeParse(ExecuteBodySchema, payload);
  const faults: Fault[] = outcome.success ? [] : [...issueFaults(outcome.issues)];
  const warnings: string[] = [];
  noteOthers(payload, bodyMembers, { pointer: "", faults, warnings });
  const read = isById(givenInputs)
    ? readInputs(givenInputs, description, faults, { warnings, ...defined({ holdsInnerFiles }) })
    : { inputs: {}, items: [] };
  const { outputs: givenOutputs } = others;
  const named = isById(givenOutputs) ? readOutputs(givenOutputs, description, faults, warnings) : undefined;
  if (!outcome.success) return { faults, execution: { ...empty, items: read.items } };
  const { process, mode, response, heddle, title, tags } = outcome.output;
  const wrongTags = wrongOfTags(tagsIn(tags));
  if (wrongTags !== undefined) faults.push({ pointer: "/tags", detail: wrongTags });
  // 1.0 has no words for wanting no outputs: who names none wants all of them (OGC 18-062r2 /req/core/process-execute-default-outputs).
  const isNone = named !== undefined && Object.keys(named).length === 0;
  const outputs = isNone && response !== undefined ? undefined : named;
  const longest = description.heddle?.maxSeconds;
  if (longest !== undefined && (heddle?.maxSeconds ?? 0) > longest) {
    faults.push(fault("/heddle/maxSeconds", heddle?.maxSeconds, `at most ${longest}, as the process allows`));
  }
  const run = runLimits(description.heddle, heddle);
  const subscribers = readSubscribers(outcome.output, faults);
  if (process !== undefined && process !== description.id && !process.endsWith(`/processes/${description.id}`)) {
    faults.push(fault("/process", process, `"${description.id}", the process of the path`));
  }
  const request: JobRequest = {
    inputs: read.inputs,
    ...defined({ outputs, response, run, title, warnings: unlessEmpty(warnings) }),
    ...(subscribers.length === 0 ? {} : { notify: subscribers.map(({ subscriber }) => wishOf(subscriber)) }),
  };
  return { faults, execution: { mode: mode ?? "auto", request, items: read.items, subscribers } };
}

function isById(value: unknown): value is JsonObject | readonly Json[] {
  return isJsonObject(value) || Array.isArray(value);
}
