import { expect, test } from "bun:test";
import type { Database } from "../../src/store/database/database.ts";
import { openExecutions } from "../../src/store/jobs/executions.ts";
import { findJob } from "../../src/store/jobs/jobs.ts";
import { until } from "../support/jobs.ts";
import { insertNewJob, openTestDatabase } from "../support/jobs-in-store.ts";
import { quickRunner, unwritten } from "../support/quick-runner.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** A database whose writes come to nothing before they are let through, and which counts what it was asked to write. */
function heldWrites(database: Database) {
  const gate = Promise.withResolvers<void>();
  const count = { asked: 0 };
  const held: Database = {
    ...database,
    async write(...write) {
      count.asked += 1;
      await gate.promise;
      return database.write(...write);
    },
  };
  return { held, count, letThrough: () => gate.resolve() };
}

test("disposal waits for the claim in flight: nothing is read or written after it, and the next start goes on with the job", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const { held, count, letThrough } = heldWrites(database);
  const { runner, lines } = quickRunner(dir.path, held);
  await runner.start();
  const job = await insertNewJob(database, unwritten({ text: "hello", pause: 30 }).job);
  runner.wake(job);
  await until("the claim is in flight", async () => count.asked === 1);
  let isDisposed = false;
  const disposal = runner[Symbol.asyncDispose]().then(() => {
    isDisposed = true;
  });
  await Bun.sleep(20);
  expect(isDisposed).toBe(false);
  letThrough();
  await disposal;
  const { asked } = count;
  expect(runner.figures()).toMatchObject({ quick: 0 });
  expect(await findJob(database, job.id)).toMatchObject({ status: "running", attempt: 1 });
  expect(await openExecutions(database)).toHaveLength(1);
  await Bun.sleep(50);
  expect(count.asked).toBe(asked);
  expect(lines).toEqual([]);
});

test("a walk that meets a closed database is left to the next start, and nothing tries again", async () => {
  await using dir = await temporaryDirectory();
  const database = await openTestDatabase(dir.path);
  const { runner, lines } = quickRunner(dir.path, database);
  await runner.start();
  const job = await insertNewJob(database, unwritten({ text: "hello", pause: 0.2 }).job);
  runner.wake(job);
  await until("it runs", async () => runner.figures().quick === 1);
  runner.stopClaiming();
  await database[Symbol.asyncDispose]();
  await until("its walk is over", async () => runner.figures().quick === 0);
  await runner[Symbol.asyncDispose]();
  expect(lines.filter((line) => /again/.test(line))).toEqual([]);
  await using again = await openTestDatabase(dir.path);
  expect(await findJob(again, job.id)).toMatchObject({ status: "running", attempt: 1 });
});
