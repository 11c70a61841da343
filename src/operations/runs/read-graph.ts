import { graphOf } from "../../cwl/document/graph.ts";
import { loadJson } from "../../cwl/document/load/load.ts";
import { defined } from "../../domain/defined.ts";
import {
  type GraphNode,
  openStepsOf,
  partsOf,
  type StepParts,
  type StepState,
  statesOf,
} from "../../domain/graph/workflow-graph.ts";
import type { Job } from "../../domain/jobs/job.ts";
import { isInScope, mayDo, type Principal } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import type { Process } from "../../domain/processes/process.ts";
import type { Database } from "../../store/database/database.ts";
import { checkpointKeysOf } from "../../store/jobs/executions.ts";
import { findProcessRevision } from "../../store/processes/processes.ts";

/**
 * Reads the graph of a workflow for who may read packages; undefined for others, for what is no workflow, and for a package of an
 * earlier program that cannot be read any more.
 */
export function readGraph(
  principal: Principal | undefined,
  { id, definition, isWorkflow }: Process,
): readonly GraphNode[] | undefined {
  const mayRead = principal !== undefined && mayDo(principal, "read-package") && isInScope(principal, id);
  if (!mayRead || !isWorkflow || definition.kind !== "cwl") return undefined;
  const { document, main, steps } = definition;
  try {
    const options = { isDeployed: true, allowsSecretsHint: true, ...defined({ main, steps }) };
    return graphOf(loadJson(document, options).cwl);
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** The graph of what a job runs, with the states of its steps. */
export type JobGraph = {
  readonly nodes: readonly GraphNode[];
  readonly states: ReadonlyMap<string, StepState>;
  /** Of scattered steps that have begun. */
  readonly parts: ReadonlyMap<string, StepParts>;
};

/** Reads the graph of the revision that a job runs, and how far it has come; undefined as for `readGraph`. */
export async function readJobGraph(
  { database }: { readonly database: Database },
  principal: Principal,
  job: Job,
): Promise<JobGraph | undefined> {
  if (job.providerId !== undefined) return undefined;
  const process = await findProcessRevision(database, job.processId, job.processRevision);
  const nodes = process === undefined ? undefined : readGraph(principal, process);
  if (nodes === undefined) return undefined;
  const finished = job.executionId === undefined ? [] : await checkpointKeysOf(database, job.executionId);
  const run = {
    isRunning: job.status === "running",
    isSuccessful: job.status === "successful",
    finished,
    ...defined({ failedStep: job.failure?.step }),
  };
  return { nodes, states: statesOf(nodes, run), parts: partsOf(finished) };
}

/**
 * Reads which steps of a running job have not ended yet, by their paths without the numbers of parts, with when each scattered one
 * began where that is known; also for who may not read its package, of whom `graph` is undefined.
 */
export async function readOpenSteps(
  { database }: { readonly database: Database },
  job: Job,
  graph: JobGraph | undefined,
): Promise<ReadonlyMap<string, number | undefined>> {
  if (job.status !== "running" || job.executionId === undefined) return new Map();
  const scattered = openStepsOf(await checkpointKeysOf(database, job.executionId));
  const running = [...(graph?.states ?? [])].filter(([, state]) => state === "running").map(([step]) => step);
  return new Map([...running.map((step) => [step, undefined] as const), ...scattered]);
}
