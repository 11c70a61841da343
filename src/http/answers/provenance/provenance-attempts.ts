import { type Asker, type Attempt, taskId } from "../../../domain/jobs/attempts.ts";
import type { JobFailure } from "../../../domain/jobs/job.ts";
import type { ServerFacts } from "../../../domain/jobs/provenance.ts";
import { type Attributes, type ProvWriter, provName, provTime } from "./provenance-records.ts";
import { type AttemptFiles, addTasks, type TaskPlace } from "./provenance-tasks.ts";

type AttemptsPlace = Pick<TaskPlace, "prov" | "makers" | "maySee"> & {
  /** The activity of the job. */
  readonly job: string;
  /** Who submitted it. */
  readonly owner: string | undefined;
};

/**
 * Adds the attempts of a job in their order, each informed by the one before and by the retry that asked for it, which is an activity
 * of who retried. Returns the activity of the process itself in the last one, and how that one names its files.
 */
export function addAttempts(
  place: AttemptsPlace,
  attempts: readonly Attempt[],
): { readonly main: string | undefined; readonly keyOf: AttemptFiles["keyOf"] } {
  const { prov, job, makers, maySee, owner } = place;
  const keysOfTasks = new Map<string, ReadonlyMap<string, string>>();
  const given = new Set(makers.keys());
  let before: string | undefined;
  let last: { readonly main: string | undefined; readonly keyOf: AttemptFiles["keyOf"] } = {
    main: undefined,
    keyOf: (key) => key,
  };
  for (const [index, attempt] of attempts.entries()) {
    const activity = prov.element("activity", `attempt ${index}`, attemptFacts(attempt));
    prov.relate("wasInformedBy", { "prov:informed": activity, "prov:informant": job });
    addAsker({ prov, owner, index, before }, attempt, activity);
    const service = addService(prov, attempt.server);
    if (attempt.startedAt !== undefined)
      prov.relate("wasAssociatedWith", { "prov:activity": activity, "prov:agent": service });
    const kept = attempt.kept.flatMap((task) => [...(keysOfTasks.get(taskId(task)) ?? [])]);
    const keyOf = keysOfAttempt(prov, index, { given, kept: new Map(kept) });
    const files: AttemptFiles = { keyOf, note: (task, keys) => keysOfTasks.set(taskId(task), keys) };
    const { number, server, tasks } = attempt;
    const main = addTasks({ prov, within: activity, attempt: number, server, makers, maySee, files }, tasks);
    last = { main: main ?? (attempt.startedAt === undefined ? last.main : undefined), keyOf };
    before = activity;
  }
  return last;
}

/** A file that was given to the job, or that an earlier attempt made and this one kept, is the same in both. */
function keysOfAttempt(
  prov: ProvWriter,
  index: number,
  { given, kept }: { readonly given: ReadonlySet<string>; readonly kept: ReadonlyMap<string, string> },
): AttemptFiles["keyOf"] {
  return (key) => {
    const known = prov.nameOf("entity", key);
    if (index === 0 || (known !== undefined && given.has(known))) return key;
    return kept.get(key) ?? `attempt ${index} ${key}`;
  };
}

/** Says who asked for an attempt: a retry is an activity by itself, the first attempt is asked for with the job. */
function addAsker(
  {
    prov,
    owner,
    index,
    before,
  }: {
    readonly prov: ProvWriter;
    readonly owner: string | undefined;
    readonly index: number;
    readonly before: string | undefined;
  },
  { asked }: Attempt,
  activity: string,
): void {
  const { what, at, by } = asked;
  if (before !== undefined) prov.relate("wasInformedBy", { "prov:informed": activity, "prov:informant": before });
  if (by === undefined) return;
  const isRetry = what === "retry";
  const time = provTime(at);
  const retry = isRetry
    ? prov.element("activity", `retry ${index}`, {
        "prov:startTime": time,
        "prov:endTime": time,
        "prov:type": provName("heddle:Retry"),
        "prov:label": "tried again",
        ...unknownAsker(by),
      })
    : activity;
  if (isRetry) prov.relate("wasInformedBy", { "prov:informed": activity, "prov:informant": retry });
  const agent = addAsking(prov, by, owner);
  if (agent === undefined) return;
  prov.relate("wasAssociatedWith", { "prov:activity": retry, "prov:agent": agent, "prov:role": "requester" });
}

function unknownAsker(by: Asker): Attributes {
  if (by.kind === "notKept") return { "heddle:notRecorded": ["who asked for it"] };
  return by.kind === "notTold" ? { "heddle:withheld": "who asked for it" } : {};
}

function addAsking(prov: ProvWriter, by: Asker, owner: string | undefined): string | undefined {
  if (by.kind === "notKept" || by.kind === "notTold") return undefined;
  const user = by.kind === "user" ? by.user : undefined;
  return user === owner ? addPerson(prov, user) : addPerson(prov, user, `person ${user ?? ""}`);
}

function attemptFacts({ number, asked, startedAt, endedAt, status, failure, kept }: Attempt): Attributes {
  const label = number === undefined ? "an attempt that has not begun" : `attempt ${number}`;
  const isCut = status === undefined && endedAt !== undefined;
  return {
    "prov:startTime": provTime(startedAt),
    "prov:endTime": startedAt === undefined ? undefined : provTime(endedAt),
    "prov:type": provName("heddle:Attempt"),
    "prov:label": label,
    "heddle:attempt": number,
    "heddle:status": status,
    ...failureFacts(failure),
    "heddle:asked": askedWords[asked.what],
    "heddle:askedAt": provTime(asked.at),
    "heddle:keptSteps":
      kept.length === 0 ? undefined : kept.map(({ step }) => (step === "" ? "main" : step)).toSorted(),
    "heddle:notRecorded": isCut ? ["how it ended: the server was started again"] : undefined,
  };
}

/** Why an attempt was made, in words. */
export const askedWords: Readonly<Record<Attempt["asked"]["what"], string>> = {
  submit: "the job was submitted",
  retry: "the job was tried again",
  restart: "the server was started again",
};

/** Tells how something failed: why, where, and with which exit code. */
export function failureFacts(failure: JobFailure | undefined): Attributes {
  return {
    "heddle:failure": failure?.message,
    "heddle:exitCode": failure?.exitCode,
    "heddle:failedStep": failure?.step,
    "heddle:failedStage": failure?.stage,
  };
}

/** Adds somebody who asked; without another key, who asked for the job. */
export function addPerson(prov: ProvWriter, user: string | undefined, key = "requester"): string {
  return prov.element("agent", key, {
    "prov:type": user === undefined ? provName("heddle:Anonymous") : provName("prov:Person"),
    "prov:label": user ?? "anonymous",
  });
}

/** Adds the service that ran something; each version on each host is one. */
export function addService(prov: ProvWriter, server: ServerFacts | undefined): string {
  return prov.element("agent", `service ${server?.version} ${server?.host}`, {
    "prov:type": provName("prov:SoftwareAgent"),
    "prov:label": server === undefined ? "Heddle" : `Heddle ${server.version}`,
    "heddle:version": server?.version,
    "heddle:host": server?.host,
  });
}
