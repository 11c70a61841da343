import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ifExists } from "../../files/disk/file-errors.ts";
import { type Layout, taskRecordSuffix, tasksDirectory } from "../../files/layout.ts";
import { readHost } from "./host.ts";
import { isAlive, processesLedBy, readBootId } from "./process-table.ts";
import { parseTaskRecord } from "./task-records.ts";

/**
 * Tells whether something lives of a tool that the scratch of an execution has a record of: its supervisor, or what is left in
 * its group or session.
 */
export async function hasLivingTool(layout: Layout, executionId: string): Promise<boolean> {
  const tasks = tasksDirectory(layout, executionId);
  for (const step of (await ifExists(readdir(tasks))) ?? []) {
    for (const name of (await ifExists(readdir(join(tasks, step)))) ?? []) {
      if (!name.endsWith(taskRecordSuffix)) continue;
      const text = await ifExists(readFile(join(tasks, step, name), "latin1"));
      if (text !== undefined && isLiving(text)) return true;
    }
  }
  return false;
}

function isLiving(text: string): boolean {
  const record = parseTaskRecord(text);
  if (record.kind !== "started" || record.bootId !== readBootId()) return false;
  if (record.host !== undefined && record.host.id !== readHost().id) return false;
  // A supervisor goes on to other tools: what it told the end of is over.
  return record.exit === undefined && (isAlive(record.leader) || processesLedBy(record.leader).length > 0);
}
