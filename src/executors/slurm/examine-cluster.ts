import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorText } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { directoryMode, fileMode } from "../../files/layout.ts";
import { type ProbeAnswer, probeScript, untilAnswered } from "./probe.ts";
import type { SlurmCommands, SlurmSettings } from "./slurm-commands.ts";
import { isActive, type SlurmLimits } from "./slurm-job.ts";
import { hiddenJobsFault } from "./watch/hidden-jobs.ts";
import { pollFault } from "./watch/poll-fault.ts";

/** One thing that was looked at. */
type ClusterFinding = {
  readonly about: string;
  readonly state: "good" | "warning" | "fault";
  readonly detail: string;
};

type ExamineClusterDeps = {
  readonly commands: SlurmCommands;
  readonly settings: SlurmSettings;
  /** What this machine and the nodes are to share. */
  readonly directory: string;
  readonly clock: Clock;
  /** Drawn anew for each examination. */
  readonly nonce: string;
  /** The bubblewrap that tools run in; undefined where they run without one. */
  readonly bubblewrap: string | undefined;
  /** What runs tools as the users who asked for them, whose jobs must be seen; absent where all run as the service. */
  readonly asUsers?: object;
  /** Whom a job must run as: user and group, as numbers. */
  readonly owner: string;
  readonly waitSeconds: number;
};

/** Looks at a cluster by its settings and by a job of its own, and says what to change. Leaves nothing behind. */
export async function examineCluster(
  deps: ExamineClusterDeps,
  signal: AbortSignal,
): Promise<readonly ClusterFinding[]> {
  const { commands, settings } = deps;
  const limits = await commands.limits();
  if (limits === undefined) {
    const wanted = "wanted a controller that answers scontrol show config (SLURM_CONF, slurmctld, munge)";
    return [fault("Slurm", `Cannot ask Slurm: found no answer, ${wanted}`)];
  }
  const partitions = (await commands.partitions()) ?? [];
  return [
    ...limitFindings(limits, settings),
    ...(deps.asUsers === undefined ? [] : [usersFinding(limits)]),
    partitionFinding(settings, partitions),
    ...(await probeNodes(deps, signal)),
  ];
}

function limitFindings(limits: SlurmLimits, settings: SlurmSettings): readonly ClusterFinding[] {
  const seldom = pollFault(limits, settings);
  const { arraySize, jobAgeSeconds, holdsMemory, hasAccounting } = limits;
  return [
    seldom === undefined
      ? good("Slurm", `MinJobAge ${jobAgeSeconds} s, a look at the queue each ${settings.pollSeconds} s`)
      : warning("Slurm", seldom),
    arraySize > 1
      ? good("Slurm arrays", `up to ${arraySize} elements`)
      : warning("Slurm arrays", `MaxArraySize is ${arraySize}: each task of a scatter is a job of its own`),
    holdsMemory
      ? good("Slurm memory", "held by the cluster (task/cgroup)")
      : warning(
          "Slurm memory",
          "only looked at by the script of each job; wanted TaskPlugin=task/cgroup in slurm.conf",
        ),
    hasAccounting
      ? good("Slurm accounting", "sacct tells of jobs that the controller has forgotten")
      : warning(
          "Slurm accounting",
          `none: nothing tells of a job ${jobAgeSeconds} s after its end, but for its record`,
        ),
  ];
}

function usersFinding(limits: SlurmLimits): ClusterFinding {
  const hidden = hiddenJobsFault(limits);
  return hidden === undefined ? good("Slurm users", "the jobs of all users are seen") : fault("Slurm users", hidden);
}

function partitionFinding({ partition }: SlurmSettings, partitions: readonly string[]): ClusterFinding {
  if (partition === undefined) return good("Slurm partition", "the default one");
  const wanted = partition.split(",");
  const missing = wanted.filter((name) => !partitions.includes(name));
  if (missing.length === 0) return good("Slurm partition", partition);
  return fault(
    "Slurm partition",
    `found none of the name "${missing.join(",")}", wanted one of ${partitions.join(", ")}`,
  );
}

const probeName = "heddle-doctor";

/** Nodes that get a job each: what is wrong with one is often wrong with all. */
const mostNodes = 8;

/** Looks at some nodes at once. The first one tells all that was looked at, the others what they lack. */
async function probeNodes(deps: ExamineClusterDeps, signal: AbortSignal): Promise<readonly ClusterFinding[]> {
  const { commands, settings } = deps;
  const isChosen = settings.options.some((word) => /^(?:--nodelist|-w)/.test(word));
  const all = isChosen ? [] : ((await commands.nodes(settings.partition)) ?? []);
  if (all.length < 2) return probe(deps, undefined, signal);
  const nodes = all.slice(0, mostNodes);
  const [first = [], ...others] = await Promise.all(nodes.map((node) => probe(deps, node, signal)));
  const rest = all.length > nodes.length ? `; ${all.length - nodes.length} more were not looked at` : "";
  const lacking = others
    .flat()
    .filter(({ state, about }) => state === "fault" || (state === "warning" && about !== noSandbox));
  return [...first, ...lacking, good("Slurm nodes", `a job was sent to each of ${nodes.join(", ")}${rest}`)];
}

const noSandbox = "sandbox of nodes";

