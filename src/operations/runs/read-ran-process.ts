import { defined } from "../../domain/defined.ts";
import type { Job } from "../../domain/jobs/job.ts";
import { versionWithDigest } from "../../domain/jobs/short-id.ts";
import type { Principal } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import type { Process } from "../../domain/processes/process.ts";
import { inputLines, type ListedRun } from "../../domain/values/input-lines.ts";
import type { Inputs } from "../../domain/values/values.ts";
import { withDefaults } from "../../engines/inputs/default-inputs.ts";
import type { Database } from "../../store/database/database.ts";
import { checkpointKeysOf } from "../../store/jobs/executions.ts";
import { sharesVersion } from "../../store/processes/process-revisions.ts";
import { findProcessRevision } from "../../store/processes/processes.ts";
import { type DescribeDeps, describeProcess } from "../processes/describe-processes.ts";
import { readRevision } from "../processes/process-revisions.ts";
import { requireProvider } from "../providers/manage-providers.ts";

/** What a job ran, as far as its reader may see it. */
export type RanProcess = {
  /** It has steps that were finished, which a new attempt may keep. */
  readonly hasFinishedSteps: boolean;
  /** The revision that it ran, as it is kept for good: what a job used does not change when its process goes. */
  readonly ran?: Process;
  /** The same, where its reader may see its page, also when it was undeployed since. */
  readonly revision?: Process;
  /** Another revision has its version: only their digests tell them apart. */
  readonly isOneOfSeveral?: boolean;
  /** The process as it is now. */
  readonly current?: Process;
  /** The process, or the provider whose it is, was removed, or is not for its reader. */
  readonly isProcessGone?: boolean;
  readonly isProviderGone?: boolean;
};

/** Reads what a job of this service ran, and what is in its place now. */
export async function readRanProcess(
  deps: Pick<DescribeDeps, "processes" | "rights"> & { readonly database: Database },
  principal: Principal,
  job: Job,
): Promise<RanProcess> {
  const { processId, processRevision, providerId } = job;
  if (providerId !== undefined) {
    const isGone = (await findShownProvider(deps, principal, providerId)) === undefined;
    return { hasFinishedSteps: false, isProcessGone: isGone, isProviderGone: isGone };
  }
  const ran = await findProcessRevision(deps.database, processId, processRevision);
  const current = await findShown(deps, principal, processId);
  const isCurrent = current?.revision === processRevision;
  const revision = isCurrent ? current : await findRevision(deps, principal, job);
  return {
    hasFinishedSteps: ran?.isWorkflow === true && (await hasFinished(deps.database, job)),
    isProcessGone: current === undefined,
    isOneOfSeveral: revision !== undefined && (await sharesVersion(deps.database, revision)),
    ...defined({ ran, current, revision }),
  };
}

/** Tells whether the last attempt of a job finished a step, or kept some of an earlier one. */
async function hasFinished(database: Database, { executionId, resumeFrom }: Job): Promise<boolean> {
  if (resumeFrom !== undefined) return true;
  return executionId !== undefined && (await checkpointKeysOf(database, executionId)).length > 0;
}

/** What a list tells of the processes of its jobs. */
export type ListedProcesses = {
  /** Those that are not there any more for who reads the list: the id of the provider, or nothing, a slash, and that of the process. */
  readonly gone: ReadonlySet<string>;
  /** What they are called, or were when they ran last, where that is not their id; by the same. */
  readonly titles: ReadonlyMap<string, string>;
  /** What is different about each job, in a line of its inputs, by its id. */
  readonly lines: ReadonlyMap<string, string>;
  /** What the process was called in the version that a job ran, by the id of the job, where it is called otherwise now. */
  readonly names: ReadonlyMap<string, string>;
  /** The version of the process that a job ran, by the id of the job, where jobs of the list ran several. */
  readonly versions: ReadonlyMap<string, string>;
};

/** Looks at the processes of some jobs, as they are now: each is looked for once. */
export async function readListedProcesses(
  deps: Pick<DescribeDeps, "processes" | "rights"> & { readonly database: Database },
  principal: Principal,
  jobs: readonly Job[],
): Promise<ListedProcesses> {
  // Of several jobs the last one tells what a process that is gone was called; lists have it first.
  const inOrder = jobs.toReversed().toSorted((one, other) => one.createdAt - other.createdAt);
  const different = new Map(inOrder.map((job) => [processKey(job), job]));
  const gone = new Set<string>();
  const titles = new Map<string, string>();
  const revisions = new Map<string, Process>();
  const looks = [...different].map(
    async ([
      key,
      {
        processId,
        processRevision,
        providerId,
        request: { processTitle },
      },
    ]) => {
      if (providerId !== undefined) {
        if (processTitle !== undefined) titles.set(key, processTitle);
        if ((await findShownProvider(deps, principal, providerId)) === undefined) gone.add(key);
        return;
      }
      const process = await findShown(deps, principal, processId);
      const told = process ?? (await findRevision(deps, principal, { processId, processRevision }));
      const { title = "" } = told?.description ?? {};
      if (title !== "" && title !== processId) titles.set(key, title);
      if (process === undefined) gone.add(key);
      else revisions.set(revisionKey(key, process.revision), process);
    },
  );
  await Promise.all(looks);
  const isUnread = (job: Job) => job.providerId === undefined && !revisions.has(revisionKeyOf(job));
  const earlier = new Map(jobs.filter(isUnread).map((job) => [revisionKeyOf(job), job]));
  const reads = [...earlier].map(async ([key, { processId, processRevision }]) => {
    const ran = await findProcessRevision(deps.database, processId, processRevision);
    if (ran !== undefined) revisions.set(key, ran);
  });
  await Promise.all(reads);
  const names = namesOf(jobs, revisions, { gone, titles });
  return { gone, titles, names, lines: inputLines(runsOf(jobs, revisions)), versions: versionsOf(jobs, revisions) };
}

