import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildExecutable } from "../../src/build.ts";
import { untilFinished } from "../support/jobs.ts";
import { killPoints, runKilled } from "../support/machine/kill-stages.ts";
import { submitRemote } from "../support/servers/providers.ts";
import type { PeerContext } from "./peer.ts";

/** Throws unless two JSON values are the same. */
export function expectSame(found: unknown, wanted: unknown): void {
  if (Bun.deepEquals(found, wanted)) return;
  throw new Error(`found ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
}

/** Waits until a server answers. Throws with what it wrote when it ends instead. */
export async function untilAnswers(url: string, child: Bun.Subprocess<"ignore", "ignore", "pipe">): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null)
      throw new Error(`ended with ${child.exitCode}: ${await new Response(child.stderr).text()}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return;
    await sleep(100);
  }
  throw new Error(`no answer from ${url}`);
}

/** Finds a port that nobody listens on. */
export function freePort(): number {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const { port } = server;
  server.stop(true);
  if (port === undefined) throw new Error("no free port");
  return port;
}

/** Counts the lines of a file, which need not be there yet. */
export async function countLines(path: string): Promise<number> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.split("\n").length - 1;
}

/** Runs a process of the provider "peer" and gives its results by value. */
export async function resultsOf(url: string, process: string, inputs: unknown, outputs?: unknown): Promise<unknown> {
  const job = await submitRemote(url, "peer", process, { inputs, ...(outputs === undefined ? {} : { outputs }) });
  const last = (await untilFinished(url, job)).at(-1);
  if (last?.status !== "successful") throw new Error(`${last?.status}: ${last?.message}`);
  return (await fetch(`${url}/jobs/${job}/results`)).json();
}

/** Kills our server once in each stage of a job on the provider; the peer's own count tells how often it was started. */
export async function checkKills(
  { check, directory }: PeerContext,
  provider: Readonly<Record<string, unknown>>,
  run: { readonly process: string; readonly body: Readonly<Record<string, unknown>>; starts(): Promise<number> },
): Promise<void> {
  const executable = await buildExecutable(join(directory, "heddle-failpoints"), "failpoints");
  for (const { point, isUnknowable } of killPoints) {
    await check(`killed at ${point}`, async () => {
      const before = await run.starts();
      const end = await runKilled({ executable, provider, process: run.process, body: run.body }, point);
      const starts = (await run.starts()) - before;
      if (isUnknowable !== true) expectSame([end.status, starts], ["successful", 1]);
      else {
        expectSame([end.status, starts], ["failed", 0]);
        if (end.message?.includes("cannot be known") !== true) throw new Error(String(end.message));
      }
    });
  }
}
