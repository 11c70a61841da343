import { clientWords, mayDo, type Principal } from "../domain/access.ts";
import { defined } from "../domain/defined.ts";
import type { SpaceDocument, SystemDocument, SystemFacts } from "../domain/documents/system.ts";
import type { Database } from "../store/database.ts";
import { clientsBySpace, type JobSpace, spaceOfNewestJobs } from "../store/kept.ts";
import { requireAction } from "./guard.ts";
import { readQueue } from "./read-queue.ts";

export type SystemDeps = {
  readonly database: Database;
  /** Measures what the service runs on. */
  readonly readFacts: () => Promise<SystemFacts>;
};

/** Reads what the service runs on, how busy it is, and where its space goes for who may see all jobs. Throws `forbidden`. */
export async function readSystem(deps: SystemDeps, principal: Principal): Promise<Omit<SystemDocument, "links">> {
  requireAction(principal, "read-system", "read what the service runs on");
  const queue = (await readQueue(deps, principal)) ?? { running: 0, waiting: 0 };
  const space = mayDo(principal, "read-all-jobs") ? await readSpace(deps.database) : undefined;
  return { ...(await deps.readFacts()), queue, ...defined({ space }) };
}

/** So many jobs are looked at, some milliseconds, and so many lines are told of each list. */
const [newest, told] = [2000, 10];

async function readSpace(database: Database): Promise<SpaceDocument> {
  const clients = await clientsBySpace(database, told);
  const jobs = (await spaceOfNewestJobs(database, newest)).toSorted((a, b) => b.bytes - a.bytes);
  return {
    users: clients.map(({ client, ...bytes }) => ({ ...userOf(client), ...bytes })),
    newest,
    processes: processesOf(jobs).slice(0, told),
    jobs: jobs.slice(0, told).map(({ id, processId, providerId, user, bytes }) => ({
      jobID: id,
      processID: processId,
      ...defined({ providerID: providerId, user }),
      outputBytes: bytes,
    })),
  };
}

/** A client without a user is a network, or all who come without a key. */
function userOf(client: string): Pick<SpaceDocument["users"][number], "user" | "client"> {
  return client.startsWith("user:") ? { user: client.slice("user:".length) } : { client: clientWords(client) };
}

function processesOf(jobs: readonly JobSpace[]): SpaceDocument["processes"] {
  const groups = Map.groupBy(jobs, ({ processId, providerId }) => JSON.stringify([providerId ?? "", processId]));
  const sums = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const outputBytes = group.reduce((sum, { bytes }) => sum + bytes, 0);
    const { processId, providerId } = first;
    return [{ processID: processId, ...defined({ providerID: providerId }), jobs: group.length, outputBytes }];
  });
  return sums.toSorted((a, b) => b.outputBytes - a.outputBytes);
}
