import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

/** Lists the processes that work in a directory or below it, whatever namespace they are in: in a sandbox a tool's own numbers are others. */
export async function livingBelow(directory: string): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).map(Number).filter(Number.isInteger);
  // A process that is gone, or a zombie, works nowhere.
  const places = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => "")));
  return pids.filter((_, index) => `${places[index]}/`.startsWith(`${directory}/`));
}

/** Kills the tools of a data directory, each with its supervisor, which leads its group: nothing tells how they ended. */
export async function killTools(data: string): Promise<void> {
  const files = await Array.fromAsync(
    new Bun.Glob("*/tasks/**/start").scan({ cwd: join(data, "work"), absolute: true }),
  );
  const living = await livingBelow(join(data, "work"));
  for (const file of files) {
    const [, pid] = /^pid (\d+)$/m.exec(await readFile(file, "utf8")) ?? [];
    if (living.includes(Number(pid))) process.kill(-Number(pid), "SIGKILL");
  }
}
