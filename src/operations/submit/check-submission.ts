import { defined } from "../../domain/defined.ts";
import { fault, faultsText, refusal } from "../../domain/faults.ts";
import { readExecution } from "../../domain/jobs/execution.ts";
import { type ChosenMode, chooseMode, type Preferences } from "../../domain/jobs/execution-mode.ts";
import type { JobRequest } from "../../domain/jobs/job.ts";
import { type Principal, wishes } from "../../domain/people/access.ts";
import type { LocatedSubscriber } from "../../domain/people/subscriber.ts";
import { type Fault, Problem } from "../../domain/problem.ts";
import { alternativesOf } from "../../domain/processes/described.ts";
import type { InputDefinition, Process, ProcessDescription } from "../../domain/processes/process.ts";
import { canonicalJson, isJsonObject } from "../../domain/values/json.ts";
import type { OwnPlaces } from "../../domain/values/own-links.ts";
import type { InputItem } from "../../domain/values/values.ts";
import { jsonTimeOf } from "../../domain/values/xsd-times.ts";
import { createInputCheck, type InputCheck } from "../../engines/inputs/input-check.ts";
import { judgedFaults } from "../../engines/inputs/judge-inputs.ts";
import { schemaBudget } from "../../engines/json-schema/check.ts";
import type { Idempotency } from "../../store/jobs/jobs.ts";
import { digestOf } from "../people/secrets.ts";
import { checkReferences, withoutSecrets } from "../uploads/references.ts";
import { withUploadNames } from "../uploads/upload-names.ts";
import { findOwnReferences } from "./own-references.ts";
import type { Submission, SubmitDeps, SubmitSettings } from "./submission.ts";
import { checkSubscribers } from "./subscribers.ts";

/** What was found of a submission that is right. */
export type CheckedSubmission = Awaited<ReturnType<typeof checkSubmission>>;

/** Reads and checks all of a submission. Throws `invalid-parameter-value` with every fault. */
export async function checkSubmission(deps: SubmitDeps, submission: Submission, process: Process) {
  const { payload, prefer, principal, takesXsdTimes = false } = submission;
  const { settings } = deps;
  const check = deps.inputChecks.of(process);
  const found = noting(deps, `Checking a request to process "${process.id}"`, () =>
    validateJobParameters(payload, process.description, { check, prefer, takesXsdTimes }),
  );
  const { chosen, subscribers } = found;
  const own = await findOwnReferences(deps, found.request.inputs, {
    principal,
    places: placesOf(settings, submission),
    takesOutputs: process.definition.kind !== "remote",
  });
  const { inputs, tokens } = withoutSecrets(own.inputs);
  const faults = [...found.faults];
  const vaultFileIds = await checkReferences(
    { ...deps, inputRoots: settings.inputRoots },
    { process, check, inputs, wrong: own.wrong, principal, tokens: [...submission.vaultTokens, ...tokens] },
    faults,
  );
  if (faults.length === 0) faults.push(...judgedFaults(process, check, inputs));
  checkSubscribers({ gate: deps.gate, ...settings }, subscribers, faults);
  const idempotency = idempotencyOf(deps, submission, faults);
  if (faults.length > 0) throw refusal(`execute process "${process.id}"`, faults);
  const request = { ...found.request, inputs: await withUploadNames(deps, inputs, vaultFileIds) };
  refuseWishes(settings, principal, process.id, request);
  submission.requireAnswer?.({ process, request, isSync: chosen.isSync, subscribers });
  return { request, chosen, vaultFileIds, idempotency, subscribers };
}

function placesOf({ outputsPath, outputsUrl }: SubmitSettings, { sites = [] }: Submission): OwnPlaces {
  return { sites, ...defined({ outputsPath, outputsUrl }) };
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
function refuseWishes(
  { wishBounds = wishes }: SubmitSettings,
  { role }: Principal,
  processId: string,
  { run }: JobRequest,
): void {
  const { maxPriority, mayPin } = wishBounds[role];
  const faults: Fault[] = [];
  if ((run?.priority ?? 0) > maxPriority) {
    faults.push(fault("/heddle/priority", run?.priority, `at most ${maxPriority} for role "${role}"`));
  }
  if (run?.isPinned === true && !mayPin) faults.push(fault("/heddle/pinned", true, `false for role "${role}"`));
  if (faults.length === 0) return;
  throw new Problem("forbidden", `Cannot execute process "${processId}": ${faultsText(faults)}`, { faults });
}

/** What an execution request asks for, and all that is wrong with it. */
export type JobParameters = {
  readonly chosen: ChosenMode;
  readonly request: JobRequest;
  readonly subscribers: readonly LocatedSubscriber[];
  readonly faults: readonly Fault[];
};

/** How a payload is checked besides its description. */
type ValidateOptions = {
  /** Knows which inputs are files; without it, values are checked by their schemas alone. */
  readonly check?: InputCheck;
  readonly prefer?: Preferences;
  readonly takesXsdTimes?: boolean;
};

/**
 * Validates an execution request against the description of its process: `mode` (a preference wins over it), `response`,
 * `transmissionMode`, ids, occurrences and values. Gives every fault: a JSON pointer, what was found, what was wanted.
 */
export function validateJobParameters(
  payload: unknown,
  description: ProcessDescription,
  options: ValidateOptions = {},
): JobParameters {
  const { prefer = { respondAsync: false }, takesXsdTimes = false } = options;
  const check = options.check ?? createInputCheck({ description, fileInputs: [] });
  const { execution, faults } = readExecution(payload, description, { holdsInnerFiles: check.holdsInnerFiles });
  const { mode, request, items, subscribers } = execution;
  const budget = schemaBudget();
  const ofItems = items.flatMap(({ inputId, item, pointer }) =>
    check.item(inputId, takesXsdTimes ? withJsonTime(item, description.inputs[inputId]) : item, pointer, budget),
  );
  const { chosen, fault: ofMode } = chooseMode(mode, prefer, description);
  return { chosen, request, subscribers, faults: [...faults, ...ofItems, ...(ofMode === undefined ? [] : [ofMode])] };
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

/** How long a key is remembered; 24 hours. */
const idempotencyMilliseconds = 24 * 3600 * 1000;

function idempotencyOf(deps: SubmitDeps, submission: Submission, faults: Fault[]): Idempotency | undefined {
  const { idempotencyKey: key, payload, principal } = submission;
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    faults.push({
      pointer: "header Idempotency-Key",
      detail: "found other characters, wanted 1 to 255 visible ASCII characters",
    });
    return undefined;
  }
  return {
    principal: principal.user === undefined ? "anonymous" : `user:${principal.user}`,
    key,
    bodyDigest: digestOf(isJsonObject(payload) ? canonicalJson(payload) : ""),
    expiresAt: deps.clock.now() + idempotencyMilliseconds,
  };
}
