import { basename, dirname } from "node:path";
import { feedProgram, type ProgramEnd } from "../../run-program.ts";
import type { HelperRequest } from "./helper-request.ts";

/** What the service asks of the helper, which does it as another user of the machine. */
export type HelperCalls = {
  /** Makes the directory of an execution and directories in it, as the user, open to the group of the service. */
  prepare(user: string, execution: string, directories: readonly (readonly string[])[]): Promise<ProgramEnd>;
  /** Hands a script in the directory of an execution over. Its path is the last of the words. */
  submit(user: number, words: readonly string[]): Promise<ProgramEnd>;
  cancel(user: number, jobs: readonly string[], signal?: "TERM"): Promise<ProgramEnd>;
  /** Opens what the user made in the directory of an execution to the group of the service. */
  release(user: number, execution: string): Promise<ProgramEnd>;
};

export type HelperProgram = {
  /** This executable, as the rule of sudo names it. */
  readonly program: string;
  /** The file of the administrator that says what is allowed. */
  readonly rules: string;
  readonly environment: Readonly<Record<string, string>>;
};

const limitMilliseconds = 60_000;

/** Makes what calls the helper by sudo. The whole request is data on its stdin: the words of the command are always the same. */
export function createHelperCalls({ program, rules, environment }: HelperProgram): HelperCalls {
  const call = (user: string | number, withGroup: boolean, request: HelperRequest) => {
    const whom = typeof user === "number" ? `#${user}` : user;
    const group = withGroup ? ["-g", `#${process.getgid?.()}`] : [];
    const words = ["sudo", "-n", "-u", whom, ...group, "--", program, "slurm-helper", rules];
    return feedProgram(words, environment, limitMilliseconds, JSON.stringify(request));
  };
  return {
    prepare: (user, execution, directories) =>
      call(user, true, { verb: "prepare", execution, directories: directories.map((names) => [...names]) }),
    submit(user, words) {
      const path = words.at(-1) ?? "";
      const execution = basename(dirname(dirname(path)));
      return call(user, false, { verb: "submit", execution, script: basename(path), words: words.slice(0, -1) });
    },
    cancel: (user, jobs, signal) =>
      call(user, false, { verb: "cancel", jobs: [...jobs], ...(signal === undefined ? {} : { signal }) }),
    release: (user, execution) => call(user, true, { verb: "release", execution }),
  };
}
