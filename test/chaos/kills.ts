import { Database } from "bun:sqlite";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { executable, type RunningServer, startServer } from "../support/servers/executable.ts";
import type { Address } from "./load.ts";

const root = join(import.meta.dir, "..", "..");
const failpoints = join(root, "dist", "heddle-failpoints");

const constants = [
  "JOB_PROGRESS_SETUP",
  "JOB_PROGRESS_DESCRIBE",
  "JOB_PROGRESS_GET_INPUTS",
  "JOB_PROGRESS_GET_OUTPUTS",
  "JOB_PROGRESS_EXECUTE_REQUEST",
  "JOB_PROGRESS_EXECUTE_STATUS_LOCATION",
  "JOB_PROGRESS_EXECUTE_MONITOR_START",
  "JOB_PROGRESS_EXECUTE_MONITOR_LOOP",
  "JOB_PROGRESS_EXECUTE_MONITOR_ERROR",
  "JOB_PROGRESS_EXECUTE_MONITOR_END",
  "JOB_PROGRESS_NOTIFY",
  "JOB_PROGRESS_DONE",
];
const moments = ["before-commit", "after-commit", "after-effect"];

/** How the kills spread. */
export type Spread = {
  /** Kills at a failpoint, by stage and moment. */
  readonly failpoints: Map<string, number>;
  /** Stages in which jobs were when the server was killed at a random moment. */
  readonly random: Map<string, number>;
  /** Kills in the middle of something, by what it was. */
  readonly middles: Map<string, number>;
  /** Failpoints that nothing reached within their time. */
  readonly missed: string[];
  kills: number;
};

/** What every kill is given. */
export type KillDeps = {
  readonly data: string;
  readonly address: Address;
  readonly flags: readonly string[];
  readonly random: () => number;
  readonly spread: Spread;
  /** What the server can be in the middle of, with how that is seen. */
  readonly middles: readonly Middle[];
  /** What is done to a server before it is killed at a random moment. */
  readonly trouble: (index: number, pid: number) => Promise<void>;
};

/** Something that takes its time. */
export type Middle = {
  readonly name: string;
  readonly isSeen: () => boolean;
  /** Called before it is looked for. */
  readonly begin?: () => void;
};

/** The longest life of a server that waits for its failpoint. */
const failpointMilliseconds = 8000;

/** Starts the server, lets it work, and has it killed: by turns at a random moment, at the next failpoint, and in the middle of something. */
export async function killOnce(deps: KillDeps, index: number): Promise<void> {
  deps.spread.kills += 1;
  const turn = Math.floor(index / 3);
  if (index % 3 === 0) return killAtRandom(deps, turn);
  if (index % 3 === 2) return killInTheMiddle(deps, turn);
  const stage = constants[turn % constants.length] ?? "";
  // All moments of all stages come in turn.
  const moment = moments[(turn + Math.floor(turn / constants.length)) % moments.length] ?? "";
  return killAtFailpoint(deps, stage, moment);
}

/** Starts a server of the normal build. */
export async function startNormal(deps: KillDeps): Promise<RunningServer> {
  const server = await startServer(deps.data, deps.flags);
  deps.address.current = server.url;
  return server;
}

async function killInTheMiddle(deps: KillDeps, turn: number): Promise<void> {
  const middle = deps.middles[turn % deps.middles.length];
  if (middle === undefined) return;
  const server = await startNormal(deps);
  // What was begun before goes on for a while: a job that only ever starts is given up after ten crashes.
  await sleep(500);
  middle.begin?.();
  const until = Date.now() + failpointMilliseconds;
  while (!middle.isSeen() && Date.now() < until) await sleep(1);
  const isReached = Date.now() < until;
  // Somewhere in it.
  await sleep(deps.random() * 30);
  await server.stop("SIGKILL");
  deps.address.current = undefined;
  if (isReached) deps.spread.middles.set(middle.name, (deps.spread.middles.get(middle.name) ?? 0) + 1);
  else deps.spread.missed.push(middle.name);
}

async function killAtRandom(deps: KillDeps, turn: number): Promise<void> {
  // Some die while they start.
  if (deps.random() < 0.15) {
    const child = Bun.spawn([executable, "serve", "--port", "0", "--data", deps.data, ...deps.flags], {
      env: {},
      stdio: ["ignore", "ignore", "ignore"],
    });
    await sleep(deps.random() * 150);
    child.kill("SIGKILL");
    await child.exited;
    return countStages(deps);
  }
  const server = await startNormal(deps);
  await sleep(deps.random() ** 2 * 1000);
  try {
    await deps.trouble(turn, server.pid);
  } catch (error) {
    throw new Error(`The server was troubled, and wrote: ${server.talk()}`, { cause: error });
  }
  await sleep(deps.random() ** 2 * 1000);
  await server.stop("SIGKILL");
  deps.address.current = undefined;
  countStages(deps);
}

async function killAtFailpoint(deps: KillDeps, stage: string, moment: string): Promise<void> {
  const times = 1 + Math.floor(deps.random() * 4);
  const name = `${stage}:${moment}`;
  const environment = { HEDDLE_FAILPOINT: `${name}:${times}` };
  let server: RunningServer;
  try {
    server = await startServer(deps.data, deps.flags, { environment, program: failpoints });
  } catch (error) {
    // What it found at its start took it to the failpoint before it listened.
    if (!String(error).includes("ended with 137") && !String(error).includes("ended with null")) throw error;
    deps.spread.failpoints.set(name, (deps.spread.failpoints.get(name) ?? 0) + 1);
    return;
  }
  deps.address.current = server.url;
  const given = AbortSignal.timeout(failpointMilliseconds);
  const late = new Promise<undefined>((resolve) => given.addEventListener("abort", () => resolve(undefined)));
  const code = await Promise.race([server.exited, late]);
  deps.address.current = undefined;
  if (code === undefined) {
    await server.stop("SIGKILL");
    deps.spread.missed.push(name);
  } else if (code === 137) deps.spread.failpoints.set(name, (deps.spread.failpoints.get(name) ?? 0) + 1);
  else throw new Error(`The server ended with ${code}: ${server.talk()}`);
}

function countStages({ data, spread }: KillDeps): void {
  using database = new Database(join(data, "heddle.db"), { readwrite: true, create: false });
  const rows = database
    .query<{ stage: string; count: number }, []>(
      "select case status when 'accepted' then 'accepted' else stage end as stage, count(*) as count from jobs where status in ('accepted', 'running') group by 1",
    )
    .all();
  for (const { stage, count } of rows) spread.random.set(stage, (spread.random.get(stage) ?? 0) + count);
}
