import { basename, dirname, extname, join } from "node:path";
import type { Task } from "../executor.ts";
import type { Host } from "./host.ts";

/** What the executor of this machine is called in records. */
export const localName = "local";

/** What a supervisor returns that could not make a record: someone else had, or there is no room for it. */
export const notRecordedCode = 75;

export const environmentProgram = "/usr/bin/env";

/**
 * What a supervisor writes to its stdout: a task's start is on record; a task has ended, with its exit code, and the newest
 * process ids of the machine before and after it. Before that stands what `times` tells of all tools so far.
 */
export const startedWord = "started";
export const endedWord = "ended";

/**
 * Words the beginning of a supervisor's script: POSIX sh with builtins only, so that all it forks are tools. It tells of each
 * record after it has made it, and minds nobody who does not listen any more. Of /proc as little is read as can be: shells
 * do it byte by byte.
 */
export function supervisorBeginning({ id, name }: Host): string {
  return `umask 077
set -C
stopped=
trap 'stopped=143' TERM
trap 'stopped=130' INT
trap 'stopped=129' HUP
trap : PIPE
since() { since=\${20}; }
newest() { read -r line </proc/loadavg && newest=\${line##* }; }
read -r boot </proc/sys/kernel/random/boot_id || exit ${notRecordedCode}
read -r line </proc/$$/stat || exit ${notRecordedCode}
since \${line##*")"}
begin() {
  { printf 'pid %s\\nstarted %s\\nboot %s\\nexecutor ${localName}\\nhost ${id} %s\\n' "$$" "$since" "$boot" ${quote(name)} && times && echo end; } >"$1" || exit ${notRecordedCode}
  newest && newest0=$newest
  echo ${startedWord}
}
finish() {
  up=; read -r up rest </proc/uptime
  { printf 'code %s\\nup %s\\n' "$2" "$up" && times && echo end; } >>"$1"
  newest
  times
  echo ${endedWord} "$2" "$newest0" "$newest"
  if [ -n "$stopped" ]; then exit; fi
}
`;
}

/** What stands between a supervisor and its tool; nothing when nothing is said. */
export type Launch = {
  readonly wrapper?: {
    readonly command: readonly string[];
    /** What it shows as empty, where it is there when the task starts: options before the first `--` of the command. */
    readonly hides?: readonly { readonly path: string; readonly isDirectory: boolean }[];
    /** Read by it from file descriptor 3. */
    readonly optionsFile: string;
    /** Where it writes, by file descriptor 4, what it did. */
    readonly statusFile: string;
    /** Its own environment: the tool's must not reach it, as it decides what programs load. */
    readonly environment: Readonly<Record<string, string>>;
    /** True when it opens the task's streams itself, as the task sees them. */
    readonly opensStreams: boolean;
  };
  /** Limits of processes in the words of the shell's `ulimit`, such as `-f 2048`. */
  readonly limits?: readonly string[];
  /** The directory of the control group that the tool runs in. */
  readonly controlGroup?: string;
};

/**
 * Words one task for a supervisor: the start in its record, the tool in a process forked for it, its end in the record.
 * `shellProgram` is what /bin/sh is: where it adds nothing to an environment, the forked process becomes the tool itself.
 */
export function taskScript(task: Task, record: string, shellProgram: string, launch: Launch = {}): string {
  const { wrapper, limits = [], controlGroup } = launch;
  const directory = join(dirname(record), basename(record, extname(record)));
  const quoted = quoteBelow(directory);
  const steps = [
    `exec >>${quoted(task.log)} 2>&1`,
    `cd ${quoted(task.workingDirectory)}`,
    ...(controlGroup === undefined ? [] : [`printf 0 >|${quoted(`${controlGroup}/cgroup.procs`)}`]),
    // One that this process is held to already, and more tightly, cannot be set.
    ...limits.map((limit) => `{ ulimit ${limit} || :; }`),
    wrapper === undefined ? toolCommand(task, shellProgram, quoted) : execWrapper(wrapper, quoted),
  ];
  const options = wrapper === undefined ? "" : ` 3<${quoted(wrapper.optionsFile)} 4>|${quoted(wrapper.statusFile)}`;
  const opensStreams = wrapper?.opensStreams === true;
  const streams = opensStreams ? "</dev/null" : outsideRedirections(task, quoted);
  const tool = `(${steps.join(" && ")} ${streams}${options})`;
  const run =
    opensStreams || task.stdin === undefined ? `else\n${tool}\ncode=$?` : feeding(task, task.stdin, tool, quoted);
  return `d=${quote(directory)}
begin ${quoted(record)}
if [ -n "$stopped" ]; then code=$stopped
${run}
fi
finish ${quoted(record)} "$code"
`;
}

/**
 * Hands stdin over through a pipe: a descriptor is a way to its file, which a tool could open again for writing by
 * /proc/self/fd/0.
 */
function feeding(task: Task, stdin: string, tool: string, quoted: Quote): string {
  return `elif [ ! -r ${quoted(stdin)} ]; then
printf '%s\\n' ${quote(`Cannot read stdin from "${stdin}"`)} >>${quoted(task.log)}
code=2
else
cat <${quoted(stdin)} | ${tool}
code=$?`;
}

