import { expect, test } from "bun:test";
import { join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import { copyDatabase } from "../../../src/store/database/backup.ts";
import { openDatabase } from "../../../src/store/database/database.ts";
import { discardJob } from "../../../src/store/jobs/dismiss-job.ts";
import { removeJob } from "../../../src/store/jobs/expire-jobs.ts";
import { findJob, finishJob } from "../../../src/store/jobs/jobs.ts";
import { keepForGood, keepNoLonger } from "../../../src/store/jobs/keep-job.ts";
import { migrationFiles } from "../../../src/store/migrations.macro.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import {
  finishing,
  insertNewJob,
  insertRunningJob,
  openTestDatabase,
  startOfTest,
} from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("the first who keeps a job is noted; no write removes it, also one that was decided on before, until it is released", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const running = await insertRunningJob(database);
  const { jobId } = running;
  await finishJob(database, finishing(running));
  expect(await keepForGood(database, { jobId, at: 7, by: "ann" })).toBe(true);
  expect(await keepForGood(database, { jobId, at: 8, by: "bob" })).toBe(false);
  expect(await findJob(database, jobId)).toMatchObject({ keptAt: 7, keptBy: "ann" });
  const discard = () =>
    discardJob(database, { jobId, moveId: crypto.randomUUID(), at: startOfTest + 9000, message: "" });
  expect(await discard()).toBe("lost");
  expect(await removeJob(database, jobId, Number.MAX_SAFE_INTEGER)).toBe(false);
  expect(await keepNoLonger(database, jobId)).toBe(true);
  expect(await keepNoLonger(database, jobId)).toBe(false);
  expect(await findJob(database, jobId)).not.toHaveProperty("keptAt");
  expect(await discard()).toBe("dismissed");
  expect(await keepForGood(database, { jobId, at: 9 })).toBe(false);
});

test("a job is kept in a copy of the database, too", async () => {
  await using dir = await temporaryDirectory();
  const options = { file: join(dir.path, "heddle.db"), clock: fakeClock(), logger: silentLogger };
  let jobId = "";
  {
    await using database = await openDatabase(options);
    jobId = (await insertNewJob(database)).id;
    await keepForGood(database, { jobId, at: 7, by: "ann" });
  }
  const copy = join(dir.path, "copy.db");
  await copyDatabase(options.file, copy, join(dir.path, "values"));
  await using database = await openDatabase({ ...options, file: copy });
  expect(await findJob(database, jobId)).toMatchObject({ keptAt: 7, keptBy: "ann" });
});

test("a job whose request asked for it before is kept since then", async () => {
  await using dir = await temporaryDirectory();
  const options = { file: join(dir.path, "heddle.db"), clock: fakeClock(), logger: silentLogger };
  const update = (await migrationFiles()).flatMap(({ sql }) => sql).find((sql) => sql.includes("SET `kept_at`"));
  await using database = await openDatabase(options);
  const pinned = { request: { inputs: {}, run: { isPinned: true } }, user: "ann" } as const;
  const jobs = [await insertNewJob(database, pinned), await insertNewJob(database)] as const;
  await database.write([{ sql: update ?? "", args: [] }]);
  expect(await findJob(database, jobs[0].id)).toMatchObject({ keptAt: jobs[0].createdAt, keptBy: "ann" });
  expect(await findJob(database, jobs[1].id)).not.toHaveProperty("keptAt");
});
