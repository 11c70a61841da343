import { expect, test } from "bun:test";
import { defined } from "../../../src/domain/defined.ts";
import { likenessOf, usualRun } from "../../../src/domain/figures/usual-run.ts";
import type { Database } from "../../../src/store/database/database.ts";
import { takeIn } from "../../../src/store/job-lists/take-in.ts";
import { earlierRuns, inputFactsOf } from "../../../src/store/jobs/earlier-runs.ts";
import { findJob, finishJob } from "../../../src/store/jobs/jobs.ts";
import { finishing, insertRunningJob, openTestDatabase, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

async function usualMilliseconds(database: Database, of: Parameters<typeof earlierRuns>[1]) {
  return usualRun(await earlierRuns(database, of), {})?.usual;
}

test("how long a process usually takes is told by its runs, not by those of a provider's process of the same name", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await finishJob(database, finishing(await insertRunningJob(database)));
  const there = await insertRunningJob(database, { providerId: "far" });
  await finishJob(database, finishing(there, { at: startOfTest + 90_000 }));
  expect(await usualMilliseconds(database, { processId: "echo" })).toBe(5000);
  expect(await usualMilliseconds(database, { processId: "echo", providerId: "far" })).toBe(90_000);
  expect(await usualMilliseconds(database, { processId: "echo", providerId: "other" })).toBeUndefined();
});

test("of a revision that never ended well nothing is told, whatever an earlier one took", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await finishJob(database, finishing(await insertRunningJob(database, { processRevision: "old" })));
  const failing = await insertRunningJob(database, { processRevision: "new" });
  const failure = { message: "no" };
  await finishJob(database, finishing(failing, { outcome: { status: "failed", results: {}, failure } }));
  expect(await usualMilliseconds(database, { processId: "echo", processRevision: "old" })).toBe(5000);
  expect(await usualMilliseconds(database, { processId: "echo", processRevision: "new" })).toBeUndefined();
});

test("of an even number of runs the usual time is the mean of the two in the middle", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  for (const seconds of [90, 4, 6, 1]) {
    const job = await insertRunningJob(database);
    await finishJob(database, finishing(job, { at: startOfTest + seconds * 1000 }));
  }
  expect(await usualMilliseconds(database, { processId: "echo" })).toBe(5000);
});

test("runs that took all from earlier ones, and retries that kept steps, tell nothing of how long a process usually takes", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const endAt = async (seconds: number, isFromCache?: true) => {
    const outcome = { status: "successful", results: {}, ...defined({ isFromCache }) } as const;
    const running = await insertRunningJob(database);
    await finishJob(database, finishing(running, { at: startOfTest + seconds * 1000, outcome }));
    return (await findJob(database, running.jobId))?.isFromCache;
  };
  const retried = await insertRunningJob(database, { resumeFrom: "earlier" });
  await finishJob(database, finishing(retried, { at: startOfTest + 3000 }));
  expect([await endAt(60), await endAt(1, true), await endAt(2, true)]).toEqual([undefined, true, true]);
  expect(await usualMilliseconds(database, { processId: "echo" })).toBe(60_000);
  // In the indexes of the lists they count as little.
  await database.write(await takeIn(database.read, 1));
  expect(await usualMilliseconds(database, { processId: "echo" })).toBe(60_000);
});

test("inputs of runs before are compared by their values, uploads by their sizes as long as they are there", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const sizes = { small: 100, alike: 120, large: 5000 };
  for (const [id, size] of Object.entries(sizes)) {
    const values = [id, `hash-${id}`, "a.tif", "image/tiff", size, "sha", 1, startOfTest * 2];
    await database.write([
      {
        sql: "INSERT INTO vault_files (id, token_hash, name, media_type, size_bytes, sha256, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        args: values,
      },
    ]);
  }
  const start = async (text: string, upload: keyof typeof sizes) => {
    const inputs = {
      text: { kind: "value", value: text },
      count: { kind: "value", value: 3 },
      list: [{ kind: "value", value: 1 }],
      scene: { kind: "reference", href: `vault://${upload}`, name: "a.tif" },
    } as const;
    const running = await insertRunningJob(database, { request: { inputs } });
    await database.write([{ sql: "INSERT INTO vault_uses VALUES (?, ?)", args: [upload, running.jobId] }]);
    return running;
  };
  await finishJob(database, finishing(await start("a", "small")));
  const likeness = async (text: string, upload: keyof typeof sizes) => {
    const { jobId } = await start(text, upload);
    return likenessOf(
      await earlierRuns(database, { processId: "echo", withInputs: true }),
      await inputFactsOf(database, jobId),
    );
  };
  expect(await likeness("a", "small")).toBe("same");
  expect(await likeness("a", "alike")).toBe("same");
  expect(await likeness("a", "large")).toBe("other");
  expect(await likeness("b", "alike")).toBe("other");
  await database.write([{ sql: "DELETE FROM vault_files WHERE id = 'small'", args: [] }]);
  expect(await likeness("a", "alike")).toBe("unknown");
  expect(await likeness("b", "alike")).toBe("other");
});
