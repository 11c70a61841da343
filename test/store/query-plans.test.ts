import { expect, test } from "bun:test";
import type { Database } from "../../src/store/database.ts";
import { checkpointsOf, endExecution, findExecution, openExecutions } from "../../src/store/executions.ts";
import { eventsOf } from "../../src/store/job-events.ts";
import {
  adoptJob,
  discardJob,
  dismissJob,
  findJob,
  findJobOfExecution,
  finishJob,
  insertJob,
  listJobs,
  recordJob,
  releaseJob,
  waitingJobs,
} from "../../src/store/jobs.ts";
import { resultsOf } from "../../src/store/results.ts";
import type { Statement } from "../../src/store/statements.ts";
import { expiredVaultFiles, removeVaultFile } from "../../src/store/vault.ts";
import { acceptedEvent, insertRunningJob, newJob, openTestDatabase, stageEvent } from "../support/jobs-in-store.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** Arguments, constants, and the two partial indexes that hold nothing but what is asked for. */
const fineScans =
  /^SCAN ((event|claim|one|file|json_each) VIRTUAL TABLE|CONSTANT ROW|\(subquery|jobs USING INDEX jobs_waiting$|executions USING INDEX executions_open$)/;

test("no query of a job reads a whole table or sorts", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const statements = new Map<string, Statement>();
  const note = (statement: Statement) => statements.set(statement.sql, statement);
  const noting: Database = {
    ...database,
    write(written, changed, standing) {
      for (const statement of [...written, ...(standing === undefined ? [] : [standing])]) note(statement);
      return database.write(written, changed, standing);
    },
    read(statement) {
      note(statement);
      return database.read(statement);
    },
  };
  await useEverything(noting);

  for (const { sql, args } of statements.values()) {
    const plan = await database.read({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
    const steps = plan.map((step) => String(step.detail));
    const slow = steps.filter(
      (step) => step.includes("TEMP B-TREE") || (step.startsWith("SCAN") && !fineScans.test(step)),
    );
    expect({ sql, slow }).toEqual({ sql, slow: [] });
  }
  expect(statements.size).toBeGreaterThan(30);
});

async function useEverything(database: Database): Promise<void> {
  const at = 1;
  const move = { moveId: "m", at, message: "m" };
  const told = { event: "success", channel: "callback", receiver: "example.org" } as const;
  const idempotency = { principal: "p", key: "k", bodyDigest: "d", expiresAt: 2 };
  const { jobId, executionId, fence } = await insertRunningJob(database);
  await insertJob(database, newJob(), acceptedEvent(), { idempotency, vaultFileIds: ["v"], sealedSubscribers: "s" });
  await recordJob(database, {
    jobId,
    fence,
    at,
    events: [stageEvent("describe")],
    progress: 2,
    stage: "describe",
    message: "m",
    notifications: [{ ...told, id: "n1", eventIndex: 0 }],
    execution: { id: executionId, handle: {}, checkpoint: { key: "k", value: 1 } },
  });
  await adoptJob(database, { ...move, jobId, countsAsCrash: false });
  await finishJob(database, {
    ...move,
    jobId,
    executionId,
    fence,
    outcome: { status: "successful", results: { a: { kind: "value", value: 1 } } },
    progress: 100,
    stage: "done",
    events: [stageEvent("done")],
    executionEnded: true,
    notifications: [{ ...told, id: "n2", eventIndex: 0 }],
  });
  await releaseJob(database, { ...move, jobId, fence, event: acceptedEvent(), countsAsCrash: false });
  await dismissJob(database, { ...move, jobId, notifications: [{ ...told, id: "n3" }] });
  await discardJob(database, { ...move, jobId });
  await findJob(database, jobId);
  await findJobOfExecution(database, executionId);
  await waitingJobs(database, 1);
  for (const user of [undefined, null, "ada"]) {
    for (const processId of [undefined, "echo"]) {
      const filter = {
        now: 0,
        limit: 1,
        ...(user === undefined ? {} : { user }),
        ...(processId === undefined ? {} : { search: { processIds: [processId] } }),
      };
      await listJobs(database, filter);
    }
  }
  await findExecution(database, executionId);
  await openExecutions(database);
  await endExecution(database, executionId, at);
  await checkpointsOf(database, executionId);
  await eventsOf(database, jobId, 0);
  await resultsOf(database, jobId);
  await expiredVaultFiles(database, at);
  await removeVaultFile(database, "v");
}
