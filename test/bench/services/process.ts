import type { Place } from "./service.ts";

/** A process that this program started. */
export type Started = AsyncDisposable & { readonly pid: number; readonly seconds: number };

/** Starts a server and waits for an answer of success, thirty seconds at most. Throws with what it wrote. */
export async function startProcess(
  command: readonly string[],
  options: {
    readonly url: string;
    readonly directory: Place["directory"];
    readonly environment?: Readonly<Record<string, string>>;
  },
): Promise<Started> {
  const before = performance.now();
  const log = `${options.directory}/server.log`;
  const child = Bun.spawn([...command], {
    cwd: options.directory,
    env: { PATH: process.env.PATH ?? "", ...options.environment },
    stdin: "ignore",
    stdout: "ignore",
    stderr: Bun.file(log),
  });
  const end = async () => {
    child.kill();
    const killing = setTimeout(() => child.kill("SIGKILL"), 5000);
    await child.exited;
    clearTimeout(killing);
  };
  while (performance.now() - before < 30_000 && child.exitCode === null) {
    const answer = await fetch(options.url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok === true) {
      return { pid: child.pid, seconds: (performance.now() - before) / 1000, [Symbol.asyncDispose]: end };
    }
    await Bun.sleep(2);
  }
  await end();
  throw new Error(`No answer from ${command[0]}: ${(await Bun.file(log).text()).trim().slice(-500)}`);
}

/** Runs a command to its end, two minutes at most, and returns what it printed. Throws with what it wrote when it fails. */
export async function runToEnd(
  command: readonly string[],
  options: { readonly cwd?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const child = Bun.spawn([...command], {
    cwd: options.cwd ?? "/",
    env: { PATH: process.env.PATH ?? "", ...options.environment },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: 120_000,
  });
  const [out, error, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (exitCode !== 0)
    throw new Error(`"${command.join(" ")}" ended with ${exitCode}: ${(error + out).trim().slice(-500)}`);
  return out;
}
