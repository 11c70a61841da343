import { errorText } from "../domain/problem.ts";

/** How a program ended, and what it wrote. */
export type ProgramEnd = { readonly exitCode: number; readonly out: string; readonly talk: string };

/**
 * Runs a program of this machine to its end, with nothing to read and the given environment; kills it after the limit,
 * or at the signal.
 */
export async function runProgram(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  limitMilliseconds: number,
  signal?: AbortSignal,
): Promise<ProgramEnd> {
  return runWith(command, environment, limitMilliseconds, { signal });
}

/** Runs a program as `runProgram` does, and gives it a text to read. */
export async function feedProgram(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  limitMilliseconds: number,
  input: string,
): Promise<ProgramEnd> {
  return runWith(command, environment, limitMilliseconds, { input });
}

async function runWith(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  limitMilliseconds: number,
  { signal, input }: { readonly signal?: AbortSignal | undefined; readonly input?: string },
): Promise<ProgramEnd> {
  try {
    const child = Bun.spawn([...command], {
      env: { ...environment },
      stdin: input === undefined ? "ignore" : Buffer.from(input),
      stdout: "pipe",
      stderr: "pipe",
      timeout: limitMilliseconds,
      killSignal: "SIGKILL",
      ...(signal === undefined ? {} : { signal }),
    });
    const [out, talk, exitCode] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { exitCode, out, talk };
  } catch (error) {
    return { exitCode: 127, out: "", talk: errorText(error) };
  }
}
