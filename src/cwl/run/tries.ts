import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { TaskKey } from "../../executors/executor.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import { createJobPaths } from "../../files/jobs/job-paths.ts";
import { createLogJoin } from "../../files/jobs/join-log.ts";
import {
  executionLogFile,
  type Layout,
  taskDirectory,
  taskLogFile,
  tasksDirectory,
  tryNumbers,
} from "../../files/layout.ts";
import { partName } from "./call.ts";

/** Lists the tries of an execution that may have been started, by their output directories and records. */
export async function triesOf(layout: Layout, executionId: string): Promise<readonly TaskKey[]> {
  const root = tasksDirectory(layout, executionId);
  const keys = new Map<string, TaskKey>();
  for (const step of await namesIn(root)) {
    for (const name of await namesIn(join(root, step))) {
      const numbers = tryNumbers(name);
      if (numbers === undefined) continue;
      const key = { executionId, step: decodeURIComponent(step), ...numbers };
      keys.set(taskDirectory(layout, key), key);
    }
  }
  return [...keys.values()];
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return (await ifExists(readdir(directory))) ?? [];
}

/** Adds to the log what a try said that nobody watched any more, if the log is still kept. */
export async function keepTalk(layout: Layout, key: TaskKey): Promise<void> {
  const log = executionLogFile(layout, key.executionId);
  if (!existsSync(log)) return;
  const name = partName({ path: key.step, shard: key.shard, isPart: await isOneOfSeveral(layout, key) });
  const words = createJobPaths(layout, key.executionId, { hidesData: true });
  await createLogJoin(taskLogFile(layout, key), log, { isNew: false, words, name }).join(true);
}

/** Only parts of a scatter lie beside others of their step. */
async function isOneOfSeveral(layout: Layout, key: TaskKey): Promise<boolean> {
  const names = await namesIn(dirname(taskDirectory(layout, key)));
  return names.some((name) => (tryNumbers(name)?.shard ?? 0) > 0);
}
