import { parseArgs } from "node:util";
import { defined } from "../domain/defined.ts";
import { errorText, Problem, type ProblemKind } from "../domain/problem.ts";
import { nearNames } from "../domain/words/near-names.ts";
import type { InputArgument, Option } from "./option.ts";
import { splitInputs } from "./split-inputs.ts";

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

/** Where a command writes and reads. Data goes to stdout, talk to stderr. */
export type Io = {
  out(text: string): void;
  talk(text: string): void;
  /** Whether stderr is a terminal. */
  readonly isTerminal: boolean;
  /** The width of stdout in cells, when it is a terminal. */
  readonly columns?: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
};

/** The words after the name of a command, read. */
export type Arguments = {
  readonly options: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
  readonly words: readonly string[];
  /** How the command is called: `Usage: heddle status JOB`. */
  readonly usage: string;
  /** Inputs of the package that the command runs, in the order in which they stood there. */
  readonly inputs?: readonly InputArgument[];
};

/** What follows `heddle` on a line, and what it does. */
export type Example = { readonly line: string; readonly about: string };

/** One command of the executable. */
export type Command = {
  readonly name: string;
  /** The words after the name, as the usage text shows them. */
  readonly words: string;
  /** How many words there may be: more are refused, so that none is dropped. */
  readonly maxWords: number;
  /** After its first word, options that are not its own are inputs of the package that this word names; all after `--` are. */
  readonly takesInputs?: boolean;
  readonly summary: string;
  /** Command lines that work as they stand, without the program's name; and what each does. */
  readonly examples: readonly Example[];
  readonly options: Readonly<Record<string, Option>>;
  /** Returns the exit code. Problems that it throws are shown, and each has an exit code. */
  run(args: Arguments, io: Io): Promise<number>;
};

/** Words on the command line that no command understands. */
export class UsageError extends Error {}

/** The service that a command talks to gives no answer. */
export class Unreachable extends Error {}

/** Reads the words after a command's name. Throws UsageError for an unknown or incomplete option. */
export function readArguments(command: Command, words: readonly string[]): Arguments {
  try {
    const options = Object.fromEntries(
      Object.entries(command.options).map(([name, { type, short, multiple }]) => [
        name,
        { type, multiple: multiple ?? false, ...defined({ short }) },
      ]),
    );
    const { own, inputs } =
      command.takesInputs === true ? splitInputs(command.options, words) : { own: words, inputs: [] };
    const args = withBareValues(command, own);
    const parsed = parseArgs({ args, options, allowPositionals: true, strict: true });
    return {
      options: parsed.values,
      words: knownWords(command, parsed.positionals),
      usage: usageLine(command),
      inputs,
    };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(optionFault(command, error), { cause: error });
  }
}

/** Formats the fault of an option, from the message of the runtime's parser. */
function optionFault(command: Command, error: unknown): string {
  const text = errorText(error);
  const help = `Run "heddle ${command.name} --help" to see the options`;
  const [, unknown] = /^Unknown option '([^']*)'/.exec(text) ?? [];
  if (unknown !== undefined) {
    const [near] = nearNames(unknown.replace(/^-+/, ""), Object.keys(command.options));
    return `Unknown option: ${unknown}. ${near === undefined ? help : `Did you mean --${near}?`}`;
  }
  const [, name = ""] = /^Option '[^']*?--([\w-]+)/.exec(text) ?? [];
  const option = command.options[name];
  if (option === undefined) return `Cannot run ${command.name}: ${text}`;
  if (option.type === "boolean") return `Option --${name} takes no value`;
  const dashed = text.includes("ambiguous") ? `; one that begins with a dash is written --${name}=-...` : "";
  return `Option --${name} needs a value: --${name} ${option.value ?? "VALUE"}${dashed}`;
}

/** Adds the value that an option stands for without one, where no word follows. */
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
  throw new UsageError(`Too many words: ${unknown.join(", ")}. ${usageLine(command)}`);
}

/** Formats how a command is called. */
export function usageLine(command: Command): string {
  return `Usage: heddle ${command.name} ${command.words}`.trimEnd();
}

/** Reads the only word of a command. Throws UsageError when it is missing; `wanted` says what it is. */
export function onlyWord({ words, usage }: Arguments, wanted: string): string {
  const [word] = words;
  if (word === undefined) throw new UsageError(`Missing ${wanted}. ${usage}`);
  return word;
}

