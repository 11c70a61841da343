import { defined } from "../../domain/defined.ts";
import type { Attempt } from "../../domain/jobs/attempts.ts";
import { isDiscarded, type Job } from "../../domain/jobs/job.ts";
import { isFinished } from "../../domain/jobs/job-state.ts";
import { readServer, type ServerFacts, type TaskFacts } from "../../domain/jobs/provenance.ts";
import type { Principal } from "../../domain/people/access.ts";
import type { Process } from "../../domain/processes/process.ts";
import { canonicalJson, type Json } from "../../domain/values/json.ts";
import type { Inputs, Results } from "../../domain/values/values.ts";
import { withDefaults } from "../../engines/inputs/default-inputs.ts";
import { findExecution } from "../../store/jobs/executions.ts";
import { findJob } from "../../store/jobs/jobs.ts";
import { findProcessRevision } from "../../store/processes/processes.ts";
import { maySeeJob } from "../people/guard.ts";
import { digestOf } from "../people/secrets.ts";
import { resultsWithValues } from "../results/read-results.ts";
import { readAttempts } from "./read-attempts.ts";
import { type ReadInputsDeps, readJobWithInputs } from "./read-inputs.ts";
import { tasksOf } from "./read-tasks.ts";

/** What is known of how a job came to its results. */
export type Provenance = {
  readonly job: Job;
  /** The revision that ran; undefined for a process of a provider, of which only the name is known. */
  readonly process?: Process;
  /** `sha256:<hex>` of the canonical JSON of the packed document. */
  readonly documentDigest?: string;
  /** As they were given, with the defaults of the description. */
  readonly inputs: Inputs;
  readonly results: Results;
  /** What ran the last attempt. */
  readonly server?: ServerFacts;
  /** Of a job that was begun anew; empty for any other, whose tasks are those of its only attempt. */
  readonly attempts: readonly Attempt[];
  /** Of the last attempt, with what it kept of the one before, in the order of their starts. */
  readonly tasks: readonly TaskFacts[];
  /** Of the jobs that made what was taken from the cache, those that the principal may see. */
  readonly seenJobs: ReadonlySet<string>;
  /** What was not written down when the job ran, in words. */
  readonly notRecorded: readonly string[];
};

/** Reads the provenance of a job, of one that still runs as far as it is known. Throws as `readJob` does. */
export async function readProvenance(deps: ReadInputsDeps, principal: Principal, jobId: string): Promise<Provenance> {
  const { database } = deps;
  const job = await readJobWithInputs(deps, principal, jobId);
  const { executionId } = job;
  const [process, execution, tasks, results, attempts] = await Promise.all([
    job.providerId === undefined ? findProcessRevision(database, job.processId, job.processRevision) : undefined,
    executionId === undefined ? undefined : findExecution(database, executionId),
    executionId === undefined ? [] : tasksOf(deps, executionId),
    job.status === "successful" ? resultsWithValues(deps, job.id) : {},
    readAttempts(deps, principal, job),
  ]);
  const server = execution?.server ?? undefined;
  return {
    job,
    inputs: process === undefined ? job.request.inputs : withDefaults(process, job.request.inputs),
    results,
    tasks,
    attempts,
    seenJobs: await seenMakers(deps, principal, [...tasks, ...attempts.flatMap((one) => one.tasks)]),
    notRecorded: [...missingServer(job, server), ...missingTasks(job, process, tasks)],
    ...defined({
      process,
      server: server === undefined ? undefined : readServer(server),
      documentDigest: process?.definition.kind === "cwl" ? documentDigest(process.definition.document) : undefined,
    }),
  };
}

/** Lists the jobs that made what tasks took from the cache, of those that a principal may see and that are not removed. */
async function seenMakers(
  { database }: ReadInputsDeps,
  principal: Principal,
  tasks: readonly TaskFacts[],
): Promise<ReadonlySet<string>> {
  const makers = [...new Set(tasks.flatMap(({ cachedFrom }) => (cachedFrom === undefined ? [] : [cachedFrom.job])))];
  const seen = await Promise.all(
    makers.map(async (id) => {
      const maker = await findJob(database, id);
      const isThere = maker !== undefined && maker.hidden === undefined && !isDiscarded(maker);
      return isThere && (await maySeeJob({ database }, principal, maker)) ? [id] : [];
    }),
  );
  return new Set(seen.flat());
}

function documentDigest(document: Json): string {
  return `sha256:${digestOf(canonicalJson(document))}`;
}

function missingServer(job: Job, server: string | undefined): readonly string[] {
  if (job.executionId === undefined || server !== undefined) return [];
  return ["version of Heddle", "host"];
}

/** A run of before keeps no tasks; neither does one that was stopped before any ended, or that has not ended. */
function missingTasks(job: Job, process: Process | undefined, tasks: readonly TaskFacts[]): readonly string[] {
  if (process?.definition.kind !== "cwl" || job.executionId === undefined || tasks.length > 0) return [];
  const what = [
    "commands",
    "exit codes",
    "images",
    "executors",
    "digests of inputs and of files between steps",
    "tries",
  ];
  return isFinished(job.status) ? what : what.map((one) => `${one} (until a step ends)`);
}
