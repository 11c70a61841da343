import type { Logger } from "../../domain/logger.ts";
import type { Driver } from "../driver.ts";
import { selectJustEnded } from "../queries/list-rows.ts";
import { mostAtOnce, type Read, takeIn } from "./take-in.ts";

/** Jobs of one commit. */
const batch = 5000;
const findColumn = { sql: "SELECT 1 FROM pragma_table_info('jobs') WHERE name = 'is_new'", args: [] };

/**
 * Takes all jobs that ended into the indexes of the lists, when a database is opened: of one of an earlier program these are
 * all. The few that a run of the server left are not worth a write at each start: the next end takes them in.
 */
export async function takeInAll(driver: Driver, logger: Logger, isMigrated: boolean): Promise<void> {
  const read: Read = async (statement) => (await driver.execute(statement)).rows;
  // Not there while a database is opened with earlier migrations only.
  if ((await read(findColumn)).length === 0) return;
  if (!isMigrated && !(await areManyLeft(read, logger))) return;
  let taken = 0;
  for (let listed = batch; listed === batch; taken += listed) {
    if (taken === batch) logger.info("Ended jobs are taken into the job list: some seconds for each 100,000");
    const statements = await takeIn(read, batch);
    listed = statements.length === 0 ? 0 : ((await driver.batch(statements)).at(-1)?.rowsAffected ?? 0);
  }
  if (taken >= batch) logger.info("Ended jobs were taken into the job list", { jobs: taken });
}

/** Damaged pages must keep nobody from opening the database who does not need them. */
async function areManyLeft(read: Read, logger: Logger): Promise<boolean> {
  try {
    return (await read(selectJustEnded({ limit: mostAtOnce + 1 }))).length > mostAtOnce;
  } catch (error) {
    logger.warn("Cannot look for ended jobs to take into the job list", { error });
    return false;
  }
}
