import { dirname, join } from "node:path";

/** The built executable. */
export const executable = join(import.meta.dir, "..", "..", "..", "dist", "heddle");

/** The executable serving, in a process of its own. */
export type RunningServer = AsyncDisposable & {
  readonly url: string;
  readonly pid: number;
  /** Resolves when it has ended, by whatever. */
  readonly exited: Promise<number>;
  /** Ends it by a signal (SIGTERM when not named) and gives its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number>;
  /** What it has written to stderr so far. */
  talk(): string;
};

/**
 * Starts the executable on a free port over a data directory, with nothing else in its environment; resolves when it
 * listens. Throws with what it wrote when it ends instead.
 */
export async function startServer(
  dataDirectory: string,
  flags: readonly string[] = [],
  options: {
    readonly cwd?: string;
    readonly environment?: Readonly<Record<string, string>>;
    readonly program?: string;
    /** Tools see nothing but their inputs, as they do where nobody sets anything. */
    readonly hidesLedgers?: boolean;
  } = {},
): Promise<RunningServer> {
  const child = Bun.spawn(
    [
      options.program ?? executable,
      "serve",
      "--port",
      "0",
      "--data",
      dataDirectory,
      ...(options.hidesLedgers === true ? [] : sandboxFlags(dataDirectory)),
      ...flags,
    ],
    {
      cwd: options.cwd ?? "/",
      env: { ...options.environment },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  let talk = "";
  const listening = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) talk += decoder.decode(chunk, { stream: true });
  })();
  const url = await firstLine(child.stdout);
  if (url === undefined) {
    await Promise.all([child.exited, listening]);
    throw new Error(`The server ended with ${child.exitCode}: ${talk}`);
  }
  const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
    child.kill(signal);
    return child.exited;
  };
  return {
    url,
    pid: child.pid,
    exited: child.exited,
    stop,
    talk: () => talk,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await stop("SIGKILL");
    },
  };
}

/** Tools of tests write beside the data directory, so a sandbox must show that. `HEDDLE_TEST_SANDBOX=off` does without. */
function sandboxFlags(dataDirectory: string): readonly string[] {
  const use = process.env.HEDDLE_TEST_SANDBOX ?? "auto";
  return ["--sandbox", use, "--tool-directories", `${dirname(dataDirectory)}:rw`];
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string | undefined> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return undefined;
    text += decoder.decode(value, { stream: true });
    const end = text.indexOf("\n");
    if (end < 0) continue;
    // Left open on purpose: a closed pipe would end the server at its next line.
    reader.releaseLock();
    return text.slice(0, end);
  }
}

/** Runs a command of the executable to its end. */
export async function runExecutable(
  words: readonly string[],
  options: { readonly cwd?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly exitCode: number; readonly out: string; readonly talk: string }> {
  const child = Bun.spawn([executable, ...words], {
    cwd: options.cwd ?? "/",
    env: { ...options.environment },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, talk, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, out, talk };
}
