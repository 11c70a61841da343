import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { temporaryDirectory } from "./temporary-directory.ts";

/** A Slurm of one node on this machine, with daemons of its own that listen on loopback only. */
export type TestSlurm = AsyncDisposable & {
  /** What its commands need of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  run(words: readonly string[]): { readonly exitCode: number; readonly out: string };
  /** Waits until no job is left and the node takes new ones. */
  untilIdle(): Promise<void>;
  /** Kills a daemon by SIGKILL; resolves when it is gone. */
  kill(daemon: "slurmctld" | "slurmd"): Promise<void>;
  /** Lets a node that was drained take jobs again. */
  resume(): void;
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

/** Starts munged, slurmctld and slurmd, and waits until the node takes jobs. */
export async function startSlurm(settings: Readonly<Record<string, string>> = {}): Promise<TestSlurm> {
  const directory = await temporaryDirectory();
  // munged wants no directory above its socket that others may write to, not even a sticky one.
  const mungeDirectory = await mkdtemp("/run/heddle-test-munge-");
  for (const name of ["state", "spool", "log"]) await mkdir(join(directory.path, name));
  await chmod(directory.path, 0o755);
  const socket = join(mungeDirectory, "socket");
  const configuration = join(directory.path, "slurm.conf");
  const ports = [await freePort(), await freePort()] as const;
  await writeFile(configuration, configurationText({ directory: directory.path, socket, ports, settings }));
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
    const child = children.get(name);
    child?.kill(signal);
    await child?.exited;
  };
  /** A controller that was killed before it saved that a job had begun begins it again, soon or later, and drains the node that refuses. */
  const resumed = () => {
    const state = run(["sinfo", "-h", "-o", "%t"]).out;
    if (/^dr/.test(state)) run(["scontrol", "update", `NodeName=${nodeName}`, "State=RESUME"]);
    return state;
  };
  const untilUp = () => until("the node is up", () => /^(?:idle|mix|alloc)/.test(resumed()));
  const start = async (daemon: "slurmctld" | "slurmd") => {
    spawn(daemon, [daemon, "-D", "-f", configuration, ...(daemon === "slurmd" ? ["-N", nodeName] : [])]);
    if (daemon === "slurmctld") await until(`${daemon} answers`, () => run(["scontrol", "ping"]).exitCode === 0);
    // A controller that begins anew waits for its nodes.
    if (daemon === "slurmd" || children.has("slurmd")) await untilUp();
  };
  await startMunge(mungeDirectory, socket, spawn);
  await until("munge answers", () => run(["munge", "-S", socket, "-n"]).exitCode === 0);
  await start("slurmctld");
  await start("slurmd");
  return {
    environment,
    run,
    start,
    resume: () => void resumed(),
    async untilIdle() {
      let rounds = 0;
      await until("all jobs have ended", () => {
        if (run(["squeue", "-h"]).out === "") return true;
        rounds += 1;
        // What a killed controller began again is nobody's any more; what it cannot end goes when its node goes down.
        if (rounds % 20 === 10) run(["scancel", "--me"]);
        if (rounds % 50 === 0) run(["scontrol", "update", `NodeName=${nodeName}`, "State=DOWN", "Reason=test"]);
        if (rounds % 50 === 0) run(["scontrol", "update", `NodeName=${nodeName}`, "State=RESUME"]);
        return false;
      });
      await untilUp();
    },
    kill: (daemon) => stop(daemon, "SIGKILL"),
    async [Symbol.asyncDispose]() {
      run(["scancel", "--me"]);
      await until("all jobs are gone", () => run(["squeue", "-h"]).out === "").catch(() => undefined);
      for (const name of ["slurmd", "slurmctld", "munged"]) await stop(name, "SIGKILL");
      await rm(mungeDirectory, { recursive: true, force: true });
      await directory[Symbol.asyncDispose]();
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

type Place = {
  readonly directory: string;
  readonly socket: string;
  readonly ports: readonly [number, number];
  readonly settings: Readonly<Record<string, string>>;
};

function configurationText({ directory, socket, ports, settings }: Place): string {
  const values: Readonly<Record<string, string | number>> = {
    ClusterName: "test",
    SlurmctldHost: `${nodeName}(127.0.0.1)`,
    SlurmctldPort: ports[0],
    SlurmdPort: ports[1],
    CommunicationParameters: "NoCtldInAddrAny,NoInAddrAny",
    SlurmUser: "root",
    SlurmdUser: "root",
    AuthType: "auth/munge",
    AuthInfo: `socket=${socket}`,
    StateSaveLocation: join(directory, "state"),
    SlurmdSpoolDir: join(directory, "spool"),
    SlurmctldPidFile: join(directory, "slurmctld.pid"),
    SlurmdPidFile: join(directory, "slurmd.pid"),
    SlurmctldLogFile: join(directory, "log", "slurmctld"),
    SlurmdLogFile: join(directory, "log", "slurmd"),
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
  const node = `NodeName=${nodeName} NodeAddr=127.0.0.1 CPUs=32 RealMemory=64000 State=UNKNOWN`;
  const partition = `PartitionName=main Nodes=${nodeName} Default=YES MaxTime=INFINITE DefaultTime=60 State=UP`;
  return `${[...lines, node, partition].join("\n")}\n`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let round = 0; round < 300; round += 1) {
    if (holds()) return;
    await Bun.sleep(100);
  }
  throw new Error(`It never came to pass that ${what}`);
}
