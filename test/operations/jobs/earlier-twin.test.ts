import { expect, test } from "bun:test";
import type { Job } from "../../../src/domain/jobs/job.ts";
import type { Principal } from "../../../src/domain/people/access.ts";
import { findTwin } from "../../../src/operations/jobs/earlier-twin.ts";
import { finishJob } from "../../../src/store/jobs/jobs.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { insertNewJob, insertRunningJob, openTestDatabase, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const ada: Principal = { role: "runner", user: "ada" };
const inputs = (year: number) =>
  ({ river: { kind: "value", value: "Oder" }, year: { kind: "value", value: year } }) as const;

test("a run before is found by the same person, version and inputs, in whatever order they were given, when it succeeded", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const deps = { database, clock: fakeClock(startOfTest) };
  const ended = async (id: string, changes: Partial<Job>, status: "successful" | "failed" = "successful") => {
    const held = await insertRunningJob(database, { id, user: "ada", request: { inputs: inputs(2020) }, ...changes });
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
