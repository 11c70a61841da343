import { parseArgs } from "node:util";
import { errorText, Problem, type ProblemKind } from "../domain/problem.ts";

/** Exit codes of the executable. */
export const exitCodes = {
  ok: 0,
  error: 1,
  usage: 2,
  notFound: 3,
  invalidInput: 4,
  unauthorized: 5,
  jobFailed: 6,
  dismissed: 7,
  timedOut: 8,
  unreachable: 9,
  conflict: 10,
  unsupported: 33,
} as const;

/** One option of a command. */
export type Option = {
  readonly type: "string" | "boolean";
  readonly short?: string;
  readonly multiple?: boolean;
  /** The value that the option stands for when no word follows it. Only for commands that take no words of their own. */
  readonly bare?: string;
  /** What its value is called in the usage text. */
  readonly value?: string;
  readonly about: string;
};

/** Where a command writes and reads. Data goes to stdout, talk to stderr. */
export type Io = {
  out(text: string): void;
  talk(text: string): void;
  readonly isTerminal: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
};

/** What was given on the command line. */
export type Given = {
  readonly options: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
  readonly words: readonly string[];
};

/** One command of the executable. */
export type Command = {
  readonly name: string;
  /** The words after the name, as the usage text shows them. */
  readonly words: string;
  /** How many words there may be: more are refused, so that none is dropped. */
  readonly maxWords: number;
  readonly summary: string;
  readonly options: Readonly<Record<string, Option>>;
  /** Gives the exit code. Problems that it throws are worded and mapped to one. */
  run(given: Given, io: Io): Promise<number>;
};

/** Words on the command line that no command understands. */
export class UsageError extends Error {}

/** The service that a command talks to gives no answer. */
export class Unreachable extends Error {}

/** Reads the words after a command's name. Throws UsageError for an unknown or incomplete option. */
export function readArguments(command: Command, words: readonly string[]): Given {
  try {
    const options = Object.fromEntries(
      Object.entries(command.options).map(([name, { type, short, multiple }]) => [
        name,
        { type, multiple: multiple ?? false, ...(short === undefined ? {} : { short }) },
      ]),
    );
    const args = withBareValues(command, words);
    const parsed = parseArgs({ args, options, allowPositionals: true, strict: true });
    return { options: parsed.values, words: knownWords(command, parsed.positionals) };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Gives each option that needs no value the one that it stands for, where no word follows. */
function withBareValues(command: Command, words: readonly string[]): string[] {
  const end = words.indexOf("--");
  return words.map((word, at) => {
    if (!word.startsWith("--") || (end >= 0 && at >= end)) return word;
    const bare = command.options[word.slice(2)]?.bare;
    const next = words[at + 1];
    return bare === undefined || (next !== undefined && !next.startsWith("-")) ? word : `${word}=${bare}`;
  });
}

function knownWords(command: Command, words: readonly string[]): readonly string[] {
  const unknown = words.slice(command.maxWords).map((word) => `"${word}"`);
  if (unknown.length === 0) return words;
  const wanted = command.maxWords === 0 ? "wanted options only" : `wanted ${command.words}`;
  throw new UsageError(`Cannot run ${command.name}: found ${unknown.join(", ")}, ${wanted}`);
}

/** Words a command's usage. */
export function usageOf(command: Command): string {
  const lines = Object.entries(command.options).map(([name, option]) => {
    const short = option.short === undefined ? "    " : `-${option.short}, `;
    const value = option.type === "string" ? ` ${option.value ?? "VALUE"}` : "";
    return `  ${`${short}--${name}${value}`.padEnd(34)} ${option.about}`;
  });
  return [`Usage: heddle ${command.name} ${command.words}`.trimEnd(), "", command.summary, "", ...lines, ""].join("\n");
}

/** The exit code of each kind of problem. */
const problemExitCodes = {
  "invalid-parameter-value": exitCodes.invalidInput,
  "invalid-query-parameter-value": exitCodes.invalidInput,
  "no-such-process": exitCodes.notFound,
  "no-such-job": exitCodes.notFound,
  "no-such-output": exitCodes.notFound,
  "not-found": exitCodes.notFound,
  "result-not-ready": exitCodes.notFound,
  "result-not-available": exitCodes.notFound,
  "job-failed": exitCodes.jobFailed,
  gone: exitCodes.dismissed,
  "removed-job": exitCodes.dismissed,
  "duplicated-process": exitCodes.conflict,
  "immutable-process": exitCodes.conflict,
  "unsupported-media-type": exitCodes.invalidInput,
  "not-acceptable": exitCodes.error,
  "method-not-allowed": exitCodes.error,
  "content-too-large": exitCodes.invalidInput,
  "idempotency-conflict": exitCodes.conflict,
  conflict: exitCodes.conflict,
  unauthorized: exitCodes.unauthorized,
  forbidden: exitCodes.unauthorized,
  "too-many-requests": exitCodes.conflict,
  "range-not-satisfiable": exitCodes.error,
  "unprocessable-content": exitCodes.invalidInput,
  "remote-failure": exitCodes.unreachable,
  unavailable: exitCodes.error,
  "insufficient-storage": exitCodes.error,
  internal: exitCodes.error,
} as const satisfies Record<ProblemKind, number>;

/** Words an error for a person and gives the exit code that goes with it. */
export function explainError(error: unknown, io: Pick<Io, "talk" | "environment">): number {
  if (error instanceof UsageError) {
    io.talk(`${error.message}\n`);
    return exitCodes.usage;
  }
  if (error instanceof Unreachable) {
    io.talk(`${error.message}\n`);
    return exitCodes.unreachable;
  }
  if (error instanceof Problem) {
    io.talk(`${error.message}\n`);
    for (const fault of error.faults) io.talk(`  ${fault.pointer}: ${fault.detail}\n`);
    return problemExitCodes[error.kind];
  }
  io.talk(`${unexpected(error, io.environment.HEDDLE_LOG_LEVEL === "debug")}\n`);
  return exitCodes.error;
}

/** What the operating system or the database refused is told in one line; where a fault of ours lies is told who asks. */
function unexpected(error: unknown, tellsWhere: boolean): string {
  if (!(error instanceof Error)) return String(error);
  if (tellsWhere) return error.stack ?? error.message;
  return `Cannot go on: found ${errorText(error).replaceAll(/\s*\n\s*/g, " ")}, wanted no fault (HEDDLE_LOG_LEVEL=debug tells where)`;
}

/** Reads an option that is a text. */
export function textOption(given: Given, name: string): string | undefined {
  const value = given.options[name];
  return typeof value === "string" ? value : undefined;
}

/** Reads an option that may be given several times. */
export function textOptions(given: Given, name: string): readonly string[] {
  const value = given.options[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** Reads an option that is either there or not. */
export function isGiven(given: Given, name: string): boolean {
  return given.options[name] === true;
}
