import type { Logger } from "../../domain/logger.ts";
import type { Driver } from "../driver.ts";
import {
  deleteTextsLeft,
  findTextsLeft,
  insertOldWords,
  selectOldTexts,
  updateTextsLeft,
} from "../queries/old-texts.ts";
import { wordsOfJob } from "./list-rows.ts";

const findTable = { sql: "SELECT 1 FROM sqlite_master WHERE name = 'job_texts_left'", args: [] };
/** Jobs of one commit. */
const batch = 5000;

/**
 * Takes up the words of jobs that had ended before there was this full-text index: once, when a database of an earlier
 * program is opened. It goes on where it was interrupted.
 */
export async function takeUpTexts(driver: Driver, logger: Logger): Promise<void> {
  // Not there while a database is opened with earlier migrations only.
  if ((await driver.execute(findTable)).rows.length === 0) return;
  let taken = 0;
  for (let left = await textsLeft(driver); left !== undefined; left = await textsLeft(driver)) {
    if (taken === 0) logger.info("The words of ended jobs are taken up: once, some seconds for each 100,000", { left });
    const { rows } = await driver.execute(selectOldTexts({ most: left, limit: batch }));
    const next = rows.length < batch ? undefined : Number(rows.at(-1)?.number) - 1;
    const jobs = rows.map((row) => [(row.hidden === 0 ? 1 : -1) * Number(row.number), wordsOfJob(row)]);
    await driver.batch([
      insertOldWords({ jobs: JSON.stringify(jobs) }),
      next === undefined ? deleteTextsLeft({}) : updateTextsLeft({ number: next }),
    ]);
    taken += rows.length;
  }
  if (taken > 0) logger.info("The words of ended jobs were taken up", { jobs: taken });
}

async function textsLeft(driver: Driver): Promise<number | undefined> {
  const { rows } = await driver.execute(findTextsLeft({}));
  return rows[0] === undefined ? undefined : Number(rows[0].number);
}