/** Of processes that are not for who reads the list nothing more is told than before. */
function namesOf(
  jobs: readonly Job[],
  revisions: Revisions,
  { gone, titles }: Pick<ListedProcesses, "gone" | "titles">,
): ReadonlyMap<string, string> {
  return new Map(
    jobs.flatMap((job): readonly (readonly [string, string])[] => {
      const key = processKey(job);
      const title = revisions.get(revisionKeyOf(job))?.description.title ?? "";
      const isHidden = gone.has(key) && !titles.has(key);
      return title === "" || isHidden || title === (titles.get(key) ?? job.processId) ? [] : [[job.id, title]];
    }),
  );
}

/** The revisions that jobs of a list ran, by their keys. */
type Revisions = ReadonlyMap<string, Process>;

function runsOf(jobs: readonly Job[], revisions: Revisions): readonly ListedRun[] {
  const defaults = new Map([...revisions].map(([key, process]) => [key, withDefaults(process, {})]));
  return jobs.map((job) => {
    const key = revisionKeyOf(job);
    const order = Object.keys(revisions.get(key)?.description.inputs ?? {});
    return { id: job.id, group: processKey(job), inputs: job.request.inputs, defaults: defaults.get(key) ?? {}, order };
  });
}

/** Two revisions of one number are told apart by their digests. */
function versionsOf(jobs: readonly Job[], revisions: Revisions): ReadonlyMap<string, string> {
  const versions = new Map<string, string>();
  for (const ofProcess of Map.groupBy(jobs, processKey).values()) {
    const ran = new Map(ofProcess.map((job) => [job.processRevision, revisions.get(revisionKeyOf(job))]));
    if (ran.size < 2) continue;
    const numbers = [...ran.values()].map((process) => process?.description.version);
    for (const { id, processRevision } of ofProcess) {
      const version = ran.get(processRevision)?.description.version;
      if (version === undefined) continue;
      const isAlone = numbers.filter((number) => number === version).length === 1;
      versions.set(id, isAlone ? version : versionWithDigest(version, processRevision));
    }
  }
  return versions;
}

function revisionKeyOf(job: Job): string {
  return revisionKey(processKey(job), job.processRevision);
}

function revisionKey(process: string, revision: string): string {
  return `${process}@${revision}`;
}

function processKey({ processId, providerId = "" }: Pick<Job, "processId" | "providerId">): string {
  return `${providerId}/${processId}`;
}

async function findShownProvider(deps: { readonly database: Database }, principal: Principal, id: string) {
  return unlessProblem(() => requireProvider(deps, principal, id));
}

async function findShown(
  deps: Pick<DescribeDeps, "processes" | "rights">,
  principal: Principal,
  name: string,
): Promise<Process | undefined> {
  return unlessProblem(() => describeProcess(deps, principal, name));
}

/** Finds the revision that a job ran, where who looks may see it, also when it was undeployed since. */
async function findRevision(
  deps: Pick<DescribeDeps, "rights"> & { readonly database: Database },
  principal: Principal,
  { processId, processRevision }: Pick<Job, "processId" | "processRevision">,
): Promise<Process | undefined> {
  const name = `${processId}@${processRevision}`;
  return (await unlessProblem(() => readRevision(deps, principal, name)))?.process;
}

/** What was undeployed or removed, or is not for whoever looks, is undefined. */
async function unlessProblem<Found>(find: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** Lists the defaults that a run of a process uses besides the inputs that were given. */
export function defaultsBeside(process: Process, given: Inputs): Inputs {
  const all = Object.entries(withDefaults(process, given));
  return Object.fromEntries(all.filter(([id]) => !Object.hasOwn(given, id)));
}

/** Lists the inputs of a process that are not given, and for which no default was used. */
export function unsetBeside(process: Process, given: Inputs): readonly string[] {
  const used = withDefaults(process, given);
  const names = Object.keys(process.description.inputs);
  return names.filter((name) => !Object.hasOwn(given, name) && !Object.hasOwn(used, name));
}
