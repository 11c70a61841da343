import { describe, expect, test } from "bun:test";
import { count, eq, sql } from "drizzle-orm";
import { argument, build, column, compile, rowsOf } from "../../src/store/database/statements.ts";
import { checkpoints, executions, jobs } from "../../src/store/schema/jobs.ts";
import { insertRunningJob, newJob, openTestDatabase } from "../support/jobs-in-store.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

describe("rows of a compiled query", () => {
  test("are read by their columns, without what is null, tables of a join each for itself", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const { jobId, executionId } = await insertRunningJob(database, newJob({ tags: ["a"] }));
    const find = compile<{ jobId: string }>()(() =>
      build
        .select({ job: jobs, execution: executions })
        .from(jobs)
        .innerJoin(executions, eq(executions.jobId, jobs.id))
        .where(eq(jobs.id, argument("jobId"))),
    );
    const [row] = await database.read(find({ jobId }));
    const isNew: boolean | undefined = row?.job.isNew;
    expect(isNew).toBe(true);
    expect(row).toMatchObject({ job: { id: jobId, tags: ["a"], attempt: 1 }, execution: { id: executionId, jobId } });
    expect(row?.job).not.toHaveProperty("finishedAt");
    expect(row?.execution).not.toHaveProperty("handle");
  });

  test("hold what SQL is mapped with, and columns of a source that is SQL", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const { jobId } = await insertRunningJob(database, newJob({ tags: ["b"] }));
    const find = compile()(() =>
      build
        .select({ tags: column(jobs.tags), stage: sql`upper(stage)`.mapWith(String), end: column(jobs.finishedAt) })
        .from(sql`jobs indexed by jobs_new`)
        .where(sql`is_new = 1`),
    );
    const tags: readonly (readonly string[])[] = (await database.read(find({}))).map((row) => row.tags);
    expect(tags).toEqual([["b"]]);
    expect(await database.read(find({}))).toEqual([{ tags: ["b"], stage: "SETUP" }]);
    const many = compile<{ jobId: string }>()(() =>
      build
        .select({ many: count() })
        .from(jobs)
        .where(eq(jobs.id, argument("jobId"))),
    );
    expect(await database.read(many({ jobId }))).toEqual([{ many: 1 }]);
  });

  test("keep a null that stands in JSON text", () => {
    const all = compile()(() => build.select({ value: checkpoints.value }).from(checkpoints));
    const rows = [{ 0: ["null"] }, { 0: ['{"n":1}'] }];
    const values: readonly unknown[] = rowsOf(all({}), { rowsAffected: 0, rows });
    expect(values).toEqual([{ value: null }, { value: { n: 1 } }]);
  });
});

test("rows of a statement that was not compiled are given as they are", () => {
  const rows = [{ a: null, 0: null }];
  expect(rowsOf({ sql: "SELECT NULL AS a", args: [] }, { rowsAffected: 0, rows })).toEqual(rows);
});
