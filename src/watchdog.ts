import type { Activity } from "./domain/activity.ts";
import { Problem } from "./domain/problem.ts";
import { startInterval } from "./domain/timers.ts";
import { type WatchMemory, watchMemory } from "./watch-memory.ts";
import type { WatchdogAnswer, WatchdogOrder } from "./watchdog-worker.ts";

/** A thread that sees whether the main thread turns, and ends the program when it does not. Disposal ends the thread. */
export type Watchdog = Disposable & {
  readonly activity: Activity;
  /** What was noted last. */
  read: WatchMemory["read"];
  /** Keeps why the service is not ready, for whoever asks the thread. */
  setFault(cause: string): void;
  /** Where the thread answers supervisors. */
  readonly healthUrl?: string;
};

export type WatchdogOptions = {
  readonly dataDirectory: string;
  /** How long the main thread may be silent; 0 for as long as it likes. */
  readonly limitSeconds: number;
  readonly logFormat: "json" | "text";
  /** `HOST:PORT`; port 0 takes a free one. */
  readonly healthAddress?: string;
};

/** The main thread is called silent after this long, or after half of its limit: 10 s. */
const silentMilliseconds = 10_000;
/** Each thread wakes up so often; more often for a short limit. */
const longestBeatMilliseconds = 500;
const beatsOfLimit = 40;
/** How long the thread may take to start. */
const unlimitedMilliseconds = 60_000;

/** Starts to watch this thread. Throws `unavailable` when nothing can listen at the address for health. */
export async function startWatchdog(options: WatchdogOptions): Promise<Watchdog> {
  const memory = watchMemory();
  const limitMilliseconds = options.limitSeconds === 0 ? unlimitedMilliseconds : options.limitSeconds * 1000;
  const beatMilliseconds = Math.min(longestBeatMilliseconds, Math.ceil(limitMilliseconds / beatsOfLimit));
  const worker = new Worker(new URL("./watchdog-worker.ts", import.meta.url).href);
  worker.unref();
  const beat = startInterval(beatMilliseconds, memory.turn).unref();
  const stop = () => {
    beat.clear();
    worker.terminate();
  };
  const order: WatchdogOrder = {
    memory: memory.buffer,
    dataDirectory: options.dataDirectory,
    beatMilliseconds,
    silentLooks: Math.ceil(Math.min(silentMilliseconds, limitMilliseconds / 2) / beatMilliseconds),
    lastLooks: options.limitSeconds === 0 ? 0 : Math.ceil(limitMilliseconds / beatMilliseconds),
    logFormat: options.logFormat,
    ...(options.healthAddress === undefined ? {} : { health: parseAddress(options.healthAddress) }),
  };
  try {
    const answer = await ask(worker, order);
    if (answer.kind === "failed") {
      const address = options.healthAddress;
      throw new Problem("unavailable", `Cannot listen at --health-address ${address}: ${answer.cause}`);
    }
    const { healthUrl } = answer;
    return {
      activity: memory,
      read: memory.read,
      setFault: memory.setFault,
      ...(healthUrl === undefined ? {} : { healthUrl }),
      [Symbol.dispose]: stop,
    };
  } catch (error) {
    stop();
    throw error;
  }
}

function parseAddress(text: string): { readonly host: string; readonly port: number } {
  const colon = text.lastIndexOf(":");
  return { host: text.slice(0, colon).replaceAll(/^\[|\]$/g, ""), port: Number(text.slice(colon + 1)) };
}

async function ask(worker: Worker, order: WatchdogOrder): Promise<WatchdogAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<WatchdogAnswer>();
  const listening = new AbortController();
  const options = { signal: listening.signal, once: true };
  worker.addEventListener("message", (event: MessageEvent<WatchdogAnswer>) => resolve(event.data), options);
  worker.addEventListener("error", (event) => reject(new Error(event.message)), options);
  worker.postMessage(order);
  try {
    return await promise;
  } finally {
    listening.abort();
  }
}
