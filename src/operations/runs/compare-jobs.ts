import { defined } from "../../domain/defined.ts";
import type { JobStatistics } from "../../domain/documents/job-statistics.ts";
import type { Job } from "../../domain/jobs/job.ts";
import { mayDo, type Principal } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import type { Inputs } from "../../domain/values/values.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { withDefaults } from "../../engines/inputs/default-inputs.ts";
import { findProcessRevision } from "../../store/processes/processes.ts";
import { type JobResults, type ReadResultsDeps, resultsOfJob } from "../results/read-results.ts";
import { readSourcesOf, type SourceOfJob } from "../uploads/read-uploads.ts";
import { readJobWithInputs } from "./read-inputs.ts";
import { readStatistics } from "./read-statistics.ts";
import { tasksOf } from "./read-tasks.ts";

export type CompareDeps = ReadResultsDeps & { readonly clock: Clock };

/** What is known of a job that is compared. */
export type ComparedRun = {
  /** With its inputs. */
  readonly job: Job;
  readonly uploads: readonly SourceOfJob[];
  /** Undefined before its start. */
  readonly statistics?: JobStatistics;
  /** Undefined unless it succeeded. */
  readonly results?: JobResults;
  /** As they were given, with the defaults of the process. */
  readonly inputs: Inputs;
  /** The paths of the tasks whose outputs came from the cache. */
  readonly cached: readonly string[];
};

/** Two jobs, the one that was made first before the other. */
export type ComparedRuns = {
  readonly runs: readonly [ComparedRun, ComparedRun];
  /** Whoever asks may read what their revisions say. */
  readonly mayReadPackage: boolean;
};

/**
 * Reads two jobs that are compared. Throws `invalid-query-parameter-value` unless these are two, and as `readJob` does for each
 * that the principal may not see.
 */
export async function readComparedJobs(
  deps: CompareDeps,
  principal: Principal,
  jobIds: readonly string[],
): Promise<ComparedRuns> {
  const [one, other, ...more] = jobIds;
  if (one === undefined || other === undefined || more.length > 0) {
    throw wrongJobs(`${jobIds.length} ids`);
  }
  if (one === other) throw wrongJobs(`"${one.slice(0, 80)}" twice`);
  const [first, second] = await Promise.all([readRun(deps, principal, one), readRun(deps, principal, other)]);
  const isInOrder = first.job.createdAt <= second.job.createdAt;
  return { runs: isInOrder ? [first, second] : [second, first], mayReadPackage: mayDo(principal, "read-package") };
}

function wrongJobs(found: string): Problem {
  const detail = `Cannot compare jobs: found ${found} in jobs, wanted the ids of two jobs`;
  return new Problem("invalid-query-parameter-value", detail);
}

async function readRun(deps: CompareDeps, principal: Principal, jobId: string): Promise<ComparedRun> {
  const job = await readJobWithInputs(deps, principal, jobId);
  const hasStarted = job.startedAt !== undefined && job.executionId !== undefined;
  const { executionId, processId, processRevision, providerId } = job;
  const [process, tasks, uploads, statistics, results] = await Promise.all([
    providerId === undefined ? findProcessRevision(deps.database, processId, processRevision) : undefined,
    executionId === undefined ? [] : tasksOf(deps, executionId),
    readSourcesOf(deps, principal, job),
    hasStarted ? readStatistics(deps, principal, jobId) : undefined,
    job.status === "successful" ? resultsOfJob(deps, job) : undefined,
  ]);
  const inputs = process === undefined ? job.request.inputs : withDefaults(process, job.request.inputs);
  const cached = tasks.filter(({ isCached }) => isCached === true).map(({ step }) => step);
  return { job, inputs, cached, uploads, ...defined({ statistics, results }) };
}
