import { expect, test } from "bun:test";
import { dismissJob } from "../../../src/store/jobs/dismiss-job.ts";
import { checkpointsOf, endExecution, findExecution, openExecutions } from "../../../src/store/jobs/executions.ts";
import { insertRunningJob, openTestDatabase, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("openExecutions() lists those without an end with their jobs, whatever the state of these", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const running = await insertRunningJob(database);
  const dismissed = await insertRunningJob(database);
  const ended = await insertRunningJob(database);
  await dismissJob(database, { jobId: dismissed.jobId, moveId: "m", at: startOfTest, message: "m" });
  await endExecution(database, ended.executionId, startOfTest + 1);
  const open = await openExecutions(database);
  expect(open.map(({ execution, job }) => [execution.id, execution.jobId, job.id, job.status])).toEqual([
    [running.executionId, running.jobId, running.jobId, "running"],
    [dismissed.executionId, dismissed.jobId, dismissed.jobId, "dismissed"],
  ]);
});

test("endExecution() keeps the first end", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const { executionId } = await insertRunningJob(database);
  await endExecution(database, executionId, startOfTest + 1);
  await endExecution(database, executionId, startOfTest + 2);
  expect((await findExecution(database, executionId))?.endedAt).toBe(startOfTest + 1);
});

test("an execution that does not exist is undefined and has no checkpoints", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  expect(await findExecution(database, "none")).toBeUndefined();
  expect(await checkpointsOf(database, "none")).toEqual(new Map());
});
