import { defined } from "../../domain/defined.ts";
import type { Job } from "../../domain/jobs/job.ts";
import type { JobSearch } from "../../domain/jobs/job-search.ts";
import { mayDo, type Principal } from "../../domain/people/access.ts";
import { directoryType } from "../../domain/values/media-type.ts";
import type { Result } from "../../domain/values/values.ts";
import type { Layout } from "../../files/layout.ts";
import { shortResultsOf } from "../../store/results/results.ts";
import { fellowsOf } from "../jobs/group-jobs.ts";
import { type ListDeps, listJobs } from "../jobs/list-jobs.ts";
import { findOutputJob } from "./read-results.ts";

/** A file or directory that a job made. */
export type KeptOutput = {
  readonly job: Job;
  readonly outputId: string;
  /** Relative to the output directory, with a leading slash. */
  readonly reference: string;
  readonly name: string;
  readonly mediaType: string;
  /** In bytes; directories have none. */
  readonly sizeBytes?: number;
};

/** The results of so many jobs are looked through. */
const lookedJobs = 20;
/** Those of others are looked for among so many, which are one's own, too. */
const lookedAmong = 100;
/** A job with many files leaves room for others. */
const mostOfJob = 20;

/**
 * Lists files and directories that the newest successful jobs made: first the principal's own jobs, then those of others in its
 * groups, the newest job first, as far as it may see them; at most `limit` of each. None for who may not read jobs. They are told by
 * their rows: nothing says that they still lie on disk.
 */
export async function listKeptOutputs(
  deps: ListDeps,
  principal: Principal,
  limit: number,
): Promise<readonly KeptOutput[]> {
  if (!mayDo(principal, "read-own-jobs")) return [];
  const search = { statuses: ["successful"] } as const;
  const own = await listJobs(deps, principal, { limit: lookedJobs, search, ...defined({ user: principal.user }) });
  const others = await fellowJobs(deps, principal, search);
  const [ofOwn, ofOthers] = [await outputsOf(deps, own.items), await outputsOf(deps, others)];
  return [...someOf(ofOwn, limit), ...someOf(ofOthers, limit)];
}

/** Lists the newest jobs of others in one's groups, of those that stand among the newest of all that one may see. */
async function fellowJobs(deps: ListDeps, principal: Principal, search: JobSearch): Promise<readonly Job[]> {
  const fellows = await fellowsOf(deps, principal);
  if (fellows.length === 0) return [];
  const { items } = await listJobs(deps, principal, { limit: lookedAmong, search });
  return items.filter(({ user }) => user !== undefined && fellows.includes(user)).slice(0, lookedJobs);
}

async function outputsOf(deps: Pick<ListDeps, "database">, jobs: readonly Job[]): Promise<readonly KeptOutput[]> {
  if (jobs.length === 0) return [];
  const results = await shortResultsOf(
    deps.database,
    jobs.map(({ id }) => id),
  );
  return jobs.flatMap((job) =>
    results
      .filter(({ jobId }) => jobId === job.id)
      .flatMap(({ outputId, result }) => partsOf(result).map((part) => ({ job, outputId, ...part }))),
  );
}

function someOf(outputs: readonly KeptOutput[], limit: number): readonly KeptOutput[] {
  const byJob = Map.groupBy(outputs, ({ job }) => job.id);
  return [...byJob.values()].flatMap((ofJob) => ofJob.slice(0, mostOfJob)).slice(0, limit);
}

/**
 * Finds what jobs made by paths below the output directory, of jobs that the principal may see, however old. A path that leads to
 * none, or into a directory, is left out.
 */
export async function findKeptOutputs(
  { database, layout }: Pick<ListDeps, "database"> & { readonly layout: Layout },
  principal: Principal,
  paths: readonly string[],
): Promise<readonly KeptOutput[]> {
  const jobs = new Map<string, Job>();
  for (const path of paths) {
    const job = await findOutputJob({ database, layout }, principal, path.split("/"));
    jobs.set(job.id, job);
  }
  const made = await outputsOf({ database }, [...jobs.values()]);
  return made.filter(({ reference }) => paths.includes(pathOfReference(reference)));
}

/** Gives the path below the output directory that a reference of a result names. */
export function pathOfReference(reference: string): string {
  const steps = reference.split("/").filter((step) => step !== "");
  return steps.map(decodeURIComponent).join("/");
}

type Part = Omit<KeptOutput, "job" | "outputId">;

/** Lists the files and directories of a result; what lies on another server is none. */
function partsOf(result: Result): readonly Part[] {
  switch (result.kind) {
    case "list":
      return result.items.flatMap(partsOf);
    case "record":
      return Object.values(result.members).flatMap(partsOf);
    case "file": {
      const { reference, basename: name, mediaType, sizeBytes } = result;
      return reference.startsWith("/") ? [{ reference, name, mediaType, sizeBytes }] : [];
    }
    case "directory": {
      const { reference, basename: name } = result;
      return reference.startsWith("/") ? [{ reference, name, mediaType: directoryType }] : [];
    }
    case "value":
    case "link":
      return [];
    default:
      return result satisfies never;
  }
}
