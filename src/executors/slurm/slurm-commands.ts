import { Problem } from "../../domain/problem.ts";
import { type ProgramEnd, runProgram } from "../run-program.ts";
import { isActive, type SlurmJob, type SlurmLimits } from "./slurm-job.ts";
import { askAccounting, type LastWord } from "./watch/accounting.ts";
import { hidesJobsOfOthers } from "./watch/hidden-jobs.ts";
import { type FiguresByJob, readFigures } from "./watch/read-figures.ts";

/** What the operator says of the jobs: never anything of a request. */
export type SlurmSettings = {
  readonly partition?: string;
  readonly account?: string;
  /** Further words for `sbatch`. */
  readonly options: readonly string[];
  readonly pollSeconds: number;
  /** How long a job may be gone without a record of its end: network file systems show new files late. */
  readonly graceSeconds: number;
  /** Time between two signs of life of a job; where absent, there are none but where Slurm tells no failures of nodes. */
  readonly heartbeatSeconds?: number;
};

/** Runs Slurm's commands with an environment of their own. */
export type SlurmCommands = {
  /** Hands a script over, as that user. Gives the job's number, or what kept it from being handed over. */
  submit(words: readonly string[], user?: number): Promise<Submitted>;
  /** Lists all jobs of this user, or of all users where tools run as those who asked; undefined when the controller does not answer: then nothing is known. */
  list(): Promise<readonly SlurmJob[] | undefined>;
  /** Tells the last that is known of the job of this number and this name, from the controller or from the accounting. */
  show(id: string, name: string): Promise<LastWord>;
  /** Asks for the end of jobs of a user, or signals their scripts alone. False when the controller does not answer. */
  cancel(ids: readonly string[], how?: CancelHow): Promise<boolean>;
  /** Tells what jobs take that run, by their own numbers; undefined where the cluster does not tell. */
  figures(numbers: readonly string[]): Promise<FiguresByJob | undefined>;
  /** Tells what jobs took that have ended, from the accounting; undefined where there is none. */
  spent(ids: readonly string[]): Promise<FiguresByJob | undefined>;
  /** Reads what the cluster allows; undefined when the controller does not answer. */
  limits(): Promise<SlurmLimits | undefined>;
  /** Lists the names of partitions; undefined when the controller does not answer. */
  partitions(): Promise<readonly string[] | undefined>;
  /** Lists the nodes of partitions that take jobs, those of the default one when none is named; undefined when the controller does not answer. */
  nodes(partition: string | undefined): Promise<readonly string[] | undefined>;
};

export type CancelHow = { readonly signal?: "TERM"; readonly user?: number };

/** What does for another user what Slurm lets only that user do. */
export type AsUsers = {
  submit(user: number, words: readonly string[]): Promise<ProgramEnd>;
  cancel(user: number, ids: readonly string[], signal?: "TERM"): Promise<ProgramEnd>;
};

export type Submitted =
  | { readonly kind: "accepted"; readonly id: string }
  /** It may work later; whether the job is there, nobody knows. */
  | { readonly kind: "busy"; readonly reason: string }
  | { readonly kind: "refused"; readonly reason: string };

const limitMilliseconds = 30_000;

/** What `sbatch` says when it could not ask, or there is no room now. */
const busyWords =
  /timed out|unable to contact|connection|temporarily|try again|transport endpoint|zero bytes|MaxSubmit|MaxJobCount|maximum number of jobs|backup controller|not responding|resource limit reached/i;

