import { describe, expect, test } from "bun:test";
import { readJobOrder } from "../../src/domain/job-sort.ts";
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
  recordJob,
  releaseJob,
  waitingJobs,
} from "../../src/store/jobs.ts";
import { type JobFilter, listJobs } from "../../src/store/list-jobs.ts";
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
  await findExecution(database, executionId);
  await openExecutions(database);
  await endExecution(database, executionId, at);
  await checkpointsOf(database, executionId);
  await eventsOf(database, jobId, 0);
  await resultsOf(database, jobId);
  await expiredVaultFiles(database, at);
  await removeVaultFile(database, "v");
}

/** In the order of the rowid (64), from a rowid on (>): what is found first is what the page begins with. */
const byFacets = ["SCAN job_texts VIRTUAL TABLE INDEX 64:M2", "SCAN job_texts VIRTUAL TABLE INDEX 64:M2>"] as const;

type Listing = readonly [string, Omit<JobFilter, "limit" | "now" | "from">, readonly [string, string]];

/** Each with the steps that find the indexed jobs of the first page, and of a later one. */
const listings: readonly Listing[] = [
  ["no filter", {}, ["SCAN jobs", "SEARCH jobs USING INTEGER PRIMARY KEY (rowid<?)"]],
  ["a user", { user: "ada" }, byFacets],
  ["anonymous users", { user: null }, byFacets],
  // Against the order of the rowid (64 and 128), too, a page begins where it should.
  [
    "a user's text, the oldest first",
    { user: "ada", search: { text: [["a"]] }, order: { key: "created", isDescending: false } },
    ["SCAN job_texts VIRTUAL TABLE INDEX 192:M2", "SCAN job_texts VIRTUAL TABLE INDEX 192:M2<"],
  ],
  ...[undefined, "ada"].flatMap((user): readonly Listing[] => {
    const [who, owner, of, key] =
      user === undefined ? ["", {}, "", ""] : ["a user's ", { user }, "user_", "user=? AND "];
    const created = `SEARCH job_index USING COVERING INDEX job_index_${of}created (${key}created_at>? AND created_at<?)`;
    const duration = `SEARCH job_index USING COVERING INDEX job_index_${of}duration (${key}duration_class=?`;
    return [
      [`${who}process`, { ...owner, search: { processIds: ["a"] } }, byFacets],
      [`${who}process of this service`, { ...owner, search: { processIds: ["a"], providerIds: [null] } }, byFacets],
      [`${who}processes`, { ...owner, search: { processIds: ["a", "b"] } }, byFacets],
      [`${who}provider`, { ...owner, search: { providerIds: ["a"] } }, byFacets],
      [`${who}status`, { ...owner, search: { statuses: ["failed"] } }, byFacets],
      [`${who}tag`, { ...owner, search: { tags: ["a"] } }, byFacets],
      [`${who}text`, { ...owner, search: { text: [["a", "b"]] } }, byFacets],
      [`${who}interval`, { ...owner, search: { createdTo: 5 } }, [created, created]],
      [
        `${who}duration`,
        { ...owner, search: { minDurationSeconds: 5 } },
        [`${duration})`, `${duration} AND number<?)`],
      ],
    ];
  }),
  ...Object.entries({
    finished: "finished",
    status: "status",
    processID: "process",
    provider: "provider",
    user: "user",
  }).map(
    ([key, name]): Listing => [
      `an order by ${key}`,
      { order: readJobOrder((parameter) => (parameter === "sortby" ? [`-${key}`] : [])) },
      [`SCAN job_index USING INDEX job_index_${name}`, `SEARCH job_index USING INDEX job_index_${name} (`],
    ],
  ),
];

describe("an index leads to the first and to later pages of", () => {
  test.each(listings)("%s", async (_, filter, wanted) => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    for (const [page, from] of [{}, { from: { number: 9, value: 9 } }].entries()) {
      const found: string[] = [];
      const explaining: Database = {
        ...database,
        async read({ sql, args }) {
          const plan = await database.read({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
          const steps = plan.map((step) => String(step.detail)).filter((step) => /^(SCAN|SEARCH) job/.test(step));
          found.push(...steps.filter((step) => !step.includes("jobs_not_indexed") && !step.endsWith("(rowid=?)")));
          return database.read({ sql, args });
        },
      };
      await listJobs(explaining, { now: 0, limit: 1, ...filter, ...from });
      expect(found).toEqual([expect.stringContaining(wanted[page] ?? "")]);
    }
  });
});
