import type { Config } from "./config.ts";
import { createSlurmCommands, type SlurmCommands, type SlurmSettings } from "./executors/slurm/slurm-commands.ts";

/** What Slurm's own commands read of an environment. */
const names = /^(?:PATH|HOME|USER|LOGNAME|SLURM_CONF|LANG)$/;

/** How long a job may be gone from the queue before it counts as lost: network file systems show new files late. */
const graceSeconds = 30;

/** A job inherits nothing else. */
function slurmEnvironment(environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const entries = Object.entries(environment).flatMap(([name, value]) =>
    names.test(name) && value !== undefined ? [[name, value] as const] : [],
  );
  return { PATH: "/usr/local/bin:/usr/bin:/bin", ...Object.fromEntries(entries) };
}

/** What an executor of Slurm needs of this process and its configuration; undefined where tools run on this machine. */
export function slurmParts(
  config: Config,
  environment: NodeJS.ProcessEnv,
): { readonly commands: SlurmCommands; readonly settings: SlurmSettings; readonly jobs: number } | undefined {
  if (config.executor === "local") return undefined;
  const commands = createSlurmCommands(slurmEnvironment(environment));
  return { commands, settings: slurmSettings(config), jobs: config.slurmJobs };
}

function slurmSettings(config: Config): SlurmSettings {
  const { slurmPartition, slurmAccount, slurmOptions, slurmPollSeconds } = config;
  return {
    ...(slurmPartition === undefined ? {} : { partition: slurmPartition }),
    ...(slurmAccount === undefined ? {} : { account: slurmAccount }),
    ...{ options: slurmOptions, pollSeconds: slurmPollSeconds, graceSeconds },
  };
}
