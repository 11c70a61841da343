import { expect, test } from "bun:test";
import { finishJob } from "../../../src/store/jobs/jobs.ts";
import { listShares } from "../../../src/store/results/list-shares.ts";
import { saveShare } from "../../../src/store/results/shares.ts";
import { finishing, insertRunningJob, openTestDatabase, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("shares of one user are listed whatever others share, the newest first; those that have ended are not", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const share = async (user: string, at: number, expiresAt = startOfTest + 1000) => {
    const running = await insertRunningJob(database, { id: crypto.randomUUID(), user });
    await finishJob(database, finishing(running));
    await saveShare(database, { jobId: running.jobId, tokenHash: crypto.randomUUID(), createdAt: at, expiresAt, user });
    return running.jobId;
  };
  const first = await share("ann", 1);
  const second = await share("ann", 2);
  await share("ann", 3, startOfTest - 1);
  const others = [await share("bob", 4), await share("bob", 5)];
  const listed = async (question: { readonly user?: string; readonly limit: number }) =>
    (await listShares(database, { ...question, at: startOfTest })).map(({ job }) => job.id);
  expect(await listed({ user: "ann", limit: 2 })).toEqual([second, first]);
  expect(await listed({ limit: 3 })).toEqual([...others.toReversed(), second]);
  expect(await listed({ user: "nobody", limit: 3 })).toEqual([]);
});
