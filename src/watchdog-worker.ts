import { constants, openSync, writeSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { defined } from "./domain/defined.ts";
import { errorText } from "./domain/problem.ts";
import { startInterval } from "./domain/waiting/timers.ts";
import { noteCrash } from "./files/crash-notes.ts";
import { createLogger } from "./log.ts";
import { type WatchMemory, watchMemory, wordActivity } from "./watch-memory.ts";

/** What the watchdog's thread is told when it starts. */
export type WatchdogOrder = {
  readonly memory: SharedArrayBuffer;
  readonly dataDirectory: string;
  /** How often it looks, and the main thread counts its turns. */
  readonly beatMilliseconds: number;
  /** After so many looks without a turn the main thread is called silent; */
  readonly silentLooks: number;
  /** after so many the program is ended; never when it is 0. */
  readonly lastLooks: number;
  readonly logFormat: "json" | "text";
  readonly health?: { readonly host: string; readonly port: number };
};

/** What it answers once. */
export type WatchdogAnswer =
  | { readonly kind: "watching"; readonly healthUrl?: string }
  | { readonly kind: "failed"; readonly cause: string };

// The program of the thread that `watchdog.ts` starts. Nothing in it waits for the main thread or for the runtime's file pool.
if (parentPort !== null) {
  const port = parentPort;
  port.once("message", (order: WatchdogOrder) => port.postMessage(begin(order)));
}

function begin(order: WatchdogOrder): WatchdogAnswer {
  const memory = watchMemory(order.memory);
  let seen = memory.turns();
  let looks = 0;
  const watch = () => {
    const turns = memory.turns();
    // Its own looks are counted, not the time: a program that was stopped, or a machine that slept, stopped both threads.
    looks = turns === seen ? looks + 1 : 0;
    seen = turns;
    if (order.lastLooks > 0 && looks >= order.lastLooks) endProgram(order, memory);
  };
  const silentSeconds = () => (looks >= order.silentLooks ? Math.round((looks * order.beatMilliseconds) / 1000) : 0);
  try {
    const healthUrl = order.health === undefined ? undefined : serveHealth(order.health, memory, silentSeconds);
    startInterval(order.beatMilliseconds, watch);
    return { kind: "watching", ...defined({ healthUrl }) };
  } catch (error) {
    return { kind: "failed", cause: errorText(error) };
  }
}

/** Answers supervisors on a port of its own: `/healthz` whether the main thread turns, `/readyz` also what it says of itself. */
function serveHealth(
  { host, port }: { readonly host: string; readonly port: number },
  memory: WatchMemory,
  silentSeconds: () => number,
): string {
  const server = Bun.serve({
    hostname: host,
    port,
    fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname !== "/healthz" && pathname !== "/readyz") return answer(404, "found no such path");
      const silent = silentSeconds();
      // What it was at is told in the log only: whoever asks here has not signed in.
      if (silent > 0) return answer(503, `the main thread has not turned for ${silent} s`);
      const { fault } = memory.read();
      if (pathname === "/readyz" && fault !== "") return answer(503, fault);
      return Response.json({ status: "ok" });
    },
  });
  return `http://${host.includes(":") ? `[${host}]` : host}:${server.port}`;
}

function answer(status: number, detail: string): Response {
  const headers = { "content-type": "application/problem+json", "cache-control": "no-store" };
  return new Response(JSON.stringify({ type: "about:blank", title: "Not available", status, detail }), {
    status,
    headers,
  });
}

/** Leaves a note for the next start, says so in the log, and ends the program, which hears nothing else. */
function endProgram(order: WatchdogOrder, memory: WatchMemory): void {
  const activity = memory.read();
  const seconds = Math.round((order.lastLooks * order.beatMilliseconds) / 1000);
  const logger = createLogger({
    level: () => "info",
    format: order.logFormat,
    write: writeLine,
    now: () => Date.now(),
  });
  try {
    if (activity.jobId !== "") noteCrash(order, activity.jobId, activity.doing);
    logger.error(
      `Ended by the watchdog: the main thread had not turned for ${seconds} s, and was at this: ${wordActivity(activity)}`,
    );
  } catch (error) {
    logger.error("Cannot keep what the program was doing when its watchdog ended it", { error });
  } finally {
    process.kill(process.pid, "SIGKILL");
  }
}

/** A reader of the log that does not read must not keep the program from its end: a pipe is opened anew, to write without waiting. */
function writeLine(line: string): void {
  try {
    writeSync(openUnwaiting("/proc/self/fd/2") ?? 2, line);
  } catch (error) {
    // There is nobody left who could be told.
    if (!(error instanceof Error)) throw error;
  }
}

/** Undefined for a socket, which cannot be opened by its name. */
function openUnwaiting(path: string): number | undefined {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return undefined;
  }
}
