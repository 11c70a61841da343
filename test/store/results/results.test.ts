import { expect, test } from "bun:test";
import type { Json } from "../../../src/domain/values/json.ts";
import type { Results } from "../../../src/domain/values/values.ts";
import { finishJob } from "../../../src/store/jobs/jobs.ts";
import { resultsOf } from "../../../src/store/results/results.ts";
import { insertRunningJob, openTestDatabase, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

async function keptResults(results: Results): Promise<Results> {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const running = await insertRunningJob(database);
  await finishJob(database, {
    ...running,
    moveId: "m",
    at: startOfTest,
    outcome: { status: "successful", results },
    progress: 100,
    stage: "done",
    message: "m",
    events: [],
    executionEnded: true,
  });
  return resultsOf(database, running.jobId);
}

test("keeps values exactly, also those that SQLite's JSON functions would change or refuse", async () => {
  const nested: Json = JSON.parse(`${"[".repeat(2000)}${"]".repeat(2000)}`);
  const values: readonly Json[] = [
    1e300,
    -0.1,
    "\0 \ud800 \u2028 é 'quotes\"",
    { "": null, a: [true, {}] },
    [],
    Number.MAX_SAFE_INTEGER,
    nested,
  ];
  const results: Results = Object.fromEntries(
    values.map((value, index) => [`o${index}`, { kind: "value", value }] as const),
  );
  expect(await keptResults(results)).toEqual(results);
});

test("keeps outputs in order, whatever their names", async () => {
  const value = { kind: "value", value: 1 } as const;
  expect(Object.keys(await keptResults({ "é'\"": value, "": value, __proto: value, b: value, a: value }))).toEqual([
    "é'\"",
    "",
    "__proto",
    "b",
    "a",
  ]);
});

test("keeps a result of several megabytes", async () => {
  const results = { big: { kind: "value", value: "x".repeat(5_000_000) } } as const;
  expect(await keptResults(results)).toEqual(results);
});

test("a job without results has none", async () => {
  expect(await keptResults({})).toEqual({});
});
