import type { ProgramEnd } from "../../run-program.ts";
import type { SlurmLimits } from "../slurm-job.ts";

/** Words why the jobs of others can't be watched; undefined when they can. */
export function hiddenJobsFault({ hidesJobs }: Pick<SlurmLimits, "hidesJobs">): string | undefined {
  if (!hidesJobs) return undefined;
  const wanted =
    'PrivateData without "jobs" in slurm.conf, or the user of the service as an operator (sacctmgr modify user NAME set AdminLevel=Operator)';
  return `Cannot see the jobs of others in Slurm: found PrivateData with "jobs", which hides them from the user of the service, wanted ${wanted}`;
}

/** Tells by the configuration, as `scontrol` shows it, whether Slurm hides the jobs of others from this user. */
export async function hidesJobsOfOthers(
  run: (words: readonly string[]) => Promise<ProgramEnd>,
  configuration: string,
  uid: number | undefined,
): Promise<boolean> {
  if (!/^PrivateData\s*=.*\bjobs\b/m.test(configuration)) return false;
  const slurmUser = /^SlurmUser\s*=\s*[^(\n]*\((\d+)\)/m.exec(configuration)?.[1];
  if (uid === 0 || (uid !== undefined && slurmUser === String(uid))) return false;
  const name = (await run(["id", "-un"])).out.trim();
  const { out } = await run(["sacctmgr", "-n", "-P", "show", "user", `name=${name}`, "format=AdminLevel"]);
  return !/^(?:Operator|Admin)/m.test(out);
}
