import { expect, test } from "bun:test";
import { takeIn } from "../../src/store/job-lists/take-in.ts";
import { finishJob } from "../../src/store/jobs.ts";
import { runsByUser } from "../../src/store/use-by-user.ts";
import { finishing, insertRunningJob, openTestDatabase, startOfTest } from "../support/jobs-in-store.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("jobs that ended in a time are added up by user, before and after the lists take them in", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await insertRunningJob(database, { user: "still runs" });
  const end = async (user: string | undefined, at: number, isGood = true) => {
    const running = await insertRunningJob(database, user === undefined ? {} : { user });
    const outcome = isGood
      ? ({ status: "successful", results: {} } as const)
      : ({ status: "failed", results: {}, failure: { message: "no" } } as const);
    await finishJob(database, finishing(running, { at, outcome }));
  };
  await end("ada", startOfTest + 5000);
  await end("ada", startOfTest + 9000, false);
  await end("bob", startOfTest + 60_000);
  await end(undefined, startOfTest + 2000);
  const read = async (since: number) =>
    (await runsByUser(database, since)).map(({ user, jobs, failed }) => [user, jobs, failed]);
  const looks = async () => [await read(0), await read(startOfTest + 6000), await read(startOfTest + 70_000)];
  const wanted = [
    [
      ["bob", 1, 0],
      ["ada", 2, 1],
      ["", 1, 0],
    ],
    [
      ["bob", 1, 0],
      ["ada", 1, 1],
    ],
    [],
  ];
  expect(await looks()).toEqual(wanted);
  const before = await runsByUser(database, 0);
  await database.write(await takeIn(database.read, 2));
  expect(await looks()).toEqual(wanted);
  await database.write(await takeIn(database.read, 100));
  expect(await looks()).toEqual(wanted);
  expect(await runsByUser(database, 0)).toEqual(before);
  expect(before[0]?.milliseconds).toBeGreaterThan(0);
});
