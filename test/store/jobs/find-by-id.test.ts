import { expect, test } from "bun:test";
import { takeIn } from "../../../src/store/job-lists/take-in.ts";
import { dismissJob } from "../../../src/store/jobs/dismiss-job.ts";
import { insertJob } from "../../../src/store/jobs/jobs.ts";
import { listJobs } from "../../../src/store/jobs/list-jobs.ts";
import { acceptedEvent, newJob, openTestDatabase, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const id = "01a2b3c4-d5e6-7f00-8a1b-0c2d3e4fa5b6";
const other = "01a2b3c4-d5e6-7f00-8a1b-0c2d3e4fa5b7";

const findings = [
  [id, [id]],
  ["3e4fa5b6", [id]],
  ["3E4FA5B6", [id]],
  ["…3e4fa5b6", [id]],
  [id.toUpperCase(), [id]],
  [`urn:uuid:${id}`, [id]],
  [`https://example.org/heddle/jobs/${id}?f=html`, [id]],
  ["3e4fa5b7", [other]],
  ["3e4fa5b8", []],
  ["e4fa5b6", []],
  ["01a2b3c4", []],
] as const;

test.each([
  ["waits", false, false],
  ["ended just now", true, false],
  ["was taken in", true, true],
])("a job that %s is found by its id, whole or shortened", async (_, isEnded, isTakenIn) => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  for (const jobId of [id, other]) {
    await insertJob(database, newJob({ id: jobId }), acceptedEvent());
    if (isEnded) await dismissJob(database, { jobId, moveId: crypto.randomUUID(), at: startOfTest, message: "flood" });
  }
  if (isTakenIn) await database.write(await takeIn(database.read, 10));
  const found = async (text: readonly (readonly string[])[]) => {
    const jobs = await listJobs(database, { search: { text }, now: startOfTest, limit: 10 });
    return jobs.map(({ job }) => job.id);
  };
  for (const [word, ids] of findings) expect({ word, ids: await found([[word]]) }).toEqual({ word, ids: [...ids] });
  expect(await found([["3e4fa5b6"], ["3e4fa5b7"]])).toEqual([other, id]);
  if (isEnded) expect(await found([["3e4fa5b6", "flood"]])).toEqual([id]);
  expect(await found([["3e4fa5b6", "storm"]])).toEqual([]);
});
