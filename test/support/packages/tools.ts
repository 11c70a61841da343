import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { isAlive } from "../../../src/executors/local/process-table.ts";
import { parseTaskRecord } from "../../../src/executors/local/task-records.ts";
import { ifExists } from "../../../src/files/disk/file-errors.ts";
import { foundBelow } from "../found-below.ts";

/** Lists the processes that work in a directory or below it, whatever namespace they are in: in a sandbox a tool's own numbers are others. */
export async function livingBelow(directory: string): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).map(Number).filter(Number.isInteger);
  // A process that is gone, or a zombie, works nowhere.
  const places = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => "")));
  return pids.filter((_, index) => `${places[index]}/`.startsWith(`${directory}/`));
}

/** Kills the tools of a data directory, each with its supervisor, which leads its group: nothing tells how they ended. */
export async function killTools(data: string): Promise<void> {
  const work = join(data, "work");
  for (const file of foundBelow(work, "*/tasks/*/*.record")) {
    const text = await ifExists(readFile(join(work, file), "utf8"));
    if (text === undefined) continue;
    const record = parseTaskRecord(text);
    if (record.kind === "started" && isAlive(record.leader)) process.kill(-record.leader.pid, "SIGKILL");
  }
}

/** Tells whether a living process has this text among its arguments. */
export async function isArgumentOfProcess(argument: string): Promise<boolean> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return texts.some((text) => text.split("\0").includes(argument));
}
