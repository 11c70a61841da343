import { and, desc, eq, isNotNull, isNull, lt, type SQL, sql } from "drizzle-orm";
import type { Process } from "../../domain/processes/process.ts";
import type { ProcessName } from "../../domain/processes/process-name.ts";
import type { Database } from "../database/database.ts";
import { argument, build, compile } from "../database/statements.ts";
import { keepTexts } from "../queries/process-texts.ts";
import { processes, processRevisions } from "../schema/processes.ts";
import { findProcessRevision } from "./processes.ts";

/** A revision of a process: one of its definitions, with what became of it. Times are milliseconds since 1970. */
export type ProcessRevision = {
  readonly revision: string;
  readonly version: string;
  /** Counts the deployments of the process: the larger, the later. */
  readonly deployment: number;
  /** When it was deployed last: to go back to it is no deployment. */
  readonly deployedAt: number;
  /** When it became what the id of its process stands for; only of the current one. */
  readonly currentSince?: number;
  /** Since when nobody may execute it, also when its process is deployed. */
  readonly withdrawnAt?: number;
  readonly visibility: Process["visibility"];
  /** The process is deployed, and this is what its id stands for. */
  readonly isCurrent: boolean;
  /** Its process is deployed, and it was not withdrawn: it can be executed by its version or its digest. */
  readonly isDeployed: boolean;
};

const versionOf = sql`${processRevisions.description} ->> '$.version'`;
const deployedAt = sql`coalesce(${processRevisions.deployedAt}, ${processRevisions.createdAt})`;
const isDeployed = sql`(${processes.id} is not null and ${processes.undeployedAt} is null)`;
/** Those of a provider's processes have ids of that provider. */
const isOwn = sql`${processRevisions.definition} ->> '$.providerId' is null`;
const ofProcess = and(eq(processRevisions.processId, argument("id")), isOwn);
const state = {
  revision: processRevisions.revision,
  version: versionOf.mapWith(String),
  deployment: processRevisions.deployment,
  deployedAt: deployedAt.mapWith(Number),
  withdrawnAt: processRevisions.withdrawnAt,
  visibility: processRevisions.visibility,
  currentSince:
    sql`case when ${isDeployed} and ${processes.revision} = ${processRevisions.revision} then ${processes.updatedAt} end`.mapWith(
      Number,
    ),
  isCurrent: sql`${isDeployed} and ${processes.revision} = ${processRevisions.revision}`.mapWith(Boolean),
  isDeployed: sql`${isDeployed} and ${processRevisions.withdrawnAt} is null`.mapWith(Boolean),
};

const selectStates = compile<{ id: string; before: number; limit: number }>()(() =>
  build
    .select(state)
    .from(processRevisions)
    .leftJoin(processes, eq(processes.id, processRevisions.processId))
    .where(and(ofProcess, lt(processRevisions.deployment, argument("before"))))
    .orderBy(desc(processRevisions.deployment))
    .limit(sql.placeholder("limit")),
);
const selectNamed = compile<{ id: string; version: string | null; revision: string | null }>()(() =>
  build
    .select(state)
    .from(processRevisions)
    .leftJoin(processes, eq(processes.id, processRevisions.processId))
    .where(
      and(
        ofProcess,
        sql`${versionOf} = coalesce(${argument("version")}, ${versionOf})`,
        eq(processRevisions.revision, sql`coalesce(${argument("revision")}, ${processRevisions.revision})`),
      ),
    )
    .orderBy(desc(processRevisions.deployment))
    .limit(1),
);
const selectOfVersion = compile<{ id: string; version: string; revision: string }>()(() =>
  build
    .select({ revision: processRevisions.revision })
    .from(processRevisions)
    .where(
      and(ofProcess, eq(versionOf, argument("version")), sql`${processRevisions.revision} <> ${argument("revision")}`),
    )
    .limit(1),
);
type Change = { id: string; revision: string | null; at: number };
const undeployCurrent = compile<Change>()(() =>
  build
    .update(processes)
    .set({ undeployedAt: argument("at") })
    .where(
      and(
        eq(processes.id, argument("id")),
        eq(processes.revision, sql`coalesce(${argument("revision")}, ${processes.revision})`),
        isNull(processes.undeployedAt),
      ),
    ),
);
/** Of a process that was undeployed by the statement before, all of them. */
const withdrawAll = compile<Change>()(() =>
  build
    .update(processRevisions)
    .set({ withdrawnAt: argument("at") })
    .where(
      and(
        ofProcess,
        isNull(processRevisions.withdrawnAt),
        sql`exists (select 1 from ${processes} where ${processes.id} = ${argument("id")} and ${processes.undeployedAt} is not null)`,
      ),
    ),
);
const withdrawing = (guard?: SQL) =>
  build
    .update(processRevisions)
    .set({ withdrawnAt: argument("at") })
    .where(
      and(ofProcess, eq(processRevisions.revision, argument("revision")), isNull(processRevisions.withdrawnAt), guard),
    );
const withdrawOne = compile<Change>()(() => withdrawing());
const makeCurrent = compile<Change>()(() =>
  build
    .update(processes)
    .set({ revision: argument("revision"), updatedAt: argument("at"), undeployedAt: null })
    .where(eq(processes.id, argument("id"))),
);
const deploying = (guard?: SQL) =>
  build
    .update(processRevisions)
    .set({
      deployment: sql`(select max(one.deployment) + 1 from ${processRevisions} as one where one.process_id = ${argument("id")})`,
      withdrawnAt: null,
    })
    .where(and(ofProcess, eq(processRevisions.revision, argument("revision")), guard));
