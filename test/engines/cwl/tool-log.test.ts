import { expect, test } from "bun:test";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { followProgress } from "../../../src/engines/cwl/tool-log.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("a line of the job's walk within a tool's line hides no progress", async () => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "log");
  const told: number[] = [];
  const following = new AbortController();
  const walk = "[2026-03-02 03:32:41] INFO     [heddle.runner] 20% Running the tool";
  await appendFile(file, `0...10...20${walk}\n...30.`);
  const followed = followProgress(file, 0, following.signal, ({ percent }) => {
    told.push(percent);
    following.abort();
  });
  await followed;
  expect(told).toEqual([32.5]);
});