async function probe(
  deps: ExamineClusterDeps,
  node: string | undefined,
  signal: AbortSignal,
): Promise<readonly ClusterFinding[]> {
  const place = join(deps.directory, `doctor-${deps.nonce}${node === undefined ? "" : `-${node}`}`);
  try {
    await mkdir(place, { recursive: true, mode: directoryMode });
    return await probeIn(deps, { place, node }, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    return [fault("Slurm job", `Cannot examine "${deps.directory}": ${errorText(error)}`)];
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function probeIn(
  deps: ExamineClusterDeps,
  { place, node }: { readonly place: string; readonly node: string | undefined },
  signal: AbortSignal,
): Promise<readonly ClusterFinding[]> {
  const { commands, settings, clock, nonce, bubblewrap, waitSeconds } = deps;
  for (const name of ["taken", "given"]) await writeFile(join(place, name), "", { mode: fileMode });
  await writeFile(join(place, "nonce"), `${nonce}\n`, { mode: fileMode });
  const script = join(place, "probe.sh");
  await writeFile(script, probeScript(place, bubblewrap), { mode: fileMode });
  const { partition, account, options } = settings;
  const submittedAt = clock.now();
  const submitted = await commands.submit([
    ...[
      "--export=ALL",
      "--no-requeue",
      `--job-name=${probeName}`,
      "--chdir=/",
      "--output=/dev/null",
      "--error=/dev/null",
    ],
    ...["--time=2", ...(partition === undefined ? [] : [`--partition=${partition}`])],
    ...[...(account === undefined ? [] : [`--account=${account}`]), ...options],
    ...[...(node === undefined ? [] : [`--nodelist=${node}`]), script],
  ]);
  if (submitted.kind !== "accepted") {
    const wanted = "wanted the job accepted; see slurm-partition, slurm-account and slurm-options";
    return [fault("Slurm job", `Cannot submit a job: found "${submitted.reason}", ${wanted}`)];
  }
  try {
    const until = clock.elapsed() + waitSeconds * 1000;
    const hasEnded = async () => {
      const job = (await commands.list())?.find(({ id }) => id === submitted.id);
      return job !== undefined && !isActive(job);
    };
    const answer = await untilAnswered(place, { isOver: () => clock.elapsed() >= until, hasEnded, signal });
    if (answer === undefined) return [await silence(deps, submitted.id, node)];
    return answerFindings(deps, answer, { submittedAt, seenAt: clock.now() });
  } finally {
    await commands.cancel([submitted.id]);
  }
}

async function silence(
  { commands, directory, waitSeconds }: ExamineClusterDeps,
  id: string,
  wanted: string | undefined,
): Promise<ClusterFinding> {
  const told = await commands.show(id, probeName);
  const job = told === "later" ? undefined : told;
  if (job?.state.startsWith("PENDING") === true) {
    return warning(
      "Slurm job",
      `still waits after ${waitSeconds} s (${job.reason}): nothing is known of ${wanted ?? "the nodes"}`,
    );
  }
  const node = job === undefined || job.node === "" ? "the node" : `node ${job.node}`;
  const shared = "wanted the same directory under the same path on each node, writable for the user of the service";
  const found = `${node} left no answer in "${directory}" (${job?.state ?? "no state"})`;
  return fault("shared directory", `Cannot exchange files with the nodes: found that ${found}, ${shared}`);
}

/** What clocks may differ by: whole seconds are told, and files take their time. */
const clockMilliseconds = 2000;

function answerFindings(
  { nonce, owner, bubblewrap, directory }: ExamineClusterDeps,
  answer: ProbeAnswer,
  { submittedAt, seenAt }: { readonly submittedAt: number; readonly seenAt: number },
): readonly ClusterFinding[] {
  const on = `node ${answer.node}`;
  const check = (about: string, holds: boolean, words: readonly [string, string]) =>
    holds ? good(about, words[0]) : fault(about, words[1]);
  const ahead = answer.time - seenAt;
  const behind = submittedAt - answer.time;
  const skew = Math.max(ahead, behind);
  return [
    check("shared directory", answer.nonce === nonce, [
      `${on} sees the files of ${directory}`,
      `${on} sees other files than this machine at "${directory}", wanted one file system under one path`,
    ]),
    check("renames", answer.renames && answer.isMoved, [
      "a rename on a node is seen here",
      `a file that ${on} renamed has its old name here, wanted a file system that keeps renames whole`,
    ]),
    check("exclusive creation", answer.exclusive, [
      "O_EXCL holds between machines",
      `${on} could create a file that was there: wanted a file system that keeps O_EXCL (NFS 3 or later), as else a tool could start twice`,
    ]),
    check("clocks", skew <= clockMilliseconds, [
      "agree",
      `the clock of ${on} is ${Math.round(skew / 1000)} s ${ahead > behind ? "ahead" : "behind"}, wanted both by NTP`,
    ]),
    check("user", answer.owner === owner, [
      `${on} runs jobs as ${owner}`,
      `${on} runs jobs as ${answer.owner}, wanted ${owner} (user:group), the same numbers on each machine`,
    ]),
    bubblewrap === undefined
      ? warning(noSandbox, "tools run without one, as on this machine")
      : check(noSandbox, answer.sandbox, [
          `${bubblewrap} works on ${on}`,
          `${bubblewrap} does not work on ${on}, wanted bubblewrap under this path, with user namespaces allowed, or --sandbox off`,
        ]),
  ];
}

function good(about: string, detail: string): ClusterFinding {
  return { about, state: "good", detail };
}

function warning(about: string, detail: string): ClusterFinding {
  return { about, state: "warning", detail };
}

function fault(about: string, detail: string): ClusterFinding {
  return { about, state: "fault", detail };
}
