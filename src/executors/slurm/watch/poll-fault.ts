import type { SlurmSettings } from "../slurm-commands.ts";
import type { SlurmLimits } from "../slurm-job.ts";

/** Words why the queue is looked at too seldom; undefined when it is not: a job must be seen after its end before it is forgotten. */
export function pollFault(
  { jobAgeSeconds }: Pick<SlurmLimits, "jobAgeSeconds">,
  { pollSeconds }: Pick<SlurmSettings, "pollSeconds">,
): string | undefined {
  if (pollSeconds * 3 <= jobAgeSeconds) return undefined;
  const wanted = `at most ${Math.floor(jobAgeSeconds / 3)} s (slurm-poll-seconds), or a MinJobAge of ${pollSeconds * 3} s in slurm.conf`;
  return `Cannot be sure to see each job after its end: found ${pollSeconds} s between two looks at the queue and MinJobAge of ${jobAgeSeconds} s, wanted ${wanted}`;
}