const makeDeployed = compile<Change>()(() => deploying());

/** Where both can be done: one is the current one, and the other is there. */
const makeCurrentInstead = compile<Change & { instead: string }>()(() =>
  build
    .update(processes)
    .set({ revision: argument("revision"), updatedAt: argument("at") })
    .where(
      and(
        eq(processes.id, argument("id")),
        eq(processes.revision, argument("instead")),
        isNull(processes.undeployedAt),
        sql`exists (select 1 from ${processRevisions} where ${ofProcess} and ${processRevisions.revision} = ${argument("revision")})`,
      ),
    ),
);
/** The statement before it, of the same write, changed something; a line of the audit between them is only added where it did. */
const isChanged = sql`changes() > 0`;
const makeDeployedThen = compile<Change>()(() => deploying(isChanged));
const withdrawThen = compile<Change>()(() => withdrawing(isChanged));

const updateVisibility = compile<{ id: string; revision: string; visibility: string }>()(() =>
  build
    .update(processRevisions)
    .set({ visibility: sql`${argument("visibility")}` })
    .where(and(ofProcess, eq(processRevisions.revision, argument("revision")))),
);

const mostRemoved = 200;
const selectRemoved = compile<Record<string, never>>()(() =>
  build
    .select({ id: processes.id, visibility: processRevisions.visibility })
    .from(processes)
    .innerJoin(
      processRevisions,
      and(eq(processRevisions.processId, processes.id), eq(processRevisions.revision, processes.revision)),
    )
    .where(and(isNotNull(processes.undeployedAt), isOwn))
    .orderBy(desc(processes.undeployedAt))
    .limit(mostRemoved),
);

/** Lists the processes of this service that are not deployed any more, those of last first, at most 200. */
export async function readRemoved(
  database: Database,
): Promise<readonly { readonly id: string; readonly visibility: "public" | "private" }[]> {
  return database.read(selectRemoved({}));
}

/** Lists revisions of a process, those that were deployed last first, before the deployment `before`; none of one that never was. */
export async function listRevisions(
  database: Database,
  id: string,
  page: { readonly limit: number; readonly before?: number },
): Promise<readonly ProcessRevision[]> {
  const { limit, before = Number.MAX_SAFE_INTEGER } = page;
  return database.read(selectStates({ id, limit, before }));
}

/** Finds a revision by its name; of those with one version the one that was deployed last. */
export async function findNamedRevision(
  database: Database,
  { id, version, revision }: ProcessName,
): Promise<ProcessRevision | undefined> {
  const [row] = await database.read(selectNamed({ id, version: version ?? null, revision: revision ?? null }));
  return row;
}

/** Tells whether another revision of a process has the same version: then only their digests tell them apart. */
export async function sharesVersion(
  database: Database,
  { id, revision, description: { version } }: Pick<Process, "id" | "revision" | "description">,
): Promise<boolean> {
  return (await database.read(selectOfVersion({ id, revision, version }))).length > 0;
}

/**
 * Undeploys a process, with all its revisions; they stay, since jobs name them. With a revision, only if that is the
 * current one. False when it is not deployed so.
 */
export async function undeployProcess(database: Database, id: string, at: number, revision?: string): Promise<boolean> {
  const change = { id, revision: revision ?? null, at };
  const [undeployed] = await database.write([undeployCurrent(change), withdrawAll(change)]);
  return undeployed?.rowsAffected === 1;
}

/** Withdraws one revision; when it is the current one, its process stands for nothing until another one is deployed or restored. False when it was withdrawn before. */
export async function withdrawRevision(database: Database, id: string, revision: string, at: number): Promise<boolean> {
  const change = { id, revision, at };
  const [withdrawn] = await database.write([withdrawOne(change), undeployCurrent(change)]);
  return withdrawn?.rowsAffected === 1;
}

/** Makes an earlier revision the current one again. False for a process that never was deployed. */
export async function restoreRevision(database: Database, id: string, revision: string, at: number): Promise<boolean> {
  const change = { id, revision, at };
  const process = await findProcessRevision(database, id, revision);
  const texts = process === undefined ? [] : [keepTexts(process)];
  const [restored] = await database.write([makeCurrent(change), makeDeployed(change), ...texts]);
  return restored?.rowsAffected === 1;
}

/** Which statement of `replaceCurrent` makes a revision the current one, and which withdraws the other one, from 0. */
export const replacing = { restores: 0, withdraws: 2 } as const;

/**
 * Makes a revision the current one in the place of the one that is, and withdraws that one: both in one write. False, with nothing
 * changed, where that one is not the current one any more, or the other is not there.
 */
export async function replaceCurrent(
  database: Database,
  id: string,
  { from, to }: { readonly from: string; readonly to: string },
  at: number,
): Promise<boolean> {
  const process = await findProcessRevision(database, id, to);
  if (process === undefined || from === to) return false;
  const change = { id, revision: to, at };
  const [replaced] = await database.write([
    makeCurrentInstead({ ...change, instead: from }),
    makeDeployedThen(change),
    withdrawThen({ ...change, revision: from }),
    keepTexts(process),
  ]);
  return replaced?.rowsAffected === 1;
}

/** Changes who may see a revision. */
export async function setVisibility(
  database: Database,
  { id, revision }: Pick<Process, "id" | "revision">,
  visibility: Process["visibility"],
): Promise<void> {
  await database.write([updateVisibility({ id, revision, visibility })]);
}
