import { expect, test } from "bun:test";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { startTestApp } from "../../support/app.ts";
import { deployCwl, submit, until, untilFinished } from "../../support/jobs.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("Scratch directories of unknown executions are set aside at the start, those of a failed job stay a while", async () => {
  await using folder = await temporaryDirectory();
  const work = join(folder.path, "work");
  {
    await using app = await startTestApp(folder.path);
    await deployCwl(app.url, "bad", {
      cwlVersion: "v1.2",
      class: "CommandLineTool",
      baseCommand: "false",
      inputs: {},
      outputs: {},
    });
    await untilFinished(app.url, await submit(app.url, "bad", {}));
  }
  const kept = await readdir(work);
  expect(kept.length).toBe(1);
  await mkdir(join(work, "01a20a51-0000-7000-8000-000000000000"));
  await using _app = await startTestApp(folder.path);
  await until(
    "only the failed job's scratch is left",
    async () => (await readdir(work)).toSorted().join() === [".orphans", ...kept].join(),
  );
});