/** Builds the fault of words whose first one names no action, or that do not fit it. */
export function wrongWords({ words, usage }: Arguments): UsageError {
  const fault = words.length === 0 ? "Missing action" : `Cannot use "${words.join(" ")}"`;
  return new UsageError(`${fault}. ${usage}`);
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
  "workflow-not-found": exitCodes.invalidInput,
  "duplicated-process": exitCodes.conflict,
  "immutable-process": exitCodes.conflict,
  "precondition-failed": exitCodes.conflict,
  "unsupported-media-type": exitCodes.invalidInput,
  "unsupported-content-coding": exitCodes.invalidInput,
  "not-acceptable": exitCodes.error,
  "method-not-allowed": exitCodes.error,
  "content-too-large": exitCodes.invalidInput,
  "kept-job": exitCodes.conflict,
  "idempotency-conflict": exitCodes.conflict,
  conflict: exitCodes.conflict,
  unauthorized: exitCodes.unauthorized,
  forbidden: exitCodes.unauthorized,
  "too-many-requests": exitCodes.conflict,
  "range-not-satisfiable": exitCodes.error,
  "unprocessable-content": exitCodes.invalidInput,
  "unsupported-schema": exitCodes.invalidInput,
  "remote-failure": exitCodes.unreachable,
  unavailable: exitCodes.error,
  "insufficient-storage": exitCodes.error,
  internal: exitCodes.error,
} as const satisfies Record<ProblemKind, number>;

/** The exit codes of a program that a signal ended, as shells have them: 128 and the signal's number. */
const signalExitCodes: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143 };

/** Returns the exit code of a command that a signal stopped. */
export function stoppedExitCode({ signal }: Pick<Io, "signal">): number {
  return signalExitCodes[String(signal.reason)] ?? 130;
}

/** Writes an error for a person, and returns its exit code. */
export function explainError(error: unknown, io: Pick<Io, "talk" | "environment" | "signal">): number {
  if (io.signal.aborted && (error === io.signal.reason || (error instanceof Error && error.name === "AbortError"))) {
    io.talk("Stopped before the end\n");
    return stoppedExitCode(io);
  }
  if (error instanceof UsageError) {
    io.talk(`${withoutCalls(error.message)}\n`);
    return exitCodes.usage;
  }
  if (error instanceof Unreachable) {
    io.talk(`${error.message}\n`);
    return exitCodes.unreachable;
  }
  if (error instanceof Problem) {
    io.talk(`${withoutCalls(error.message)}\n`);
    for (const { pointer, detail } of error.faults) {
      // The message says it, and names the member.
      const name = pointer.slice(pointer.lastIndexOf("/") + 1);
      if (error.message.includes(detail) && error.message.includes(name)) continue;
      io.talk(pointer === "" ? `  ${detail}\n` : `  ${pointer}: ${detail}\n`);
    }
    return problemExitCodes[error.kind];
  }
  io.talk(`${unexpected(error, io.environment.HEDDLE_LOG_LEVEL === "debug")}\n`);
  return exitCodes.error;
}

/** Removes the failed call of the operating system from a message; the reason stays: "no such file or directory". */
export function withoutCalls(message: string): string {
  return message
    .replaceAll(/\bEISDIR: [^,"']*, [a-z]+(?: '[^']*')?/g, "it is a directory")
    .replaceAll(/\bE[A-Z]{2,}: ([a-z][^,"']*), [a-z]+(?: '[^']*'(?: -> '[^']*')?)?/g, "$1");
}

/** Formats the reason why the output of a command was not delivered. */
export function undeliveredText(error: unknown): string {
  const isClosed = error instanceof Error && "code" in error && error.code === "EPIPE";
  return isClosed
    ? "Cannot write to stdout: its reader closed it before the end"
    : `Cannot write to stdout: ${errorText(error)}`;
}

/** Formats an error that no part of the program expected: in one line, or with the place in the program. */
function unexpected(error: unknown, hasPlace: boolean): string {
  if (!(error instanceof Error)) return String(error);
  if (hasPlace) return error.stack ?? error.message;
  if ("code" in error && error.code === "EACCES" && "path" in error) {
    return `Cannot use "${error.path}": found permission denied, wanted its owner or root (sudo) as the user of this command`;
  }
  const text = errorText(error).replaceAll(/\s*\n\s*/g, " ");
  return `Cannot finish the command: ${text} (HEDDLE_LOG_LEVEL=debug shows where)`;
}

/** Reads an option that is a text. */
export function textOption(args: Arguments, name: string): string | undefined {
  const value = args.options[name];
  return typeof value === "string" ? value : undefined;
}

/** Reads an option that may stand there several times. */
export function textOptions(args: Arguments, name: string): readonly string[] {
  const value = args.options[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** Reads an option that is either there or not. */
export function hasOption(args: Arguments, name: string): boolean {
  return args.options[name] === true;
}
