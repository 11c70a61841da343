import type { Logger } from "../../domain/logger.ts";
import type { Driver } from "../database/driver.ts";
import { rowsOf } from "../database/statements.ts";
import { countJustEnded, forgetListRows } from "../queries/list-rows.ts";
import { mostAtOnce, type Read, takeIn } from "./take-in.ts";

/** Jobs of one commit. */
const batch = 5000;
const findColumn = { sql: "SELECT 1 FROM pragma_table_info('jobs') WHERE name = 'is_new'", args: [] };

/** Grows with each change of what words of a job count: jobs that an earlier program took in are then taken in anew. */
const wordsVersion = 5;
const findVersion = { sql: "PRAGMA user_version", args: [] };
const keepVersion = { sql: `PRAGMA user_version = ${wordsVersion}`, args: [] };

/**
 * Takes all jobs that ended into the indexes of the lists, when a database is opened: of one of an earlier program these are
 * all, though it had taken them in by fewer words. The few that a run of the server left are not worth a write at each start: the next end takes them in.
 */
export async function takeInAll(driver: Driver, logger: Logger, isMigrated: boolean): Promise<void> {
  const read: Read = async (statement) => rowsOf(statement, await driver.execute(statement));
  // Not there while a database is opened with earlier migrations only.
  if ((await read(findColumn)).length === 0) return;
  const [found] = await read(findVersion);
  const isOld = found?.user_version !== wordsVersion;
  if (isOld) await driver.batch([...forgetListRows, keepVersion]);
  if (!isMigrated && !isOld && !(await areManyLeft(read, logger))) return;
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
    return (await read(countJustEnded({ limit: mostAtOnce + 1 }))).length > mostAtOnce;
  } catch (error) {
    logger.warn("Cannot look for ended jobs to take into the job list", { error });
    return false;
  }
}
