import type { Config } from "./config.ts";
import type { SlurmSettings } from "./executors/slurm/slurm-commands.ts";

/** What Slurm's own commands read of an environment. */
const names = /^(?:PATH|HOME|USER|LOGNAME|SLURM_CONF|LANG)$/;

/** How long a job may be gone from the queue before it counts as lost: network file systems show new files late. */
const graceSeconds = 30;

/** Takes from an environment what Slurm's commands need; a job inherits nothing else. */
export function slurmEnvironment(environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const entries = Object.entries(environment).flatMap(([name, value]) =>
    names.test(name) && value !== undefined ? [[name, value] as const] : [],
  );
  return { PATH: "/usr/local/bin:/usr/bin:/bin", ...Object.fromEntries(entries) };
}

/** Gathers what the operator says of the jobs. */
export function slurmSettings(config: Config): SlurmSettings {
  const { slurmPartition, slurmAccount, slurmOptions, slurmPollSeconds } = config;
  return {
    ...(slurmPartition === undefined ? {} : { partition: slurmPartition }),
    ...(slurmAccount === undefined ? {} : { account: slurmAccount }),
    ...{ options: slurmOptions, pollSeconds: slurmPollSeconds, graceSeconds },
  };
}
