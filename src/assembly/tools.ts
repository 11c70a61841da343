import type { Config } from "../config/config.ts";
import { machineMebibytes } from "../config/config-values.ts";
import { sandboxSettings } from "../config/exposure.ts";
import { type SlurmParts, slurmParts } from "../config/slurm-settings.ts";
import { defined } from "../domain/defined.ts";
import type { Logger } from "../domain/logger.ts";
import { type ClusterUsers, clusterUserOf, readClusterUsers } from "../domain/people/cluster-users.ts";
import { Problem } from "../domain/problem.ts";
import type { Process } from "../domain/processes/process.ts";
import type { Clock } from "../domain/waiting/clock.ts";
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
import { createUserAreas, type UserAreas } from "../executors/slurm/helper/user-areas.ts";
import { createSlurmExecutor } from "../executors/slurm/slurm-executor.ts";
import { hiddenJobsFault } from "../executors/slurm/watch/hidden-jobs.ts";
import { pollFault } from "../executors/slurm/watch/poll-fault.ts";
import { imagesDirectory, isInside, type Layout, publicEtcDirectory } from "../files/layout.ts";

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

/** An executor with the machine that its tools meet. */
export type ToolsHere = { readonly executor: Executor; readonly machine: Machine };

/** What runs the server's tools. Disposal ends what goes on beside them. */
export type Tools = AsyncDisposable &
  ToolsHere & {
    /** What runs those of processes that stay on this machine, where the others run elsewhere. */
    readonly here?: ToolsHere;
    readonly notes: readonly string[];
    /** Makes the directory of an execution, where tools run as the users who asked for them. */
    readonly openWork?: OpenWork;
  };

/** Throws `job-failed` for a user who may run nothing on the cluster. */
type OpenWork = (executionId: string, process: Process, user: string | undefined) => Promise<void>;

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
  const engines = engineDeps(config.containerEngine, environment);
  const finding = { confinement, imagesDirectory: imagesDirectory(deps.layout) };
  const images = createImageFinder({ ...finding, engines });
  const engineEnvironment = engines.environment;
  const { slots, cores, memoryMebibytes } = config;
  const parts = { confinement, controlGroups, images };
  // Nodes have a system of their own.
  const onNodes = createConfinement({ ...settings, isElsewhere: true }, deps.clock, bubblewrap, shownEtc);
  const capacity = { slots, cores, memoryMebibytes };
  const tools = { [Symbol.asyncDispose]: () => etc[Symbol.asyncDispose](), notes: [confinement.finding.detail] };
  const here = {
    executor: createLocalExecutor({ ...deps, ...parts, capacity, engineEnvironment }),
    machine: createLocalMachine(parts),
  };
  if (slurm === undefined) return { ...tools, ...here, notes: [...tools.notes, limitsNote(controlGroups)] };
  tellLimits(deps.logger, slurm);
  const areas = slurm.asUsers === undefined ? undefined : createUserAreas({ ...deps, helper: slurm.asUsers.helper });
  // What fetches and runs images here can't be followed to a node: those that were imported run there, too.
  const imported = createImageFinder({ ...finding, engines: engineDeps("none", environment) });
  return {
    ...tools,
    here,
    executor: createSlurmExecutor({
      ...{ ...deps, ...slurm, confinement: onNodes, capacity: { slots: slurm.jobs } },
      ...defined({ areas }),
    }),
    machine: createLocalMachine({ ...parts, images: imported, controlGroups: noGroupsOnNodes, givesGpus: true }),
    notes: [
      ...tools.notes,
      `Tools run as jobs of Slurm, as ${areas === undefined ? "the user of this service" : "those who asked for them"}`,
    ],
    ...(areas === undefined ? {} : { openWork: workOpener(areas, slurm.asUsers?.users) }),
  };
}

function workOpener(areas: UserAreas, users: ClusterUsers = readClusterUsers([])): OpenWork {
  return async (executionId, { definition, description }, user) => {
    if (definition.kind !== "cwl" || description.heddle?.executor === "local") return;
    const name = clusterUserOf(users, user);
    if (name !== undefined) return areas.open(executionId, name);
    const found = user === undefined ? "nobody who signed in" : `user "${user}", who has no Unix user`;
    const wanted = "one that slurm-users names, as in user:ana=ana2";
    throw new Problem("job-failed", `Cannot run tools on the cluster: found ${found}, wanted ${wanted}`);
  };
}

/** Says at the start what of the cluster does not fit the settings; nothing waits for a controller that does not answer. */
function tellLimits(logger: Logger, { commands, settings, asUsers }: SlurmParts): void {
  const tell = async () => {
    const limits = await commands.limits();
    if (limits === undefined) logger.warn("Slurm does not answer: nothing is known of its limits");
    const fault = limits === undefined ? undefined : pollFault(limits, settings);
    if (fault !== undefined) logger.warn(fault);
    const hidden = limits === undefined || asUsers === undefined ? undefined : hiddenJobsFault(limits);
    if (hidden !== undefined) logger.warn(hidden);
  };
  tell().catch((error: unknown) => logger.warn("Cannot read the limits of Slurm", { error }));
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
