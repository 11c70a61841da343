import { asc, eq } from "drizzle-orm";
import type { Database } from "../database/database.ts";
import { argument, build, compile } from "../database/statements.ts";
import { processes, processRevisions } from "../schema/processes.ts";
import { isCurrent } from "./processes.ts";

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
