import { and, asc, eq, exists, getTableColumns, gt, or, sql } from "drizzle-orm";
import type { Job } from "../domain/job.ts";
import type { Process } from "../domain/process.ts";
import type { Database } from "./database.ts";
import type { TableRow } from "./rows.ts";
import { processes, processRevisions } from "./schema/processes.ts";
import { type ArgumentsOf, argument, argumentsOf, build, compile, excluded, insertFrom } from "./statements.ts";

const isCurrent = and(eq(processRevisions.processId, processes.id), eq(processRevisions.revision, processes.revision));

/** Inserts the revision of a deployment that took place; what is not part of the revision's digest may have changed. */
const insertRevision = compile<ArgumentsOf<typeof processRevisions>>()(() =>
  insertFrom(processRevisions, argumentsOf(processRevisions), {
    where: exists(
      build
        .select({ id: processes.id })
        .from(processes)
        .where(and(eq(processes.id, argument("processId")), eq(processes.revision, argument("revision")))),
    ),
  }).onConflictDoUpdate({
    target: [processRevisions.processId, processRevisions.revision],
    set: {
      isWorkflow: excluded(processRevisions.isWorkflow),
      isMutable: excluded(processRevisions.isMutable),
      visibility: excluded(processRevisions.visibility),
      fileInputs: excluded(processRevisions.fileInputs),
      deployerRole: excluded(processRevisions.deployerRole),
    },
  }),
);

const insertLoneRevision = compile<ArgumentsOf<typeof processRevisions>>()(() =>
  build.insert(processRevisions).values(argumentsOf(processRevisions)).onConflictDoNothing(),
);

type Deployment = ArgumentsOf<typeof processes>;
const insertCurrent = compile<Deployment>()(() =>
  build.insert(processes).values(argumentsOf(processes)).onConflictDoNothing(),
);
const replaceCurrent = compile<Deployment>()(() =>
  build
    .update(processes)
    .set({ revision: argument("revision"), updatedAt: argument("updatedAt") })
    .where(eq(processes.id, argument("id"))),
);

const selectCurrent = compile<{ id: string }>()(() =>
  build
    .select(getTableColumns(processRevisions))
    .from(processes)
    .innerJoin(processRevisions, isCurrent)
    .where(eq(processes.id, argument("id"))),
);
const selectRevision = compile<{ id: string; revision: string }>()(() =>
  build
    .select()
    .from(processRevisions)
    .where(and(eq(processRevisions.processId, argument("id")), eq(processRevisions.revision, argument("revision")))),
);
const selectCurrentVisibility = compile<{ id: string }>()(() =>
  build
    .select({ visibility: processRevisions.visibility })
    .from(processes)
    .innerJoin(processRevisions, isCurrent)
    .where(eq(processes.id, argument("id"))),
);
const selectRevisionVisibility = compile<{ id: string; revision: string }>()(() =>
  build
    .select({ visibility: processRevisions.visibility })
    .from(processRevisions)
    .where(and(eq(processRevisions.processId, argument("id")), eq(processRevisions.revision, argument("revision")))),
);
const selectPage = compile<{ limit: number; after: string; withPrivate: number; visibility: string | null }>()(() =>
  build
    .select(getTableColumns(processRevisions))
    .from(processes)
    .innerJoin(processRevisions, isCurrent)
    .where(
      and(
        gt(processes.id, argument("after")),
        or(eq(processRevisions.visibility, "public"), sql`${argument("withPrivate")} = 1`),
        eq(processRevisions.visibility, sql`coalesce(${argument("visibility")}, ${processRevisions.visibility})`),
      ),
    )
    .orderBy(asc(processes.id))
    .limit(sql.placeholder("limit")),
);
const selectOwner = compile<{ id: string }>()(() =>
  build
    .select({ owner: processes.owner })
    .from(processes)
    .where(eq(processes.id, argument("id"))),
);
const selectOwned = compile()(() =>
  build
    .select({
      id: processes.id,
      isMutable: processRevisions.isMutable,
      visibility: processRevisions.visibility,
      owner: processes.owner,
      deployerRole: processRevisions.deployerRole,
    })
    .from(processes)
    .innerJoin(processRevisions, isCurrent)
    .orderBy(asc(processes.id)),
);
const updateOwner = compile<{ id: string; owner: string | null }>()(() =>
  build
    .update(processes)
    .set({ owner: argument("owner") })
    .where(eq(processes.id, argument("id"))),
);
const deleteCurrent = compile<{ id: string }>()(() => build.delete(processes).where(eq(processes.id, argument("id"))));

