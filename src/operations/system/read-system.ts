import { defined } from "../../domain/defined.ts";
import type { JobWork, SpaceDocument, SystemDocument, SystemFacts, UserSpace } from "../../domain/documents/system.ts";
import { runPeriods } from "../../domain/figures/run-period.ts";
import type { WorkSpace } from "../../domain/figures/space.ts";
import { clientOf, clientWords, mayDo, type Principal } from "../../domain/people/access.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Database } from "../../store/database/database.ts";
import { findJobOfExecution } from "../../store/jobs/jobs.ts";
import { clientsBySpace, type JobSpace, spaceOfNewestJobs } from "../../store/jobs/kept.ts";
import { usageOf } from "../../store/jobs/usage.ts";
import { runsByUser, type UserRuns } from "../../store/jobs/use-by-user.ts";
import { sumKeptBytes } from "../../store/metrics.ts";
import { requireAction } from "../people/guard.ts";
import { readQueue } from "./read-queue.ts";

export type SystemDeps = {
  readonly database: Database;
  readonly clock: Pick<Clock, "now">;
  /** Measures what the service runs on. */
  readonly readFacts: () => Promise<SystemFacts>;
};

/** The time back from now of which the use of the service is told. */
export type UsePeriod = "7d" | "30d";

/** Reads what the service runs on, how busy it is, and where its space goes and who used it for who may see all jobs. Throws `forbidden`. */
export async function readSystem(
  deps: SystemDeps,
  principal: Principal,
  period: UsePeriod = "7d",
): Promise<Omit<SystemDocument, "links">> {
  requireAction(principal, "read-system", "read what the service runs on");
  const queue = (await readQueue(deps, principal)) ?? { running: 0, waiting: 0 };
  const { works, ...facts } = await deps.readFacts();
  if (!mayDo(principal, "read-all-jobs")) return { ...facts, queue };
  const work = works && (await jobsOfWorks(deps.database, works));
  const space = { ...(await readSpace(deps, runPeriods[period].days)), ...defined({ work }) };
  return { ...facts, queue, space };
}

/** Tells whose some work directories are. What no job is known of is told as set aside. */
async function jobsOfWorks(database: Database, works: readonly WorkSpace[]): Promise<readonly JobWork[]> {
  const jobs = works.map(async ({ executionId, bytes }): Promise<readonly JobWork[]> => {
    const job = await findJobOfExecution(database, executionId);
    if (job === undefined) return [];
    const { id, processId, providerId, user, status } = job;
    return [{ jobID: id, processID: processId, status, bytes, ...defined({ providerID: providerId, user }) }];
  });
  return (await Promise.all(jobs)).flat();
}

/** So many jobs are looked at, some milliseconds, and so many lines are told of each list. */
const [newest, told] = [2000, 10];

async function readSpace({ database, clock }: SystemDeps, days: number): Promise<SpaceDocument> {
  const jobs = (await spaceOfNewestJobs(database, newest)).toSorted((a, b) => b.bytes - a.bytes);
  return {
    days,
    ...(await readUsers(database, clock.now() - days * dayMilliseconds)),
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

const dayMilliseconds = 86_400_000;

/** Who keeps most, and whose jobs ran longest: each with both; and all together. */
async function readUsers(database: Database, since: number): Promise<Pick<SpaceDocument, "users" | "total">> {
  const largest = await clientsBySpace(database, told);
  const allRuns = await runsByUser(database, since);
  const runs = new Map(allRuns.map((one) => [clientOfRuns(one), one]));
  const clients = new Set([...largest.map(({ client }) => client), ...[...runs.keys()].slice(0, told)]);
  const users = [...clients].map(async (client): Promise<UserSpace> => {
    const { outputBytes, vaultBytes: uploadBytes } = await usageOf(database, client);
    const { jobs = 0, failed = 0, milliseconds = 0 } = runs.get(client) ?? {};
    const figures = client.startsWith("network:") ? {} : { jobs, failed, runSeconds: milliseconds / 1000 };
    return { ...userOf(client), outputBytes, uploadBytes, bytes: outputBytes + uploadBytes, ...figures };
  });
  const nameOf = ({ user, client = "" }: UserSpace) => user ?? client;
  const sorted = (await Promise.all(users)).toSorted(
    (a, b) => b.bytes - a.bytes || (b.runSeconds ?? 0) - (a.runSeconds ?? 0) || (nameOf(a) < nameOf(b) ? -1 : 1),
  );
  return { users: sorted, total: await readTotal(database, allRuns) };
}

async function readTotal(database: Database, runs: readonly UserRuns[]): Promise<SpaceDocument["total"]> {
  const { outputs: outputBytes, vault: uploadBytes } = await sumKeptBytes(database);
  return {
    ...{ outputBytes, uploadBytes, bytes: outputBytes + uploadBytes },
    jobs: runs.reduce((sum, { jobs }) => sum + jobs, 0),
    failed: runs.reduce((sum, { failed }) => sum + failed, 0),
    runSeconds: runs.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000,
  };
}

/** Of jobs only the user is counted: without one, all networks are one. */
function clientOfRuns({ user }: UserRuns): string {
  return clientOf(user === "" ? {} : { user });
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
