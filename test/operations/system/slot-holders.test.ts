import { expect, test } from "bun:test";
import { freeSlot } from "../../../src/domain/jobs/job.ts";
import { readSlotHolders } from "../../../src/operations/system/slot-holders.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { insertNewJob, insertRunningJob, openTestDatabase, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("the jobs that hold the slots are named to who may see them, and counted for others", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const deps = { database, clock: fakeClock(startOfTest) };
  expect(await readSlotHolders(deps, { role: "admin" })).toEqual({ count: 0, jobs: [] });
  await insertNewJob(database, { id: "waits", user: "ada" });
  await insertRunningJob(database, { id: "of-ada", user: "ada", processId: "flood" });
  await insertRunningJob(database, { id: "of-bob", user: "bob", processId: "storm" });
  const waiting = await insertRunningJob(database, { id: "claimed", user: "bob" });
  const wait = { reason: freeSlot, since: startOfTest };
  database.announce(waiting.jobId, { progress: 20, message: "", stage: "monitorLoop", wait });

  const ada = { id: "of-ada", processId: "flood", user: "ada", startedAt: startOfTest };
  const bob = { id: "of-bob", processId: "storm", user: "bob", startedAt: startOfTest };
  const both = { count: 2, since: startOfTest };
  expect(await readSlotHolders(deps, { role: "admin", user: "root" })).toEqual({ ...both, jobs: [ada, bob] });
  expect(await readSlotHolders(deps, { role: "runner", user: "ada" })).toEqual({ ...both, jobs: [ada] });
  expect(await readSlotHolders(deps, { role: "runner", user: "cy" })).toEqual({ ...both, jobs: [] });
});

test("a job of one's own is named behind those of others that began before it, and five are named at most", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const deps = { database, clock: fakeClock(startOfTest) };
  for (const at of [1, 2, 3, 4, 5, 6]) await insertRunningJob(database, { id: `of-bob-${at}`, user: "bob" });
  await insertRunningJob(database, { id: "of-ada", user: "ada" });
  const seen = async (user: string) => (await readSlotHolders(deps, { role: "runner", user })).jobs.map(({ id }) => id);
  expect(await seen("ada")).toEqual(["of-ada"]);
  expect(await seen("bob")).toHaveLength(5);
});
