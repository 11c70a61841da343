import { and, asc, eq, exists, getTableColumns, gt, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Job } from "../../domain/jobs/job.ts";
import type { Process } from "../../domain/processes/process.ts";
import type { Database } from "../database/database.ts";
import {
  type ArgumentsOf,
  argument,
  argumentsOf,
  build,
  compile,
  excluded,
  insertFrom,
} from "../database/statements.ts";
import { type FileOfProcess, keepFile } from "../queries/process-files.ts";
import { keepTexts } from "../queries/process-texts.ts";
import type { TableRow } from "../rows.ts";
import { processes, processPackages, processRevisions } from "../schema/processes.ts";

/** Joins a process with its current revision, while it is deployed. */
export const isCurrent = and(
  eq(processRevisions.processId, processes.id),
  eq(processRevisions.revision, processes.revision),
  isNull(processes.undeployedAt),
);

/** What is deployed already, and was the last to be, is not deployed anew by the same package. */
const unlessLast = (column: typeof processRevisions.deployedAt) =>
  sql`case when ${processRevisions.withdrawnAt} is null and ${processRevisions.deployment} > 0 and ${excluded(processRevisions.deployment)} = ${processRevisions.deployment} + 1 then coalesce(${column}, ${processRevisions.createdAt}) else ${excluded(column)} end`;

type RevisionArguments = Omit<ArgumentsOf<typeof processRevisions>, "deployment">;
/** The number of a deployment that takes place now. */
const nextDeployment = sql`(select coalesce(max(one.deployment), 0) + 1 from ${processRevisions} as one where one.process_id = ${argument("processId")})`;

/** The deployment took place: what is written is the current one. */
const isNamed = exists(
  build
    .select({ id: processes.id })
    .from(processes)
    .where(and(eq(processes.id, argument("processId")), eq(processes.revision, argument("revision")))),
);
/** What another has deployed is not touched, not even where it is the same revision: the statement before must have had its effect. */
const isWritten = sql`changes() > 0`;

/** Inserts the revision of a deployment that took place; what is not part of the revision's digest may have changed. */
const insertRevisionWhere = (where: SQL) =>
  compile<RevisionArguments>()(() =>
    insertFrom(
      processRevisions,
      { ...argumentsOf(processRevisions), deployment: nextDeployment },
      { where },
    ).onConflictDoUpdate({
      target: [processRevisions.processId, processRevisions.revision],
      set: {
        isWorkflow: excluded(processRevisions.isWorkflow),
        isMutable: excluded(processRevisions.isMutable),
        visibility: excluded(processRevisions.visibility),
        fileInputs: excluded(processRevisions.fileInputs),
        deployerRole: excluded(processRevisions.deployerRole),
        deployment: excluded(processRevisions.deployment),
        deployedAt: unlessLast(processRevisions.deployedAt),
        withdrawnAt: null,
      },
    }),
  );
const insertRevision = insertRevisionWhere(isNamed);
const insertNewRevision = insertRevisionWhere(isWritten);

type PackageArguments = { processId: string; revision: string; mediaType: string; bytes: Uint8Array };
const replacePackageWhere = (where: SQL) =>
  compile<PackageArguments>()(() =>
    insertFrom(processPackages, argumentsOf(processPackages), { where }).onConflictDoUpdate({
      target: [processPackages.processId, processPackages.revision],
      set: { mediaType: excluded(processPackages.mediaType), bytes: excluded(processPackages.bytes) },
    }),
  );
const replacePackage = replacePackageWhere(isNamed);
const insertPackage = replacePackageWhere(isWritten);

const insertLoneRevision = compile<RevisionArguments>()(() =>
  build
    .insert(processRevisions)
    .values({ ...argumentsOf(processRevisions), deployment: 0 })
    .onConflictDoNothing(),
);

type Deployment = ArgumentsOf<typeof processes>;
/** An id whose process was undeployed is free. */
const insertCurrent = compile<Deployment>()(() =>
  build
    .insert(processes)
    .values(argumentsOf(processes))
    .onConflictDoUpdate({
      target: processes.id,
      set: {
        revision: excluded(processes.revision),
        owner: excluded(processes.owner),
        updatedAt: excluded(processes.updatedAt),
        undeployedAt: null,
      },
      setWhere: sql`${processes.undeployedAt} is not null`,
    }),
);
const replaceCurrent = compile<Deployment & { replaced: string | null }>()(() =>
  build
    .update(processes)
    .set({
      revision: argument("revision"),
      // What is current already stays so since then.
      updatedAt: sql`case when ${processes.revision} = ${argument("revision")} then ${processes.updatedAt} else ${argument("updatedAt")} end`,
    })
    .where(
      and(
        eq(processes.id, argument("id")),
        isNull(processes.undeployedAt),
        eq(processes.revision, sql`coalesce(${argument("replaced")}, ${processes.revision})`),
      ),
    ),
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
/** Of a process that was undeployed, as it was last. */
const selectCurrentVisibility = compile<{ id: string }>()(() =>
  build
    .select({ visibility: processRevisions.visibility })
    .from(processes)
    .innerJoin(
      processRevisions,
      and(eq(processRevisions.processId, processes.id), eq(processRevisions.revision, processes.revision)),
    )
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

/** What was deployed, as it came. */
export type PackageSource = { readonly mediaType: string; readonly bytes: Uint8Array };

/** How a process is saved. */
export type SaveOptions = {
  /** Another one of this id makes room; with a revision, only if that is the current one. */
  readonly replace: boolean | { readonly revision: string };
  readonly owner?: string;
  readonly source?: PackageSource;
  /** The file of the folder of processes that it comes from. */
  readonly file?: FileOfProcess;
};

/**
 * Makes a process the current one of its id. Its revision is kept for good. Returns `exists` when something else has the
 * id: without `replace` anything that is deployed, else any other revision than the one to replace. One that is replaced
 * keeps its owner.
 */
export async function saveProcess(
  database: Database,
  process: Process,
  at: number,
  { replace, owner, source, file }: SaveOptions,
): Promise<"deployed" | "replaced" | "exists"> {
  const { id, revision } = process;
  const current = { id, revision, owner: owner ?? null, updatedAt: at, undeployedAt: null };
  const replaced = typeof replace === "object" ? replace.revision : null;
  const named = { processId: id, revision };
  const [keepRevisionOf, keepPackage] =
    replace === false ? [insertNewRevision, insertPackage] : [insertRevision, replacePackage];
  // Each of the first ones may ask what the one before has changed.
  const results = await database.write([
    insertCurrent(current),
    ...(replace === false ? [] : [replaceCurrent({ ...current, replaced })]),
    keepRevisionOf(revisionArguments(process, at)),
    ...(source === undefined ? [] : [keepPackage({ ...named, ...source })]),
    keepTexts(process),
    ...(file === undefined ? [] : keepFile(process, file)),
  ]);
  const [inserted, updated] = results;
  if (inserted?.rowsAffected === 1) return "deployed";
  return replace !== false && updated?.rowsAffected === 1 ? "replaced" : "exists";
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
 * Tells whether what ran is private: as its process is now, or was when it was undeployed; as the revision was when that is
 * another server's.
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

/** Reads a process from a row of its revision. */
export function processOf({
  processId: id,
  createdAt: _,
  deployment: _deployment,
  deployedAt: _deployed,
  withdrawnAt: _withdrawn,
  ...process
}: TableRow<typeof processRevisions>): Process {
  return { id, ...process };
}

function revisionArguments(process: Process, at: number): RevisionArguments {
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
    deployedAt: at,
    withdrawnAt: null,
  };
}
