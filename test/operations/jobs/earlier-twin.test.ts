import { expect, test } from "bun:test";
import { defined } from "../../../src/domain/defined.ts";
import type { Job } from "../../../src/domain/jobs/job.ts";
import type { Principal } from "../../../src/domain/people/access.ts";
import { findTwin } from "../../../src/operations/jobs/earlier-twin.ts";
import type { Database } from "../../../src/store/database/database.ts";
import { finishJob } from "../../../src/store/jobs/jobs.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { insertNewJob, insertRunningJob, openTestDatabase, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const ada: Principal = { role: "runner", user: "ada" };
const inputs = (year: number) =>
  ({ river: { kind: "value", value: "Oder" }, year: { kind: "value", value: year } }) as const;

/** Makes the function that inserts jobs that have ended, of a user unless it says otherwise. */
function endingIn(database: Database, user?: string) {
  return async (id: string, changes: Partial<Job>, status: "successful" | "failed" = "successful") => {
    const held = await insertRunningJob(database, {
      id,
      ...defined({ user }),
      request: { inputs: inputs(2020) },
      ...changes,
    });
    const outcome = status === "failed" ? { failure: { message: "no" } } : {};
    await finishJob(database, {
      ...held,
      moveId: crypto.randomUUID(),
      at: startOfTest + 10,
      outcome: { status, results: {}, ...outcome },
      progress: 100,
      stage: "done",
      message: "",
      events: [],
      executionEnded: true,
    });
  };
}

test("a run before is found by the same person, version and inputs, in whatever order they were given, when it succeeded", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const deps = { database, clock: fakeClock(startOfTest) };
  const ended = endingIn(database, "ada");
  const { river, year } = inputs(2020);
  const now = await insertNewJob(database, {
    id: "now",
    user: "ada",
    createdAt: startOfTest + 100,
    request: { inputs: { year, river } },
  });
  await ended("other-person", { user: "bob" });
  await ended("other-version", { processRevision: "sha256:1" });
  await ended("other-process", { processId: "storm" });
  await ended("other-inputs", { request: { inputs: inputs(2021) } });
  await ended("failed", {}, "failed");
  await ended("later", { createdAt: startOfTest + 200 });
  expect(await findTwin(deps, ada, now)).toBeUndefined();
  await ended("twin", {});
  expect((await findTwin(deps, ada, now))?.id).toBe("twin");
  expect((await findTwin(deps, { role: "admin", user: "root" }, now))?.id).toBe("twin");
  expect(await findTwin(deps, ada, { ...now, request: { inputs: {}, inputsKeptAs: "x" } })).toBeUndefined();
});

test("the user of a machine without accounts is told of own runs only, however many others there are; who may be anybody is told of none", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const deps = { database, clock: fakeClock(startOfTest) };
  const ended = endingIn(database);
  const request = { inputs: inputs(2020) };
  const now = await insertNewJob(database, { id: "now", createdAt: startOfTest + 100, request });
  await ended("own", {});
  for (let at = 0; at < 25; at += 1)
    await ended(`of-others-${at}`, { user: `u${at}`, createdAt: startOfTest + 1 + at });
  expect((await findTwin(deps, { role: "admin" }, now))?.id).toBe("own");
  for (const role of ["viewer", "runner"] as const) expect(await findTwin(deps, { role }, now)).toBeUndefined();
  expect(await findTwin(deps, { role: "runner", user: "bob" }, now)).toBeUndefined();
});
