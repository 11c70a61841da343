import { defined } from "../../../domain/defined.ts";
import type { Job } from "../../../domain/jobs/job.ts";
import type { Principal } from "../../../domain/people/access.ts";
import { readListedProcesses } from "../../../operations/runs/read-ran-process.ts";

/** A job as lists name it: by its title, else by that of its process; with what is different about its inputs, in a line. */
export type NamedJob = { readonly name: string; readonly line?: string };

/** Names jobs for a question about them, by their ids, as lists do. */
export async function nameJobs(
  deps: Parameters<typeof readListedProcesses>[0],
  principal: Principal,
  jobs: readonly Job[],
): Promise<ReadonlyMap<string, NamedJob>> {
  const { titles, names, lines } = await readListedProcesses(deps, principal, jobs);
  return new Map(
    jobs.map(({ id, processId, providerId = "", request: { title } }) => {
      const name = title ?? names.get(id) ?? titles.get(`${providerId}/${processId}`) ?? processId;
      return [id, { name, ...defined({ line: lines.get(id) }) }];
    }),
  );
}
