import { readdir, readFile } from "node:fs/promises";

/** Kills what looks after each job of a cluster, known by its environment, and leaves the jobs alone; gives how many there were. */
export function killSteps(configuration: string): Promise<number> {
  return killAll(
    async (read) =>
      (await read("comm")).startsWith("slurmstepd") &&
      (await read("environ")).includes(`SLURM_CONF=${configuration}\0`),
  );
}

/**
 * Kills the scripts of all jobs of the nodes whose directories lie here, or of the job with this number: they can leave no
 * record then; gives how many processes there were.
 */
export function killScripts(directory: string, number?: string): Promise<number> {
  const job = number === undefined ? "" : `/job${number.padStart(5, "0")}`;
  return killAll(async (read) => {
    const words = await read("cmdline");
    return words.includes(`${directory}/spool`) && words.includes(`${job}/slurm_script\0`);
  });
}

async function killAll(isMeant: (read: (file: string) => Promise<string>) => Promise<boolean>): Promise<number> {
  let killed = 0;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    if (!(await isMeant((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")))) continue;
    try {
      process.kill(Number(pid), "SIGKILL");
      killed += 1;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }
  return killed;
}
