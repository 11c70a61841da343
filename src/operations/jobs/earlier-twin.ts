import { defined } from "../../domain/defined.ts";
import type { Job } from "../../domain/jobs/job.ts";
import { isOnePerson, mayDo, type Principal } from "../../domain/people/access.ts";
import { canonicalJson } from "../../domain/values/json.ts";
import type { CheckedJob, Submission } from "../submit/submission.ts";
import { type ListDeps, listJobs } from "./list-jobs.ts";

/** So many successful jobs of the same process are looked at, the newest. */
const mostLookedAt = 20;

/** What is compared of a run. */
export type Twin = Pick<Job, "processId" | "processRevision" | "providerId" | "user" | "request"> & {
  /** Those that were created later do not count, in milliseconds since 1970. */
  readonly createdAt: number;
  /** The job itself, which is no twin of its own. */
  readonly id?: string;
};

/**
 * Finds the newest successful job of the same person that ran the same version of a process with the same inputs, of the newest 20
 * of that process; undefined where there is none, where the inputs are too long to stand with the job, and for who may be anybody.
 */
export async function findTwin(deps: ListDeps, principal: Principal, one: Twin): Promise<Job | undefined> {
  const inputs = inputsText(one);
  if (inputs === undefined || !isOnePerson(principal)) return undefined;
  const { processId, providerId = null, user, createdAt } = one;
  const { items } = await listJobs(deps, principal, {
    limit: mostLookedAt,
    user: user ?? null,
    search: {
      processIds: [processId],
      providerIds: [providerId],
      statuses: ["successful"],
      createdTo: createdAt,
    },
  });
  return items.find(
    (job) =>
      job.id !== one.id &&
      job.user === user &&
      job.processRevision === one.processRevision &&
      inputsText(job) === inputs,
  );
}

/** Finds the run before of what was only checked, as `findTwin` does, among those of who asks; undefined for who may list no jobs. */
export async function findRunBefore(
  deps: ListDeps,
  { principal }: Pick<Submission, "principal">,
  { process, request, providerId }: Pick<CheckedJob, "process" | "request"> & { readonly providerId?: string },
): Promise<Job | undefined> {
  if (!mayDo(principal, "read-own-jobs")) return undefined;
  return findTwin(deps, principal, {
    processId: process.id,
    processRevision: process.revision,
    request,
    createdAt: deps.clock.now(),
    ...defined({ providerId, user: principal.user }),
  });
}

function inputsText({ request }: Pick<Job, "request">): string | undefined {
  return request.inputsKeptAs === undefined ? canonicalJson(request.inputs) : undefined;
}
