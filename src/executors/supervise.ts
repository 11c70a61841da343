import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Problem } from "../domain/problem.ts";
import { openTaskLog } from "../files/job-log.ts";
import { fileMode, type Layout, taskDirectory } from "../files/layout.ts";
import type { Task } from "./executor.ts";
import { exitRecordFile, startRecordFile, taskName } from "./task-records.ts";

/** A supervisor that was just started. */
export type Supervisor = {
  /** Resolves when it has made its start record, or has left without one. */
  readonly recorded: Promise<void>;
  /** Resolves when it has left. */
  readonly exited: Promise<void>;
  /** Keeps the server from ending while someone waits for the supervisor. */
  hold(): void;
  /** Undoes one `hold`. */
  release(): void;
};

export const shell = "/bin/sh";
export const environmentProgram = "/usr/bin/env";

/** How a supervisor runs its task; as a plain process when nothing is said. */
export type Launch = {
  /** What stands before the command. The environment reaches it as `e0`, `e1`, ..., which it makes the tool's own of. */
  readonly wrapper?: {
    readonly command: readonly string[];
    /** Read by it from file descriptor 3. */
    readonly options: string;
  };
  /** Limits in the words of the shell's `ulimit`, such as `-f 2048`. */
  readonly limits?: readonly string[];
  /** The task's directory holds a link `cgroup` to the control group that it runs in. */
  readonly hasControlGroup?: boolean;
};

/** What the supervisor returns when it could not make its start record. */
const notRecordedCode = 75;

/**
 * Writes the supervisor's script: POSIX sh with builtins only, so that the one process it forks is the tool. `env` takes
 * the shell's own variables away and becomes the tool. The environment's entries come as `e0`, `e1`, ... in the
 * supervisor's environment: arguments could be read by every user of the machine.
 */
export function supervisorScript(task: Task, isDirect = false, launch: Launch = {}): string {
  const command = isDirect || launch.wrapper !== undefined ? '"$@"' : cleanCommand(task);
  const { limits = [], hasControlGroup = false } = launch;
  const group = `"\${start%/*}"/cgroup`;
  const join = hasControlGroup ? `printf 0 >|${group}/cgroup.procs || exit ${notRecordedCode}` : ":";
  const [memory, peak] = hasControlGroup ? ["memory %s\\n", ' "$peak"'] : ["", ""];
  return `umask 077
set -C
start=$1 exit=$2 in=$3 out=$4 err=$5 stopped=
shift 5
trap 'stopped=143' TERM
trap 'stopped=130' INT
trap 'stopped=129' HUP
look() {
  read -r line </proc/$$/stat || return
  set -- \${line##*")"}
  user=\${14} system=\${15} started=\${20}
}
look && read -r boot </proc/sys/kernel/random/boot_id || exit ${notRecordedCode}
${join}
{ printf 'pid %s\\nstarted %s\\nboot %s\\nend\\n' "$$" "$started" "$boot" >"$start"; } 2>/dev/null || exit ${notRecordedCode}
exec >&2
${limits.map((limit) => `ulimit ${limit}\n`).join("")}if [ -n "$stopped" ]; then code=$stopped; else
  ${isDirect ? "unset PWD OLDPWD; " : ""}${command} ${redirections(task, launch)}
  code=$?
fi
look
${hasControlGroup ? `read -r peak <${group}/memory.peak` : ":"}
printf 'code %s\\ncpu %s %s\\n${memory}end\\n' "$code" "$user" "$system"${peak} >|"$exit"
`;
}

/** Words the command that gives a tool its environment and nothing else; `"$@"` stands for the tool. */
export function cleanCommand({ environment }: Task): string {
  const entries = Object.keys(environment).map((_, index) => `"$e${index}"`);
  return `${environmentProgram} -i -- ${[...entries, '"$@"'].join(" ")}`;
}

/** The file in a task's directory that its wrapper reads. */
const optionsName = "sandbox";

/** The supervisor's own stderr is the log, opened for append; so is its stdout by then. */
function redirections(task: Task, { wrapper }: Launch): string {
  const options = wrapper === undefined ? "" : `3<"\${start%/*}/${optionsName}" `;
  const stdin = `${options}${task.stdin === undefined ? "" : '<"$in"'}`;
  const stdout = task.stdout === undefined ? "" : '>|"$out"';
  if (task.stderr === undefined) return `${stdin} ${stdout}`;
  return `${stdin} ${stdout} ${task.stderr === task.stdout ? "2>&1" : '2>|"$err"'}`;
}

/**
 * Tells whether the supervisor's own environment can be the task's: dash adds nothing but PWD and OLDPWD, and no
 * variable of the script is in capitals. That saves a program start for each tool.
 */
function isDirectTask(task: Task, shellProgram: string): boolean {
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
  return [shell, "-c", `unset ${added.join(" ")}; exec "$@"`, "sh", ...task.command];
}

/**
 * Starts a supervisor in a session and group of its own, so that neither the server's end nor a signal to the server's
 * group reaches it. The log is opened here, so that a log that cannot be written is told before anything runs.
 */
export async function startSupervisor(
  layout: Layout,
  task: Task,
  { shellProgram = shell, ...launch }: Launch & { readonly shellProgram?: string } = {},
): Promise<Supervisor> {
  checkTask(task);
  using log = openTaskLog(task.log);
  const { wrapper } = launch;
  const isDirect = wrapper === undefined && isDirectTask(task, shellProgram);
  if (wrapper !== undefined) {
    await writeFile(join(taskDirectory(layout, task.key), optionsName), wrapper.options, { mode: fileMode });
  }
  const environment = Object.entries(task.environment);
  const child = Bun.spawn({
    cmd: [
      ...[shell, "-c", supervisorScript(task, isDirect, launch), `heddle-task ${taskName(task.key)}`],
      ...[startRecordFile(layout, task.key), exitRecordFile(layout, task.key)],
      ...[task.stdin ?? "", task.stdout ?? "", task.stderr ?? ""],
      ...(wrapper?.command ?? commandOf(task)),
    ],
    cwd: task.workingDirectory,
    env: isDirect
      ? task.environment
      : Object.fromEntries(environment.map(([name, value], index) => [`e${index}`, `${name}=${value}`])),
    detached: true,
    stdio: ["ignore", "pipe", log.fd],
  });
  child.unref();
  let holders = 0;
  return {
    recorded: untilClosed(child.stdout),
    exited: child.exited.then(() => {}),
    hold: () => {
      holders += 1;
      if (holders === 1) child.ref();
    },
    release: () => {
      holders -= 1;
      if (holders === 0) child.unref();
    },
  };
}

/** The supervisor gives up its stdout, which is a pipe until then, as soon as its start record is made. */
async function untilClosed(stdout: ReadableStream<Uint8Array>): Promise<void> {
  for await (const _ of stdout) {
    // Nothing is ever written.
  }
}

function checkTask(task: Task): void {
  const name = Object.keys(task.environment).find((candidate) => candidate === "" || /[=\0]/.test(candidate));
  if (name !== undefined) {
    throw new Problem(
      "invalid-parameter-value",
      `Cannot start "${task.command[0]}": found the environment variable "${name}", wanted a name without "="`,
    );
  }
  const texts = [...task.command, ...Object.values(task.environment)];
  if (task.command[0] === "" || texts.some((text) => text.includes("\0"))) {
    throw new Problem(
      "invalid-parameter-value",
      `Cannot start "${task.command[0]}": found an empty program or a NUL character, wanted neither`,
    );
  }
}
