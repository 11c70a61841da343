import { Problem } from "../../domain/problem.ts";
import { runProgram } from "../run-program.ts";

/** What the operator says of the jobs: never anything of a request. */
export type SlurmSettings = {
  readonly partition?: string;
  readonly account?: string;
  /** Further words for `sbatch`. */
  readonly options: readonly string[];
  readonly pollSeconds: number;
  /** How long a job may be gone without a record of its end: network file systems show new files late. */
  readonly graceSeconds: number;
};

/** What Slurm says of a job. */
export type SlurmJob = {
  readonly id: string;
  readonly name: string;
  /** In Slurm's words, such as PENDING. */
  readonly state: string;
  /** Why it waits, or ended. */
  readonly reason: string;
  readonly node: string;
};

/** Runs Slurm's commands with an environment of their own. */
export type SlurmCommands = {
  /** Hands a script over. Gives the job's number, or what kept it from being handed over. */
  submit(words: readonly string[], signal?: AbortSignal): Promise<Submitted>;
  /** Lists all jobs of this user; undefined when the controller does not answer: then nothing is known. */
  list(): Promise<readonly SlurmJob[] | undefined>;
  /** Tells the last that is known of a job, from the controller or from the accounting; undefined when nothing is. */
  show(id: string): Promise<SlurmJob | undefined>;
  /** Asks for the end of a job, or signals its script alone. False when the controller does not answer. */
  cancel(id: string, signal?: "TERM"): Promise<boolean>;
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

/** Makes the commands of the Slurm of this machine. `environment` is all that they get. */
export function createSlurmCommands(environment: Readonly<Record<string, string>>): SlurmCommands {
  const run = (words: readonly string[], signal?: AbortSignal) =>
    runProgram(words, environment, limitMilliseconds, signal);
  const accounted = async (id: string): Promise<SlurmJob | undefined> => {
    const words = ["sacct", "-X", "-n", "-P", "-S", "now-30days", "-j", id, "-o", "JobID,State,NodeList,JobName"];
    const { exitCode, out } = await run(words);
    const [, number, state, node, name] = /^([^|\n]+)\|([^|]*)\|([^|]*)\|(.*)$/m.exec(out) ?? [];
    if (exitCode !== 0 || number === undefined || state === undefined) return undefined;
    return { id: number, state: state.trim(), reason: "", node: node ?? "", name: name ?? "" };
  };
  return {
    async submit(words, signal) {
      const { exitCode, out, talk } = await run(["sbatch", "--parsable", ...words], signal);
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
      const { exitCode, out } = await run(["squeue", "-h", "-r", "--me", "-t", "all", "-o", "%i|%T|%r|%N|%j"]);
      return exitCode === 0 ? out.split("\n").flatMap(jobOf) : undefined;
    },
    async show(id) {
      const { exitCode, out } = await run(["scontrol", "show", "job", "-o", id]);
      if (exitCode !== 0) return accounted(id);
      const field = (name: string) => new RegExp(`(?:^|\\s)${name}=(\\S*)`).exec(out)?.[1] ?? "";
      const told = { state: field("JobState"), reason: field("Reason"), node: field("NodeList") };
      return { id, name: field("JobName"), ...told };
    },
    async cancel(id, signal) {
      const words = signal === undefined ? [id] : ["--batch", `--signal=${signal}`, id];
      return (await run(["scancel", ...words])).exitCode === 0;
    },
  };
}

function jobOf(line: string): readonly SlurmJob[] {
  const [, id, state, reason, node, name] = /^([^|]*)\|([^|]*)\|(.*?)\|([^|]*)\|([^|]*)$/.exec(line) ?? [];
  if (id === undefined || name === undefined) return [];
  return [{ id, name, state: state ?? "", reason: reason ?? "", node: node ?? "" }];
}

const activeStates =
  /^(?:PENDING|RUNNING|SUSPENDED|COMPLETING|CONFIGURING|RESIZING|REQUEUE|SIGNALING|STAGE_OUT|STOPPED|SPECIAL_EXIT|RESV_DEL_HOLD)/;

/** Tells whether something of a job may still run, or begin. */
export function isActive({ state }: SlurmJob): boolean {
  return activeStates.test(state);
}
