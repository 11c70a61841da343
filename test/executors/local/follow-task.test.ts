import { expect, test } from "bun:test";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import { followTask } from "../../../src/executors/local/follow-task.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("followTask() tells how far a bar has come in a line that has not ended, and that there is more in the log", async () => {
  await using folder = await temporaryDirectory();
  const log = join(folder.path, "log");
  await appendFile(log, "0...10...20...30.");
  const key = { executionId: "e", step: "main", shard: 0, try: 1 };
  const followed = { key, log, workingDirectory: folder.path };
  const told = await Array.fromAsync(followTask(silentLogger, followed, () => true, new AbortController().signal));
  expect(told).toEqual([{ kind: "progress", percent: 32.5 }, { kind: "log" }]);
});