/** Makes the commands of the Slurm of this machine. `environment` is all that they get; `asUsers`: jobs are those of several users. */
export function createSlurmCommands(environment: Readonly<Record<string, string>>, asUsers?: AsUsers): SlurmCommands {
  const run = (words: readonly string[]) => runProgram(words, environment, limitMilliseconds);
  const whose = asUsers === undefined ? ["--me", "-o", rowFormat] : ["-o", `${rowFormat}|%U`];
  let hides: boolean | undefined;
  const limitsOf = async (): Promise<SlurmLimits | undefined> => {
    const { exitCode, out } = await run(["scontrol", "show", "config"]);
    if (exitCode !== 0) return undefined;
    const number = (name: string) => Number(new RegExp(`^${name}\\s*=\\s*(\\d+)`, "m").exec(out)?.[1] ?? 0);
    return {
      arraySize: number("MaxArraySize"),
      jobAgeSeconds: number("MinJobAge"),
      holdsMemory: /^TaskPlugin\s*=.*cgroup/m.test(out),
      hasAccounting: !/^AccountingStorageType\s*=\s*(?:accounting_storage\/none|\(null\))/m.test(out),
      hidesJobs: await hidesJobsOfOthers(run, out, process.getuid?.()),
      countsFigures: !/^JobAcctGatherType\s*=\s*(?:jobacct_gather\/none|\(null\))/m.test(out),
      tellsNodeFailures: number("SlurmdTimeout") > 0,
    };
  };
  return {
    async submit(words, user) {
      const isOther = asUsers !== undefined && user !== undefined;
      const { exitCode, out, talk } = await (isOther
        ? asUsers.submit(user, words)
        : run(["sbatch", "--parsable", ...words]));
      const id = /^(\d+)/.exec(out)?.[1];
      if (exitCode === 0 && id !== undefined) return { kind: "accepted", id };
      if (exitCode === 127) throw new Problem("unavailable", `Cannot run sbatch: ${talk.trim()}`);
      const reason = talk
        .trim()
        .replaceAll(/\s*\n\s*/g, "; ")
        .replaceAll("sbatch: error: ", "");
      const isBusy = exitCode > 128 || reason === "" || busyWords.test(reason);
      return { kind: isBusy ? "busy" : "refused", reason: reason === "" ? "no answer" : reason };
    },
    async list() {
      // Where others are hidden, all their jobs would seem to be gone.
      // Who may see all may not be known as such while the accounting does not answer: then it is asked again.
      if (asUsers !== undefined && hides !== false) hides = (await limitsOf())?.hidesJobs;
      if (asUsers !== undefined && hides !== false) return undefined;
      const { exitCode, out } = await run(["squeue", "-h", "-r", "-t", "all", ...whose]);
      return exitCode === 0 ? out.split("\n").flatMap(jobOf) : undefined;
    },
    async show(id, name) {
      const { exitCode, out, talk } = await run(["scontrol", "show", "job", "-o", id]);
      const field = (of: string) => new RegExp(`(?:^|\\s)${of}=(\\S*)`).exec(out)?.[1] ?? "";
      const told = { state: field("JobState"), reason: field("Reason"), node: field("NodeList") };
      if (exitCode === 0 && field("JobName") === name) return { id, name, ...told };
      const last = await askAccounting(run, id, name);
      const isForgotten = exitCode === 0 || /invalid job id/i.test(talk);
      return isForgotten && typeof last === "object" && isActive(last) ? "later" : last;
    },
    async cancel(ids, { signal, user } = {}) {
      if (asUsers !== undefined && user !== undefined) return (await asUsers.cancel(user, ids, signal)).exitCode === 0;
      const words = signal === undefined ? [] : ["--batch", `--signal=${signal}`];
      return (await run(["scancel", ...words, ...ids])).exitCode === 0;
    },
    limits: limitsOf,
    ...figuresOf(run, limitsOf, asUsers !== undefined),
    ...placesOf(run),
  };
}

/** What asks for figures, where the cluster has some. The user of the service may not see those of other users. */
function figuresOf(
  run: (words: readonly string[]) => Promise<ProgramEnd>,
  limitsOf: () => Promise<SlurmLimits | undefined>,
  areOthers: boolean,
): Pick<SlurmCommands, "figures" | "spent"> {
  let limits: SlurmLimits | undefined;
  const asked = async (words: readonly string[]) => readFigures((await run(words)).out);
  return {
    async figures(numbers) {
      limits ??= await limitsOf();
      if (areOthers || limits?.countsFigures !== true) return undefined;
      // It answers for those that it finds, and fails for those that have ended meanwhile.
      const jobs = numbers.map((number) => `${number}.batch`).join(",");
      return asked(["sstat", "-n", "-P", "--noconvert", "-o", "JobID,AveCPU,MaxRSS", "-j", jobs]);
    },
    async spent(ids) {
      limits ??= await limitsOf();
      if (limits?.hasAccounting !== true) return undefined;
      const whole = ["sacct", "-n", "-P", "--noconvert", "-S", "now-30days", "-o", "JobID,TotalCPU,MaxRSS"];
      return asked([...whole, "-j", ids.join(",")]);
    },
  };
}

/** What asks for the partitions and nodes of a cluster. */
function placesOf(run: (words: readonly string[]) => Promise<ProgramEnd>): Pick<SlurmCommands, "nodes" | "partitions"> {
  return {
    async nodes(partition) {
      const of = partition === undefined ? [] : [`--partition=${partition}`];
      const { exitCode, out } = await run(["sinfo", "-h", "-N", "--states=idle,mix,alloc", "-o", "%N %P", ...of]);
      if (exitCode !== 0) return undefined;
      const rows = out.split("\n").map((line) => line.split(" "));
      // The default partition has a star.
      const wanted = rows.filter(([, name = ""]) => partition !== undefined || name.endsWith("*"));
      return [...new Set(wanted.flatMap(([node]) => (node === undefined || node === "" ? [] : [node])))];
    },
    async partitions() {
      const { exitCode, out } = await run(["sinfo", "-h", "-o", "%R"]);
      return exitCode === 0 ? [...new Set(out.split("\n").filter((name) => name !== ""))] : undefined;
    },
  };
}

const rowFormat = "%i|%A|%T|%r|%N|%j";

/** The names of our jobs have neither bars nor blanks; a number of a user stands last, where it was asked for. */
function jobOf(line: string): readonly SlurmJob[] {
  const [, id, number = "", state, reason, node, name, user] =
    /^([^|]*)\|(\d*)\|([^|]*)\|(.*?)\|([^|]*)\|([^|]*?)(?:\|(\d+))?$/.exec(line) ?? [];
  if (id === undefined || name === undefined) return [];
  const told = { id, number, name, state: state ?? "", reason: reason ?? "", node: node ?? "" };
  return [user === undefined ? told : { ...told, user: Number(user) }];
}
