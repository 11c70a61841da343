import { expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import { createConfinement } from "../../../src/executors/sandbox/confinement.ts";
import { jobFiles } from "../../../src/executors/slurm/job-files.ts";
import { createSlurmCommands } from "../../../src/executors/slurm/slurm-commands.ts";
import { createSlurmExecutor } from "../../../src/executors/slurm/slurm-executor.ts";
import { createLayout, taskRecordFile } from "../../../src/files/layout.ts";
import { realClock } from "../../support/real-clock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const key = { executionId: "e1", step: "main", shard: 0, try: 1 } as const;

test("a shutdown ends the wait for late files at once, and the next server takes the wait up", async () => {
  await using directory = await temporaryDirectory();
  const layout = createLayout(directory.path);
  const files = jobFiles(layout, key);
  for (const path of [files.end, taskRecordFile(layout, key)]) await mkdir(dirname(path), { recursive: true });
  const left = join(directory.path, "said.txt");
  const list = `3 ${left}\0end\0`;
  await writeFile(taskRecordFile(layout, key), "executor slurm\nend\n");
  await writeFile(files.begin, "job 7\nnode n12\nend\n");
  await writeFile(files.end, `code 0\npeak 2048\nlisted\nend\n`);
  const start = () =>
    createSlurmExecutor({
      ...{ layout, clock: realClock, logger: silentLogger },
      commands: { ...createSlurmCommands({}), list: async () => [], show: async () => undefined },
      confinement: createConfinement(
        { use: "off", toolPath: "/usr/bin:/bin", toolDirectories: [], hidden: [] },
        realClock,
      ),
      settings: { options: [], pollSeconds: 5, graceSeconds: 3600 },
    });
  const stopping = new AbortController();
  const first = start().ended(key, stopping.signal);
  first.catch(() => undefined);
  await Bun.sleep(50);
  stopping.abort(new Error("stopping"));
  expect(first).rejects.toThrow("stopping");
  await first.catch(() => undefined);
  const next = start();
  expect(await next.find(key)).toEqual({ kind: "running" });
  await writeFile(files.files, list);
  await writeFile(left, "all");
  expect(await next.ended(key, new AbortController().signal)).toMatchObject({ kind: "exited", exitCode: 0 });
  expect(await start().find(key)).toMatchObject({ kind: "ended", end: { kind: "exited" } });
});
