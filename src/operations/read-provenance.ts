import type { Principal } from "../domain/access.ts";
import { defined } from "../domain/defined.ts";
import type { Job } from "../domain/job.ts";
import { isFinished } from "../domain/job-state.ts";
import { canonicalJson, isJsonObject, type Json } from "../domain/json.ts";
import type { Process } from "../domain/process.ts";
import { readServer, runMember, type ServerFacts, type TaskFacts, tasksIn, tasksMember } from "../domain/provenance.ts";
import { usageKey } from "../domain/usage.ts";
import type { Inputs, Results } from "../domain/values.ts";
import { withDefaults } from "../engines/default-inputs.ts";
import { keptValue } from "../files/kept-values.ts";
import { checkpointsOf, findExecution } from "../store/executions.ts";
import { findProcessRevision } from "../store/processes.ts";
import { type ReadInputsDeps, readJobWithInputs } from "./read-inputs.ts";
import { resultsWithValues } from "./read-results.ts";
import { digestOf } from "./secrets.ts";

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
  /** In the order of their starts. */
  readonly tasks: readonly TaskFacts[];
  /** What was not written down when the job ran, in words. */
  readonly notRecorded: readonly string[];
};

/** Reads the provenance of a job, of one that still runs as far as it is known. Throws as `readJob` does. */
export async function readProvenance(deps: ReadInputsDeps, principal: Principal, jobId: string): Promise<Provenance> {
  const { database } = deps;
  const job = await readJobWithInputs(deps, principal, jobId);
  const { executionId } = job;
  const [process, execution, tasks, results] = await Promise.all([
    job.providerId === undefined ? findProcessRevision(database, job.processId, job.processRevision) : undefined,
    executionId === undefined ? undefined : findExecution(database, executionId),
    executionId === undefined ? [] : tasksOf(deps, executionId),
    job.status === "successful" ? resultsWithValues(deps, job.id) : {},
  ]);
  const server = execution?.server ?? undefined;
  return {
    job,
    inputs: process === undefined ? job.request.inputs : withDefaults(process, job.request.inputs),
    results,
    tasks,
    notRecorded: [...missingServer(job, server), ...missingTasks(job, process, tasks)],
    ...defined({
      process,
      server: server === undefined ? undefined : readServer(server),
      documentDigest: process?.definition.kind === "cwl" ? documentDigest(process.definition.document) : undefined,
    }),
  };
}

/** Reads the tasks of an execution, in the order of their starts. */
export async function tasksOf(
  { database, layout }: ReadInputsDeps,
  executionId: string,
): Promise<readonly TaskFacts[]> {
  const tasks: TaskFacts[] = [];
  for (const [key, held] of await checkpointsOf(database, executionId)) {
    const value = await keptValue(layout, held);
    if (isJsonObject(value)) tasks.push(...tasksIn(value[key === usageKey ? runMember : tasksMember]));
  }
  return tasks.toSorted(byStart);
}

/** A workflow begins before its steps, also where no millisecond lies between. */
function byStart(one: TaskFacts, other: TaskFacts): number {
  const isOuter = (task: TaskFacts) => (task.kind === "workflow" ? task.step.length : Number.MAX_SAFE_INTEGER);
  return one.startedAt - other.startedAt || isOuter(one) - isOuter(other) || one.endedAt - other.endedAt;
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
