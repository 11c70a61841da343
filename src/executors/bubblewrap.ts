import { errorText } from "../domain/problem.ts";
import { resolveProgram } from "./resolve-program.ts";

/** The program that makes sandboxes, or why there is none. */
export type Bubblewrap =
  | { readonly kind: "found"; readonly program: string; readonly version: string }
  | { readonly kind: "missing"; readonly reason: string };

/** A probe that takes longer hangs. */
const probeMilliseconds = 10_000;

/**
 * Finds bubblewrap and tries it: many machines forbid what it needs (user namespaces), most of all inside containers.
 */
export function findBubblewrap(): Bubblewrap {
  const program = resolveProgram("bwrap", { PATH: "/usr/bin:/bin:/usr/local/bin" }, "/");
  if (program === undefined) return { kind: "missing", reason: "bubblewrap (bwrap) is not installed" };
  const attempt = probe([
    ...[program, "--unshare-all", "--die-with-parent", "--as-pid-1", "--cap-drop", "ALL"],
    ...["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--", "/bin/sh", "-c", "exit 0"],
  ]);
  if (attempt.fault !== undefined)
    return { kind: "missing", reason: `bubblewrap does not work here: ${attempt.fault}` };
  const version = probe([program, "--version"]).out.replace(/^\D*/, "");
  return { kind: "found", program, version };
}

function probe(command: readonly string[]): { readonly out: string; readonly fault?: string } {
  try {
    const done = Bun.spawnSync([...command], {
      env: { PATH: "/usr/bin:/bin" },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      timeout: probeMilliseconds,
    });
    const out = done.stdout.toString().trim();
    if (done.exitCode === 0) return { out };
    return { out, fault: done.stderr.toString().trim().split("\n")[0] || `it ended with ${done.exitCode}` };
  } catch (error) {
    return { out: "", fault: errorText(error) };
  }
}
