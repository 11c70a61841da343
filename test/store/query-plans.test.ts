import { expect, test } from "bun:test";
import { sortKeys } from "../../src/domain/jobs/job-sort.ts";
import type { Database } from "../../src/store/database/database.ts";
import type { Statement } from "../../src/store/database/statements.ts";
import { takeIn } from "../../src/store/job-lists/take-in.ts";
import { discardJob, dismissJob } from "../../src/store/jobs/dismiss-job.ts";
import { earlierRuns, inputFactsOf } from "../../src/store/jobs/earlier-runs.ts";
import { checkpointsOf, endExecution, findExecution, openExecutions } from "../../src/store/jobs/executions.ts";
import { expiredJobs, removeJob } from "../../src/store/jobs/expire-jobs.ts";
import { eventsOf } from "../../src/store/jobs/job-events.ts";
import {
  adoptJob,
  findJob,
  findJobOfExecution,
  finishJob,
  insertJob,
  recordJob,
  releaseJob,
} from "../../src/store/jobs/jobs.ts";
import { type JobFilter, listJobs } from "../../src/store/jobs/list-jobs.ts";
import { waitingJobs } from "../../src/store/jobs/waiting-jobs.ts";
import { resultsOf } from "../../src/store/results/results.ts";
import { expiredVaultFiles, removeVaultFile } from "../../src/store/uploads/vault.ts";
import {
  acceptedEvent,
  insertRunningJob,
  newJob,
  openTestDatabase,
  stageEvent,
  startOfTest,
} from "../support/jobs-in-store.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** Arguments, tags of a job, constants, and what holds nothing but what is looked for: two partial indexes, and the clients that were found in one; a look-up by number. */
const fineScans =
  /^SCAN ((event|claim|one|file|tag|shown|json_each) VIRTUAL TABLE|CONSTANT ROW|\(subquery|jobs USING INDEX jobs_waiting$|executions USING INDEX executions_open$|clients$|job_texts VIRTUAL TABLE INDEX 0:=$)/;

test("no query of a job reads a whole table or sorts", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const statements = new Map<string, Statement>();
  const note = (statement: Statement) => statements.set(statement.sql, statement);
  const noting: Database = {
    ...database,
    write(written, changed, standing, more) {
      for (const statement of [...written, ...(standing === undefined ? [] : [standing])]) note(statement);
      const noted = async () => {
        const statements = more === undefined ? [] : await takeIn(database.read, 1);
        for (const statement of statements) note(statement);
        return statements;
      };
      return database.write(written, changed, standing, noted);
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
  await findExecution(database, executionId);
  await openExecutions(database);
  await endExecution(database, executionId, at);
  await checkpointsOf(database, executionId);
  await eventsOf(database, jobId, 0);
  await resultsOf(database, jobId);
  await expiredVaultFiles(database, at);
  await removeVaultFile(database, "v");
  await expiredJobs(database, at, 1);
  await earlierRuns(database, { processId: "echo" });
  await inputFactsOf(database, jobId);
  await removeJob(database, jobId, at);
}

type Listing = readonly [string, Omit<JobFilter, "limit" | "now" | "from">];

const listings: readonly Listing[] = [
  ["no filter", {}],
  ...[undefined, "ada"].flatMap((user): readonly Listing[] => {
    const [who, owner] = user === undefined ? ["", {}] : ["a user's ", { user }];
    return [
      [`${who}process`, { ...owner, search: { processIds: ["a"] } }],
      [`${who}processes`, { ...owner, search: { processIds: ["a", "b"] } }],
      [`${who}status`, { ...owner, search: { statuses: ["failed"] } }],
      [`${who}tag`, { ...owner, search: { tags: ["a"] } }],
      [`${who}text`, { ...owner, search: { text: [["a", "b"], ["job"]] } }],
      [`${who}interval`, { ...owner, search: { createdTo: startOfTest + 5 } }],
      [`${who}kept`, { ...owner, search: { isKept: true } }],
      [`${who}not kept`, { ...owner, search: { isKept: false } }],
      [`${who}duration`, { ...owner, search: { minDurationSeconds: 0 } }],
    ];
  }),
  ...sortKeys.flatMap((key): readonly Listing[] => [
    [`kept, ordered by ${key}`, { order: { key, isDescending: true }, search: { isKept: true } }],
    [`an order by ${key}`, { order: { key, isDescending: true } }],
    [`a status, ordered by ${key}`, { order: { key, isDescending: false }, search: { statuses: ["failed"] } }],
  ]),
];

/** What has one row for a thousand jobs, or holds what is looked for only: the jobs that have not ended, the words that are. */
const fineScansOfLists =
  /^SCAN ((json_each|one|wanted|tag|more) VIRTUAL TABLE|CONSTANT ROW|\(subquery|near$|job_spans$|jobs USING INDEX jobs_new$|job_texts VIRTUAL TABLE INDEX \d+:=?M1)/;

test.each(listings)("no query of a list of jobs reads all jobs: %s", async (_, filter) => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const { jobId } = await insertRunningJob(database, { processId: "a", tags: ["a"], user: "ada" });
  await dismissJob(database, { jobId, moveId: "m", at: startOfTest + 5, message: "Job" });
  await database.write(await takeIn(database.read, 1));
  for (const from of [{}, { from: { number: 9, value: 9 } }]) {
    const explaining: Database = {
      ...database,
      async read({ sql, args }) {
        const plan = await database.read({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
        const slow = plan
          .map((step) => String(step.detail))
          .filter((step) => step.startsWith("SCAN") && !fineScansOfLists.test(step));
        expect({ sql, slow }).toEqual({ sql, slow: [] });
        return database.read({ sql, args });
      },
    };
    await listJobs(explaining, { now: 0, limit: 1, ...filter, ...from });
  }
});
