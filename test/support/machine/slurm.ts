import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { temporaryDirectory } from "../temporary-directory.ts";
import { killSteps } from "./slurm-steps.ts";

/** A Slurm of one node on this machine, with daemons of its own that listen on loopback only. */
export type TestSlurm = AsyncDisposable & {
  /** What its commands need of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  run(words: readonly string[]): { readonly exitCode: number; readonly out: string };
  /** Waits until no job is left and the node takes new ones. */
  untilIdle(): Promise<void>;
  /** Kills a daemon by SIGKILL; resolves when it is gone. */
  kill(daemon: "slurmctld" | "slurmd"): Promise<void>;
  /** Stops a daemon where it is, or lets it go on. */
  signal(daemon: "slurmctld" | "slurmd", signal: "SIGSTOP" | "SIGCONT"): void;
  /** Kills what looks after each job that runs, and leaves the jobs alone; gives how many there were. */
  killSteps(): Promise<number>;
  /** Lets a node that was drained take jobs again. */
  resume(): void;
  /** Lets the node take no new jobs, until it is resumed. */
  drain(): void;
  /** Removes all that the controller has saved; it was killed before. */
  forget(): Promise<void>;
  /** Starts a daemon again; resolves when it answers. */
  start(daemon: "slurmctld" | "slurmd"): Promise<void>;
};

/** Tells why there can be no Slurm here; undefined when there can. */
export function noSlurm(): string | undefined {
  if (process.getuid?.() !== 0) return "it needs root";
  const missing = ["munged", "slurmctld", "slurmd", "sbatch"].filter(
    (program) => Bun.which(program, { PATH: path }) === null,
  );
  return missing.length === 0 ? undefined : `${missing.join(", ")} not installed (slurm-wlm, munge)`;
}

const path = "/usr/sbin:/usr/bin:/sbin:/bin";

/** What a daemon beside those of Slurm is told of them. */
export type SlurmPlace = Pick<TestSlurm, "environment" | "run"> & {
  /** Where slurm.conf lies; all of it is removed at the end. */
  readonly directory: string;
  readonly authInfo: string;
};

/**
 * Starts munged, slurmctld and slurmd, and waits until the node takes jobs. `beside` starts what the controller needs, when
 * munged answers; it is ended as the last one. What was started is ended, too, when the start fails.
 */