/**
 * Makes a process the current one of its id. Its revision is kept for good. Without `replace` an id that is taken
 * answers `exists` (also for the same revision). One that is replaced keeps its owner.
 */
export async function saveProcess(
  database: Database,
  process: Process,
  at: number,
  options: { readonly replace: boolean; readonly owner?: string },
): Promise<"deployed" | "replaced" | "exists"> {
  const current = { id: process.id, revision: process.revision, owner: options.owner ?? null, updatedAt: at };
  const [inserted] = await database.write([
    insertCurrent(current),
    ...(options.replace ? [replaceCurrent(current)] : []),
    insertRevision(revisionArguments(process, at)),
  ]);
  if (inserted?.rowsAffected === 1) return "deployed";
  return options.replace ? "replaced" : "exists";
}

/** Keeps a revision that is nobody's current one: that of another server's process, which a job is about to name. */
export async function keepRevision(database: Database, process: Process, at: number): Promise<void> {
  await database.write([insertLoneRevision(revisionArguments(process, at))]);
}

/** Finds the current revision of a process. */
export async function findProcess(database: Database, id: string): Promise<Process | undefined> {
  const [row] = await database.read(selectCurrent({ id }));
  return row === undefined ? undefined : processOf(row);
}

/** Finds a revision of a process, be it current, replaced or undeployed. */
export async function findProcessRevision(
  database: Database,
  id: string,
  revision: string,
): Promise<Process | undefined> {
  const [row] = await database.read(selectRevision({ id, revision }));
  return row === undefined ? undefined : processOf(row);
}

/**
 * Tells whether what ran is private: as its process is now, or as the revision was when that is not deployed any more or
 * is another server's.
 */
export async function isPrivateProcess(
  database: Database,
  { processId, processRevision, providerId }: Pick<Job, "processId" | "processRevision" | "providerId">,
): Promise<boolean> {
  const current = providerId === undefined ? await database.read(selectCurrentVisibility({ id: processId })) : [];
  const [row] =
    current.length > 0
      ? current
      : await database.read(selectRevisionVisibility({ id: processId, revision: processRevision }));
  return row?.visibility === "private";
}

/** Lists what is deployed, by id, from behind `after` on. */
export async function listProcesses(
  database: Database,
  page: {
    readonly limit: number;
    readonly after?: string;
    readonly withPrivate: boolean;
    /** Only those; of each visibility when absent. */
    readonly visibility?: "public" | "private";
  },
): Promise<readonly Process[]> {
  const { limit, after = "", withPrivate, visibility = null } = page;
  const rows = await database.read(selectPage({ limit, after, withPrivate: Number(withPrivate), visibility }));
  return rows.map(processOf);
}

/** Finds who owns a process; undefined when nobody but the admins does, or it is not deployed. */
export async function ownerOfProcess(database: Database, id: string): Promise<string | undefined> {
  const [row] = await database.read(selectOwner({ id }));
  return row?.owner;
}

/** What the operator sees of a process. */
export type OwnedProcess = {
  readonly id: string;
  readonly isMutable: boolean;
  readonly visibility: string;
  readonly owner?: string;
  readonly deployerRole?: string;
};

/** Lists all processes with their owners, by id. */
export async function listOwnedProcesses(database: Database): Promise<readonly OwnedProcess[]> {
  return database.read(selectOwned({}));
}

/** Hands a process to another user, or to the admins. False when it is not deployed. */
export async function setOwner(database: Database, id: string, owner: string | undefined): Promise<boolean> {
  const [updated] = await database.write([updateOwner({ id, owner: owner ?? null })]);
  return updated?.rowsAffected === 1;
}

/** Undeploys a process. Its revisions stay, since jobs name them. False when it is not deployed. */
export async function undeployProcess(database: Database, id: string): Promise<boolean> {
  const [deleted] = await database.write([deleteCurrent({ id })]);
  return deleted?.rowsAffected === 1;
}

function processOf({ processId: id, createdAt: _, ...process }: TableRow<typeof processRevisions>): Process {
  return { id, ...process };
}

function revisionArguments(process: Process, at: number): ArgumentsOf<typeof processRevisions> {
  return {
    processId: process.id,
    revision: process.revision,
    description: JSON.stringify(process.description),
    definition: JSON.stringify(process.definition),
    isWorkflow: Number(process.isWorkflow),
    isMutable: Number(process.isMutable),
    visibility: process.visibility,
    fileInputs: JSON.stringify(process.fileInputs),
    createdAt: at,
    deployerRole: process.deployerRole ?? null,
  };
}
