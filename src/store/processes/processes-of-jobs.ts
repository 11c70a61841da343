import { sql } from "drizzle-orm";
import { defined } from "../../domain/defined.ts";
import type { Database } from "../database/database.ts";
import { argument, build, compile } from "../database/statements.ts";
import { isListed } from "../schema/jobs.ts";
import { processes, processRevisions, processTexts } from "../schema/processes.ts";

/** A process of which there are jobs. What is said of it besides its id is that of the process as it is now, if it is deployed here. */
export type ProcessOfJobs = {
  readonly id: string;
  /** Folded, as lists of processes sort by it. */
  readonly title?: string;
  readonly visibility?: "public" | "private";
};

/** More are not looked at. */
const mostProcesses = 2000;

// From one id to the next one, along an index that begins with it: as many steps as there are processes, not as there are jobs.
const listed = sql`jobs indexed by jobs_of_process where ${isListed} and hidden = one.hidden`;
const steps = sql`(
  with recursive shown(hidden) as (select value from json_each(${argument("hidden")})),
  step(hidden, id) as (
    select one.hidden, (select min(process_id) from ${listed}) from shown as one
    union all
    select one.hidden, (select min(process_id) from ${listed} and process_id > one.id) from step as one where one.id is not null
    limit ${sql.raw(String(mostProcesses))}
  )
  select id from step where id is not null
  union
  select process_id from jobs indexed by jobs_new where is_new = 1 and hidden in (select value from json_each(${argument("hidden")}))
) as seen`;

const selectSeen = compile<{ hidden: string }>()(() =>
  build
    .select({
      id: sql`seen.id`.mapWith(String),
      title: sql<string | null>`${processTexts.title}`,
      visibility: sql<"public" | "private" | null>`${processRevisions.visibility}`,
    })
    .from(steps)
    .leftJoin(processes, sql`${processes.id} = seen.id and ${processes.undeployedAt} is null`)
    .leftJoin(
      processTexts,
      sql`${processTexts.processId} = ${processes.id} and ${processTexts.revision} = ${processes.revision}`,
    )
    // Of revisions only an index is read: their rows are long.
    .leftJoin(
      sql`${processRevisions} indexed by process_revisions_seen`,
      sql`${processRevisions.processId} = ${processes.id} and ${processRevisions.revision} = ${processes.revision}`,
    ),
);

/** Lists the processes of which there are jobs, those of other servers, too, by their ids. `withRemoved` counts jobs that were removed after their end. */
export async function processesOfJobs(database: Database, withRemoved: boolean): Promise<readonly ProcessOfJobs[]> {
  const rows = await database.read(selectSeen({ hidden: withRemoved ? "[0, 1]" : "[0]" }));
  return rows.map(({ id, title, visibility }) => ({
    id,
    ...defined({ title: title ?? undefined, visibility: visibility ?? undefined }),
  }));
}
