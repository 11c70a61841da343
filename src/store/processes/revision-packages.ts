import { and, eq, sql } from "drizzle-orm";
import type { Process } from "../../domain/processes/process.ts";
import type { Database } from "../database/database.ts";
import { argument, build, compile } from "../database/statements.ts";
import { processPackages, processRevisions } from "../schema/processes.ts";
import type { PackageSource } from "./processes.ts";

const selectPackage = compile<{ id: string; revision: string }>()(() =>
  build
    .select({ mediaType: processPackages.mediaType, bytes: processPackages.bytes })
    .from(processPackages)
    .where(and(eq(processPackages.processId, argument("id")), eq(processPackages.revision, argument("revision")))),
);

const selectPackageFacts = compile<{ id: string; revision: string }>()(() =>
  build
    .select({ sizeBytes: sql<number>`length(${processPackages.bytes})`, deployment: processRevisions.deployment })
    .from(processPackages)
    .innerJoin(
      processRevisions,
      and(
        eq(processRevisions.processId, processPackages.processId),
        eq(processRevisions.revision, processPackages.revision),
      ),
    )
    .where(and(eq(processPackages.processId, argument("id")), eq(processPackages.revision, argument("revision")))),
);

/** Reads what a revision was deployed as; undefined where nobody kept it. */
export async function packageOfRevision(
  database: Database,
  { id, revision }: Pick<Process, "id" | "revision">,
): Promise<PackageSource | undefined> {
  const [row] = await database.read(selectPackage({ id, revision }));
  return row;
}

/** What is told of a package without its bytes. */
export type PackageFacts = {
  readonly sizeBytes: number;
  /** Grows whenever the revision is deployed again, which may be with other bytes beside the same definition. */
  readonly deployment: number;
};

/** Reads the facts of the package of a revision; undefined where none was kept. */
export async function packageFacts(
  database: Database,
  { id, revision }: Pick<Process, "id" | "revision">,
): Promise<PackageFacts | undefined> {
  const [row] = await database.read(selectPackageFacts({ id, revision }));
  return row;
}
