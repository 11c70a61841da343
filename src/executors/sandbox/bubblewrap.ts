import { errorText } from "../../domain/problem.ts";
import { resolveProgram } from "../resolve-program.ts";
import { type ProgramEnd, runProgram } from "../run-program.ts";
import { explainRefusal, readKernelFacts } from "./explain-refusal.ts";

/** The program that makes sandboxes, or why there is none. */
export type Bubblewrap =
  | {
      readonly kind: "found";
      readonly program: string;
      readonly version: string;
      /** It can keep tools from making namespaces of their own, which older ones and some machines cannot. */
      readonly closesNamespaces: boolean;
    }
  | { readonly kind: "missing"; readonly reason: string };

/** A probe that takes longer hangs. */
const probeMilliseconds = 10_000;

const environment = { PATH: "/usr/bin:/bin" };

/**
 * Finds bubblewrap and tries it: many machines forbid what it needs (user namespaces), most of all inside containers.
 */
export function findBubblewrap(): Bubblewrap {
  const program = findProgram();
  if (program === undefined) return notInstalled;
  const closed = judge(program, tryNow(trialOf(program, closedNamespaces)), true);
  return closed.kind === "found" ? closed : judge(program, tryNow(trialOf(program, [])), false);
}

/** A search that goes on beside other work of this process. Disposal ends it; what it finds then means nothing. */
export type BubblewrapSearch = Disposable & { readonly found: Promise<Bubblewrap> };

/** Begins to find bubblewrap and to try it, as `findBubblewrap` does. */
export function searchBubblewrap(): BubblewrapSearch {
  const stopping = new AbortController();
  const found = searchUntil(stopping.signal);
  // Whoever waits for it is told what is wrong; perhaps nobody does any more.
  found.catch(() => {});
  return { found, [Symbol.dispose]: () => stopping.abort() };
}

async function searchUntil(signal: AbortSignal): Promise<Bubblewrap> {
  const program = findProgram();
  if (program === undefined) return notInstalled;
  const run = (command: readonly string[]) => runProgram(command, environment, probeMilliseconds, signal);
  const closed = judge(program, await run(trialOf(program, closedNamespaces)), true);
  return closed.kind === "found" ? closed : judge(program, await run(trialOf(program, [])), false);
}

const notInstalled: Bubblewrap = { kind: "missing", reason: "bubblewrap (bwrap) is not installed" };

function findProgram(): string | undefined {
  return resolveProgram("bwrap", { PATH: "/usr/bin:/bin:/usr/local/bin" }, "/");
}

/** Keeps what runs inside from making user namespaces, in which it would have rights over parts of the kernel again. */
export const closedNamespaces = ["--unshare-user", "--disable-userns"] as const;

/** Makes a sandbox, in which it asks the program for its version: one start less. */
function trialOf(program: string, more: readonly string[]): readonly string[] {
  return [
    ...[program, "--unshare-all", "--die-with-parent", "--as-pid-1", "--cap-drop", "ALL", ...more],
    ...["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev"],
    ...["--", "/bin/sh", "-c", '"$0" --version; exit 0', program],
  ];
}

function judge(program: string, { exitCode, out, talk }: ProgramEnd, closesNamespaces: boolean): Bubblewrap {
  const version = out.trim().replace(/^\D*/, "");
  if (exitCode === 0) return { kind: "found", program, version, closesNamespaces };
  const fault = talk.trim().split("\n")[0] || `it ended with ${exitCode}`;
  return { kind: "missing", reason: explainRefusal(fault.replace(/^bwrap: /, ""), readKernelFacts()) };
}

function tryNow(command: readonly string[]): ProgramEnd {
  try {
    const { exitCode, stdout, stderr } = Bun.spawnSync([...command], {
      env: environment,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      timeout: probeMilliseconds,
    });
    return { exitCode, out: stdout.toString(), talk: stderr.toString() };
  } catch (error) {
    return { exitCode: 127, out: "", talk: errorText(error) };
  }
}
