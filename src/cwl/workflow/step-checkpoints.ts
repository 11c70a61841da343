import { stat } from "node:fs/promises";
import { tasksJson, tasksMember } from "../../domain/jobs/provenance.ts";
import { isJsonObject, type JsonObject } from "../../domain/values/json.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import { executionWorkDirectory } from "../../files/layout.ts";
import { patiently, type RunContext } from "../run/run-context.ts";
import { syncFiles } from "../tool/durable-files.ts";
import { filesIn, pathOf } from "../values/file-object.ts";

/** Keeps the outputs of a finished step or shard, after its files were made durable. */
export async function keepStep(run: RunContext, key: string, outputs: JsonObject): Promise<void> {
  const directory = executionWorkDirectory(run.layout, run.executionId);
  if (run.isDurable) await patiently(run, () => syncFiles(outputs, directory));
  const tasks = run.facts?.take(key) ?? [];
  await run.record.checkpoint(key, tasks.length === 0 ? outputs : { ...outputs, [tasksMember]: tasksJson(tasks) });
}

/** The outputs that a step's checkpoint kept; undefined when there is none, or a file of it is gone or changed its size. */
export async function finishedStep(run: RunContext, path: string): Promise<JsonObject | undefined> {
  const held = run.checkpoints.get(path);
  if (!isJsonObject(held)) return undefined;
  const { [tasksMember]: _tasks, ...kept } = held;
  const isWhole = await Promise.all(
    filesIn(kept).map(async (file) => {
      const filePath = pathOf(file);
      const facts = filePath === undefined ? undefined : await ifExists(stat(filePath));
      return facts !== undefined && (file.class === "Directory" || file.size === undefined || file.size === facts.size);
    }),
  );
  if (isWhole.every(Boolean)) {
    // What an earlier attempt has made lies in the directory of its own execution.
    for (const path of filesIn(kept).flatMap((file) => pathOf(file) ?? [])) run.readable?.found.add(path);
    return kept;
  }
  run.record.log(`Found files of the finished step "${path}" missing; it runs again`);
  return undefined;
}