export async function startSlurm(
  settings: Readonly<Record<string, string>> = {},
  nodes: Nodes = { names: [nodeName], cpus: 32, inside: (words) => words },
  beside: (place: SlurmPlace) => Promise<AsyncDisposable | undefined> = () => Promise.resolve(undefined),
): Promise<TestSlurm> {
  const directory = await temporaryDirectory();
  // munged wants no directory above its socket that others may write to, not even a sticky one.
  const mungeDirectory = await mkdtemp("/run/heddle-test-munge-");
  for (const name of ["state", "log"]) await mkdir(join(directory.path, name));
  await chmod(directory.path, 0o755);
  const socket = join(mungeDirectory, "socket");
  const configuration = join(directory.path, "slurm.conf");
  const ports = await Promise.all(["", ...nodes.names].map(freePort));
  await writeFile(configuration, configurationText({ directory: directory.path, socket, ports, settings, nodes }));
  const environment = { PATH: path, SLURM_CONF: configuration };
  const run = (words: readonly string[]) => {
    const { exitCode, stdout, stderr } = Bun.spawnSync([...words], { env: environment });
    return { exitCode, out: `${stdout}${stderr}`.trim() };
  };
  const children = new Map<string, Bun.Subprocess>();
  const spawn = (name: string, words: readonly string[]) => {
    const log = Bun.file(join(directory.path, "log", `${name}.out`));
    children.set(name, Bun.spawn([...words], { env: environment, stdin: "ignore", stdout: log, stderr: log }));
  };
  const stop = async (name: string, signal: NodeJS.Signals) => {
    for (const [one, child] of children) {
      if (one !== name && !(name === "slurmd" && isSlurmd(one))) continue;
      child.kill(signal);
      await child.exited;
    }
  };
  const nodeNames = `NodeName=${nodes.names.join(",")}`;
  /** A controller that was killed before it saved that a job had begun begins it again, soon or later, and drains the node that refuses. */
  const resumed = () => {
    const state = run(["sinfo", "-h", "-N", "-o", "%t"]).out;
    if (/^dr/m.test(state)) run(["scontrol", "update", nodeNames, "State=RESUME"]);
    return state;
  };
  const isUp = (states: string) => states.split("\n").every((state) => /^(?:idle|mix|alloc)/.test(state));
  const untilUp = () => until("the nodes are up", () => isUp(resumed()));
  const start = async (daemon: "slurmctld" | "slurmd") => {
    const words = [daemon, "-D", "-f", configuration];
    if (daemon === "slurmctld") spawn(daemon, words);
    else {
      const ofNode = (name: string) => spawn(`slurmd ${name}`, nodes.inside([...words, "-N", name], directory.path));
      for (const name of nodes.names) ofNode(name);
      // What a killed one had forked may hold its port for a while: then it ends at once.
      await until("the daemons of the nodes stay", () => {
        const ended = nodes.names.filter((name) => children.get(`slurmd ${name}`)?.exitCode !== null);
        for (const name of ended) ofNode(name);
        return ended.length === 0 && isUp(resumed());
      });
    }
    if (daemon === "slurmctld") await until(`${daemon} answers`, () => run(["scontrol", "ping"]).exitCode === 0);
    // A controller that begins anew waits for its nodes.
    if (daemon === "slurmd" || [...children].some(([name, child]) => isSlurmd(name) && !child.killed)) await untilUp();
  };
  await using parts = new AsyncDisposableStack();
  parts.use(directory);
  parts.defer(() => rm(mungeDirectory, { recursive: true, force: true }));
  parts.defer(() => stop("munged", "SIGKILL"));
  await startMunge(mungeDirectory, socket, spawn);
  await until("munge answers", () => run(["munge", "-S", socket, "-n"]).exitCode === 0);
  parts.use(await beside({ environment, run, directory: directory.path, authInfo: `socket=${socket}` }));
  parts.defer(async () => {
    for (const name of ["slurmd", "slurmctld"]) await stop(name, "SIGKILL");
  });
  await start("slurmctld");
  await start("slurmd");
  const started = parts.move();
  return {
    environment,
    run,
    start,
    resume: () => void resumed(),
    drain: () => void run(["scontrol", "update", nodeNames, "State=DRAIN", "Reason=test"]),
    async untilIdle() {
      let rounds = 0;
      await until("all jobs have ended", () => {
        if (run(["squeue", "-h"]).out === "") return true;
        rounds += 1;
        // What a killed controller began again is nobody's any more; what it cannot end goes when its node goes down.
        if (rounds % 20 === 10) run(["scancel", "--me"]);
        if (rounds % 50 === 0) run(["scontrol", "update", nodeNames, "State=DOWN", "Reason=test"]);
        if (rounds % 50 === 0) run(["scontrol", "update", nodeNames, "State=RESUME"]);
        return false;
      });
      await untilUp();
    },
    kill: (daemon) => stop(daemon, "SIGKILL"),
    signal: (daemon, signal) => {
      for (const [name, child] of children) if (name.split(" ")[0] === daemon) child.kill(signal);
    },
    killSteps: () => killSteps(configuration),
    async forget() {
      await rm(join(directory.path, "state"), { recursive: true });
      await mkdir(join(directory.path, "state"));
    },
    async [Symbol.asyncDispose]() {
      run(["scancel", "--me"]);
      await until("all jobs are gone", () => run(["squeue", "-h"]).out === "").catch(() => undefined);
      await started.disposeAsync();
    },
  };
}

const nodeName = hostname().split(".")[0] ?? "localhost";

async function startMunge(
  directory: string,
  socket: string,
  spawn: (name: string, words: readonly string[]) => void,
): Promise<void> {
  const [, uid, gid] = /^munge:[^:]*:(\d+):(\d+):/m.exec(await readFile("/etc/passwd", "utf8")) ?? [];
  const key = join(directory, "key");
  await writeFile(key, crypto.getRandomValues(new Uint8Array(1024)), { mode: 0o400 });
  for (const owned of [directory, key]) await chown(owned, Number(uid), Number(gid));
  await chmod(directory, 0o755);
  const files = [`--key-file=${key}`, `--socket=${socket}`, `--pid-file=${join(directory, "pid")}`];
  const others = [`--log-file=${join(directory, "log")}`, `--seed-file=${join(directory, "seed")}`, "--num-threads=4"];
  spawn("munged", [
    "setpriv",
    `--reuid=${uid}`,
    `--regid=${gid}`,
    "--clear-groups",
    "munged",
    "-F",
    ...files,
    ...others,
  ]);
}

