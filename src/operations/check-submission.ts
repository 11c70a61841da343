import { wishes } from "../domain/access.ts";
import { alternativesOf } from "../domain/described.ts";
import { type ExecutionMode, readExecution } from "../domain/execution.ts";
import { chooseMode } from "../domain/execution-mode.ts";
import { refusal } from "../domain/faults.ts";
import type { JobRequest } from "../domain/job.ts";
import { canonicalJson, isJsonObject } from "../domain/json.ts";
import { type Fault, Problem } from "../domain/problem.ts";
import type { InputDefinition, ProcessDescription } from "../domain/process.ts";
import type { LocatedSubscriber } from "../domain/subscriber.ts";
import type { InputItem } from "../domain/values.ts";
import { jsonTimeOf } from "../domain/xsd-times.ts";
import { createInputCheck, type InputCheck } from "../engines/input-check.ts";
import { schemaBudget } from "../engines/json-schema/check.ts";
import type { Idempotency } from "../store/jobs.ts";
import { checkReferences } from "./references.ts";
import { digestOf } from "./secrets.ts";
import type { Submission, SubmitDeps } from "./submission.ts";
import { checkSubscribers } from "./subscribers.ts";

/** Reads and checks all of a submission. Throws `invalid-parameter-value` with every fault. */
export async function checkSubmission(deps: SubmitDeps, submission: Submission) {
  const { process, payload, prefer, principal } = submission;
  const faults: Fault[] = [];
  const { mode, request, subscribers } = noting(deps, `Checking a request to process "${process.id}"`, () =>
    collectFaults(payload, process.description, deps.inputChecks.of(process), faults, submission.takesXsdTimes),
  );
  const { chosen, fault } = chooseMode(mode, prefer, process.description);
  if (fault !== undefined) faults.push(fault);
  const vaultFileIds = await checkReferences(
    { database: deps.database, clock: deps.clock, inputRoots: submission.settings.inputRoots },
    { inputs: request.inputs, principal, tokens: submission.auth?.vaultTokens ?? [] },
    faults,
  );
  checkSubscribers({ gate: deps.gate, ...submission.settings }, subscribers, faults);
  const idempotency = idempotencyOf(deps, submission, faults);
  refuseFaults(process.description, faults);
  refuseWishes(submission, request);
  submission.requireAnswer?.({ process, request, isSync: chosen.isSync, subscribers });
  return { request, chosen, vaultFileIds, idempotency, subscribers };
}

function noting<T>({ activity }: SubmitDeps, doing: string, work: () => T): T {
  activity.begin(doing);
  try {
    return work();
  } finally {
    activity.end();
  }
}

/** Whoever may execute may not also push in front of everybody, or keep the results for ever. */
function refuseWishes({ principal, processId, settings }: Submission, { run }: JobRequest): void {
  const { maxPriority, mayPin } = (settings.wishBounds ?? wishes)[principal.role];
  const faults: Fault[] = [];
  if ((run?.priority ?? 0) > maxPriority) {
    const detail = `found ${run?.priority}, wanted at most ${maxPriority} for role "${principal.role}"`;
    faults.push({ pointer: "/heddle/priority", detail });
  }
  if (run?.isPinned === true && !mayPin) {
    faults.push({ pointer: "/heddle/pinned", detail: `found true, wanted false for role "${principal.role}"` });
  }
  if (faults.length === 0) return;
  const all = faults.map((fault) => `${fault.pointer}: ${fault.detail}`).join("; ");
  throw new Problem("forbidden", `Cannot execute process "${processId}": ${all}`, { faults });
}

/** What an execution request asks for, once it was found right. */
export type JobParameters = {
  readonly mode: ExecutionMode;
  readonly request: JobRequest;
  readonly subscribers: readonly LocatedSubscriber[];
};

/**
 * Validates an execution request against the description of its process: `mode`, `response`, `transmissionMode`, ids,
 * occurrences and values. Throws `invalid-parameter-value` with every fault: a JSON pointer, what was found, what was
 * wanted. `check` knows which inputs are files; without it, values are checked by their schemas alone.
 */
export function validateJobParameters(
  payload: unknown,
  description: ProcessDescription,
  check: InputCheck = createInputCheck({ description, fileInputs: [] }),
): JobParameters {
  const faults: Fault[] = [];
  const parameters = collectFaults(payload, description, check, faults);
  const { fault } = chooseMode(parameters.mode, { respondAsync: false }, description);
  refuseFaults(description, fault === undefined ? faults : [...faults, fault]);
  return parameters;
}

function collectFaults(
  payload: unknown,
  description: ProcessDescription,
  check: InputCheck,
  faults: Fault[],
  takesXsdTimes = false,
): JobParameters {
  const { execution, faults: ofForm } = readExecution(payload, description);
  const budget = schemaBudget();
  const ofItems = execution.items.flatMap(({ inputId, item, pointer }) =>
    check.item(inputId, takesXsdTimes ? withJsonTime(item, description.inputs[inputId]) : item, pointer, budget),
  );
  for (const fault of [...ofForm, ...ofItems]) faults.push(fault);
  return execution;
}

/** The time of a WPS literal, as it is checked; whoever runs gets the text that was sent. */
function withJsonTime(item: InputItem, definition: InputDefinition | undefined): InputItem {
  if (item.kind !== "value" || typeof item.value !== "string" || definition === undefined) return item;
  const { value: text } = item;
  const formats = alternativesOf(definition.schema).map((one) => one.format);
  const times = formats.flatMap((format) => (typeof format === "string" ? (jsonTimeOf(text, format) ?? []) : []));
  const [value] = times;
  return value === undefined ? item : { ...item, value };
}

function refuseFaults(description: ProcessDescription, faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  throw refusal(`execute process "${description.id}"`, faults);
}

/** How long a key is remembered; 24 hours. */
const idempotencyMilliseconds = 24 * 3600 * 1000;

function idempotencyOf(deps: SubmitDeps, submission: Submission, faults: Fault[]): Idempotency | undefined {
  const { idempotencyKey: key, payload } = submission;
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    faults.push({
      pointer: "header Idempotency-Key",
      detail: "found other characters, wanted 1 to 255 visible ASCII characters",
    });
    return undefined;
  }
  return {
    principal: submission.user === undefined ? "anonymous" : `user:${submission.user}`,
    key,
    bodyDigest: digestOf(isJsonObject(payload) ? canonicalJson(payload) : ""),
    expiresAt: deps.clock.now() + idempotencyMilliseconds,
  };
}
