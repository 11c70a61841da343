import { type ClusterUsers, readClusterUsers } from "../domain/people/cluster-users.ts";
import { createHelperCalls, type HelperCalls } from "../executors/slurm/helper/helper-calls.ts";
import { createSlurmCommands, type SlurmCommands, type SlurmSettings } from "../executors/slurm/slurm-commands.ts";
import type { Config } from "./config.ts";

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

/** What an executor of Slurm needs of this process and its configuration. */
export type SlurmParts = {
  readonly commands: SlurmCommands;
  readonly settings: SlurmSettings;
  readonly jobs: number;
  /** Where tools run as the users who asked for them. */
  readonly asUsers?: { readonly helper: HelperCalls; readonly users: ClusterUsers };
};

/** Makes what an executor of Slurm needs; undefined where tools run on this machine. */
export function slurmParts(config: Config, environment: NodeJS.ProcessEnv): SlurmParts | undefined {
  if (config.executor === "local") return undefined;
  const own = slurmEnvironment(environment);
  const known = { settings: slurmSettings(config), jobs: config.slurmJobs };
  if (config.slurmRunAs === "service") return { commands: createSlurmCommands(own), ...known };
  const helper = createHelperCalls({ program: process.execPath, rules: config.slurmHelperRules, environment: own });
  const asUsers = { helper, users: readClusterUsers(config.slurmUsers) };
  return { commands: createSlurmCommands(own, helper), ...known, asUsers };
}

function slurmSettings(config: Config): SlurmSettings {
  const { slurmPartition, slurmAccount, slurmOptions, slurmPollSeconds, slurmHeartbeatSeconds } = config;
  return {
    ...(slurmPartition === undefined ? {} : { partition: slurmPartition }),
    ...(slurmAccount === undefined ? {} : { account: slurmAccount }),
    ...(slurmHeartbeatSeconds === undefined ? {} : { heartbeatSeconds: slurmHeartbeatSeconds }),
    ...{ options: slurmOptions, pollSeconds: slurmPollSeconds, graceSeconds },
  };
}
