import { mayDo, type Principal } from "../domain/access.ts";
import { defined } from "../domain/defined.ts";
import type { Job } from "../domain/job.ts";
import { directoryType } from "../domain/media-type.ts";
import type { Result } from "../domain/values.ts";
import { shortResultsOf } from "../store/results.ts";
import { type ListDeps, listJobs } from "./list-jobs.ts";

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
/** A job with many files leaves room for others. */
const mostOfJob = 20;

/**
 * Lists files and directories that the principal's newest successful jobs made, the newest job first, as far as he may see them; at
 * most `limit`. None for who may not read jobs. They are told by their rows: nothing says that they still lie on disk.
 */
export async function listOwnOutputs(
  deps: ListDeps,
  principal: Principal,
  limit: number,
): Promise<readonly KeptOutput[]> {
  if (!mayDo(principal, "read-own-jobs")) return [];
  const { items: jobs } = await listJobs(deps, principal, {
    limit: lookedJobs,
    search: { statuses: ["successful"] },
    ...defined({ user: principal.user }),
  });
  if (jobs.length === 0) return [];
  const results = await shortResultsOf(
    deps.database,
    jobs.map(({ id }) => id),
  );
  const outputs = jobs.flatMap((job) =>
    results
      .filter(({ jobId }) => jobId === job.id)
      .flatMap(({ outputId, result }) => partsOf(result).map((part) => ({ job, outputId, ...part })))
      .slice(0, mostOfJob),
  );
  return outputs.slice(0, limit);
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
