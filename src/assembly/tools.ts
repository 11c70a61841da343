import type { Config } from "../config.ts";
import { machineMebibytes } from "../config-values.ts";
import type { Clock } from "../domain/clock.ts";
import type { Logger } from "../domain/logger.ts";
import { engineDeps } from "../engine-environment.ts";
import type { Executor } from "../executors/executor.ts";
import { createImageFinder } from "../executors/images/image-finder.ts";
import { createLocalExecutor } from "../executors/local/local-executor.ts";
import { createLocalMachine } from "../executors/local/local-machine.ts";
import type { Machine } from "../executors/machine.ts";
import type { Bubblewrap } from "../executors/sandbox/bubblewrap.ts";
import { createConfinement } from "../executors/sandbox/confinement.ts";
import { type ControlGroups, findControlGroups } from "../executors/sandbox/control-groups.ts";
import { keepFreshCopy } from "../executors/sandbox/fresh-copy.ts";
import { createSlurmExecutor } from "../executors/slurm/slurm-executor.ts";
import { sandboxSettings } from "../exposure.ts";
import { imagesDirectory, isInside, type Layout, publicEtcDirectory } from "../files/layout.ts";
import { slurmParts } from "../slurm-settings.ts";

type ToolDeps = {
  readonly layout: Layout;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly bubblewrap: Bubblewrap;
  /** Others than the users of this machine may bring or run processes. */
  readonly exposed: boolean;
  /** That of this process, of which container engines get a part. */
  readonly environment: NodeJS.ProcessEnv;
};

/** What runs the server's tools. Disposal ends what goes on beside them. */
export type Tools = AsyncDisposable & {
  readonly executor: Executor;
  readonly machine: Machine;
  readonly notes: readonly string[];
};

/** Creates the executor of the server's tools and the port to its machine, and says how tools are confined. */
export function createToolExecutor(config: Config, { environment, bubblewrap, exposed, ...deps }: ToolDeps): Tools {
  const settings = sandboxSettings(config, deps.layout, exposed);
  const etc = keepFreshCopy(deps, {
    source: "/etc",
    directory: publicEtcDirectory(deps.layout),
    isHidden: (path) => settings.hidden.some((hidden) => isInside(hidden, path)),
  });
  // Where this process is not root, there is next to nothing to hide.
  const shownEtc = process.getuid?.() === 0 ? etc : undefined;
  const confinement = createConfinement(settings, deps.clock, bubblewrap, shownEtc);
  const controlGroups = findControlGroups(process.pid, machineMebibytes() * 2 ** 20);
  const slurm = slurmParts(config, environment);
  // What fetches and runs images here can't be followed to a node: those that were imported run there, too.
  const engines = engineDeps(slurm === undefined ? config.containerEngine : "none", environment);
  const images = createImageFinder({ confinement, imagesDirectory: imagesDirectory(deps.layout), engines });
  const engineEnvironment = engines.environment;
  const { slots, cores, memoryMebibytes } = config;
  const parts = { confinement, controlGroups, images };
  const capacity = { slots, cores, memoryMebibytes };
  const tools = { [Symbol.asyncDispose]: () => etc[Symbol.asyncDispose](), notes: [confinement.finding.detail] };
  if (slurm !== undefined) {
    const executor = createSlurmExecutor({ ...deps, ...slurm, confinement, capacity: { slots: slurm.jobs } });
    return {
      ...tools,
      executor,
      machine: createLocalMachine({ ...parts, controlGroups: noGroupsOnNodes }),
      notes: [...tools.notes, "Tools run as jobs of Slurm, as the user of this service"],
    };
  }
  const executor = createLocalExecutor({ ...deps, ...parts, capacity, engineEnvironment });
  return { ...tools, executor, machine: createLocalMachine(parts), notes: [...tools.notes, limitsNote(controlGroups)] };
}

const noGroupsOnNodes: ControlGroups = {
  kind: "missing",
  reason: "the script of each job watches time and memory, beside Slurm as it is set up",
};

function limitsNote(groups: ControlGroups): string {
  if (groups.kind === "missing")
    return `Memory of tools that ask for some is looked at each second, that of others and cores are not limited: ${groups.reason}`;
  return `Tools are held to their limits (${groups.controllers.join(", ")}) by control groups below ${groups.directory}, those without one to what the machine has less 1 GiB, together`;
}