/** The nodes of a cluster, and what their daemons run in; `directory` is what all daemons need. */
type Nodes = {
  readonly names: readonly string[];
  readonly cpus: number;
  readonly inside: (words: readonly string[], directory: string) => readonly string[];
};

/**
 * Runs a daemon where nothing of /tmp is what it is elsewhere, but for what all daemons need and one more directory, which
 * may be another one in truth for each node.
 */
export function insideOwnTmp(shared: string, sourceOf: (node: string) => string = () => shared): Nodes["inside"] {
  const script = `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /mnt
mkdir /mnt/own /mnt/shared
mount --bind "$1" /mnt/own
mount --bind "$3" /mnt/shared
mount -t tmpfs tmpfs /tmp
mkdir -p "$1" "$2"
mount --move /mnt/own "$1"
mount --move /mnt/shared "$2"
shift 3
exec "$@"`;
  return (words, directory) => [
    ...["unshare", "-m", "sh", "-c", script, "sh", directory, shared, sourceOf(words.at(-1) ?? "")],
    ...words,
  ];
}

function isSlurmd(name: string): boolean {
  return name.startsWith("slurmd ");
}

type Place = {
  readonly nodes: Nodes;
  readonly directory: string;
  readonly socket: string;
  /** That of the controller, and those of the nodes. */
  readonly ports: readonly number[];
  readonly settings: Readonly<Record<string, string>>;
};

function configurationText({ directory, socket, ports, settings, nodes }: Place): string {
  const values: Readonly<Record<string, string | number>> = {
    ClusterName: "test",
    SlurmctldHost: `${nodeName}(127.0.0.1)`,
    SlurmctldPort: ports[0] ?? 0,
    CommunicationParameters: "NoCtldInAddrAny,NoInAddrAny",
    SlurmUser: "root",
    SlurmdUser: "root",
    AuthType: "auth/munge",
    AuthInfo: `socket=${socket}`,
    AccountingStoragePass: socket,
    StateSaveLocation: join(directory, "state"),
    SlurmdSpoolDir: join(directory, "spool-%n"),
    SlurmctldPidFile: join(directory, "slurmctld.pid"),
    SlurmdPidFile: join(directory, "slurmd-%n.pid"),
    SlurmctldLogFile: join(directory, "log", "slurmctld"),
    SlurmdLogFile: join(directory, "log", "slurmd-%n"),
    ProctrackType: "proctrack/linuxproc",
    TaskPlugin: "task/none",
    SwitchType: "switch/none",
    MpiDefault: "none",
    ReturnToService: 2,
    // The node has more cores than the machine: jobs begin once a second, as many as there are cores.
    SlurmdParameters: "config_overrides",
    AccountingStorageType: "accounting_storage/none",
    JobAcctGatherType: "jobacct_gather/none",
    SelectType: "select/cons_tres",
    SelectTypeParameters: "CR_Core_Memory",
    SchedulerType: "sched/builtin",
    SchedulerParameters: "batch_sched_delay=0,sched_interval=1,sched_min_interval=0,default_queue_depth=1000",
    EnforcePartLimits: "ALL",
    BatchStartTimeout: 2,
    MessageTimeout: 5,
    MinJobAge: 30,
    KillWait: 5,
    SlurmdTimeout: 30,
    PropagateResourceLimits: "NONE",
    DefMemPerCPU: 50,
    ...settings,
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  const node = nodes.names.map(
    (name, index) =>
      `NodeName=${name} NodeHostname=${nodeName} NodeAddr=127.0.0.1 Port=${ports[index + 1]} CPUs=${nodes.cpus} RealMemory=64000 State=UNKNOWN`,
  );
  const partition = `PartitionName=main Nodes=${nodes.names.join(",")} Default=YES MaxTime=INFINITE DefaultTime=60 State=UP`;
  return `${[...lines, ...node, partition].join("\n")}\n`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Waits half a minute until something holds, and for what it takes to ask, two minutes in all. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const last = Date.now() + 120_000;
  for (let round = 0; round < 300 && Date.now() < last; round += 1) {
    if (holds()) return;
    await Bun.sleep(100);
  }
  throw new Error(`It never came to pass that ${what}`);
}