type Quote = (text: string) => string;

/** Quotes a text for sh; nothing in it is read. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Quotes texts for sh, those that begin with a path by the variable that holds it: some shells read this byte by byte. */
function quoteBelow(path: string): Quote {
  return (text) => (text.startsWith(path) ? `"$d"${quote(text.slice(path.length))}` : quote(text));
}

function toolCommand(task: Task, shellProgram: string, quoted: Quote): string {
  const command = commandOf(task);
  const entries = Object.entries(task.environment).map(([name, value]) => quoted(`${name}=${value}`));
  const clean = (words: string) => `exec ${environmentProgram} -i -- ${[...entries, words].join(" ")}`;
  const words = command.map(quoted).join(" ");
  if (isDirectTask(task, shellProgram)) return execWith(task.environment, words, quoted);
  if (shellProgram !== unknownShell || !isDirectTask(task, dash)) return clean(words);
  const direct = execWith(task.environment, '"$@"', quoted);
  return `set -- ${words} && if ${isDashHere}; then ${direct}; else ${clean('"$@"')}; fi`;
}

/** What /bin/sh is where nobody knows it yet: the script looks. */
export const unknownShell = "";
const dash = "/bin/dash";
/** Words whether /bin/sh is dash: a shell that has no such test says no. */
export const isDashHere = `[ /bin/sh -ef ${dash} ] 2>/dev/null`;

/** Tells whether a task is one for `isDirectTask` where /bin/sh turns out to be dash. */
export function isDirectInDash(task: Task): boolean {
  return isDirectTask(task, dash);
}

/** Words the start of a wrapper. What it is to hide is looked for on the machine that this runs on, by the shell. */
function execWrapper({ command, environment, hides = [] }: NonNullable<Launch["wrapper"]>, quoted: Quote): string {
  const words = command.map(quoted);
  if (hides.length === 0) return execWith(environment, words.join(" "), quoted);
  const options = words.splice(0, command.indexOf("--"));
  const looks = hides.map(({ path, isDirectory }) =>
    isDirectory
      ? `{ [ ! -d ${quoted(path)} ] || set -- "$@" --tmpfs ${quoted(path)} --remount-ro ${quoted(path)}; }`
      : `{ [ ! -f ${quoted(path)} ] || set -- "$@" --ro-bind /dev/null ${quoted(path)}; }`,
  );
  const line = [...options, '"$@"', ...words].join(" ");
  return ["set --", ...looks, execWith(environment, line, quoted)].join(" && ");
}

function execWith(environment: Readonly<Record<string, string>>, command: string, quoted: Quote): string {
  const entries = Object.entries(environment).map(([name, value]) => `${name}=${quoted(value)}`);
  const exported = entries.length === 0 ? "" : `export ${entries.join(" ")} && `;
  return `unset PATH PWD OLDPWD && ${exported}exec ${command}`;
}

/**
 * Tells whether the environment of a process that a shell of ours forks can be the task's: dash adds nothing but PWD and
 * OLDPWD, and no variable of the script is in capitals. That saves a program start for each tool.
 */
export function isDirectTask(task: Task, shellProgram: string): boolean {
  if (!shellProgram.endsWith("/dash") || !task.command[0].includes("/")) return false;
  return Object.keys(task.environment).every((name) => /^[A-Z][A-Z0-9_]*$/.test(name) && !shellNames.test(name));
}

/** What the shell, or the loader of programs, reads or sets itself. */
const shellNames = /^(?:LD_.*|IFS|ENV|PWD|OLDPWD|PPID|OPTIND|OPTARG|PS[0-9]|CDPATH|MAIL.*|PATH_LOCALE)$/;

/** `env` would take a program with an equals sign for a variable, so a shell of its own stands before it. */
export function commandOf(task: Task): readonly string[] {
  const [program] = task.command;
  if (!program.includes("=")) return task.command;
  const added = ["PWD", "OLDPWD", "SHLVL", "_"].filter((name) => task.environment[name] === undefined);
  return ["/bin/sh", "-c", `unset ${added.join(" ")}; exec "$@"`, "sh", ...task.command];
}

/** What is opened outside of what the tool sees; stdin comes through a pipe. */
function outsideRedirections(task: Task, quoted: Quote): string {
  return [...(task.stdin === undefined ? ["</dev/null"] : []), outputRedirections(task, quoted)].join(" ");
}

/** Words all streams of a task for a shell that sees what the task sees. */
export function redirections(task: Task, quoted: Quote = quote): string {
  return `<${task.stdin === undefined ? "/dev/null" : quoted(task.stdin)} ${outputRedirections(task, quoted)}`;
}

/**
 * What goes to no file of its own goes to the log, which is the stdout and stderr of the forked process. With noclobber
 * a file is made, or nothing is written: no link is followed.
 */
function outputRedirections(task: Task, quoted: Quote): string {
  const stdout = task.stdout === undefined ? "" : `>${quoted(task.stdout)}`;
  if (task.stderr === undefined) return stdout;
  return `${stdout} ${task.stderr === task.stdout ? "2>&1" : `2>${quoted(task.stderr)}`}`;
}
