import { defined } from "./domain/defined.ts";
import type { Activity } from "./domain/figures/activity.ts";
import { Problem } from "./domain/problem.ts";
import { startInterval } from "./domain/waiting/timers.ts";
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
/** What the times are derived from when there is no limit. */
const unlimitedMilliseconds = 60_000;

/** A thread that will watch: it starts while the service does other things. Disposal ends it. */
export type WatchdogThread = Disposable & {
  /** Starts to watch the calling thread. Throws `unavailable` when nothing can listen at the address for health. */
  watch(options: WatchdogOptions): Promise<Watchdog>;
};

/** Starts the thread; it watches nothing before it is told. */
export function startWatchdogThread(): WatchdogThread {
  const worker = new Worker(new URL("./watchdog-worker.ts", import.meta.url).href);
  worker.unref();
  return {
    watch: (options) => watch(worker, options),
    [Symbol.dispose]: () => worker.terminate(),
  };
}

async function watch(worker: Worker, options: WatchdogOptions): Promise<Watchdog> {
  const memory = watchMemory();
  const limitMilliseconds = options.limitSeconds === 0 ? unlimitedMilliseconds : options.limitSeconds * 1000;
  const beatMilliseconds = Math.min(longestBeatMilliseconds, Math.ceil(limitMilliseconds / beatsOfLimit));
  const answer = await ask(worker, orderOf(options, memory, { beatMilliseconds, limitMilliseconds }));
  if (answer.kind === "failed") {
    throw new Problem("unavailable", `Cannot listen at --health-address ${options.healthAddress}: ${answer.cause}`);
  }
  const beat = startInterval(beatMilliseconds, memory.turn).unref();
  const { healthUrl } = answer;
  return {
    activity: memory,
    read: memory.read,
    setFault: memory.setFault,
    ...defined({ healthUrl }),
    [Symbol.dispose]() {
      beat.clear();
      worker.terminate();
    },
  };
}

function orderOf(
  { dataDirectory, limitSeconds, logFormat, healthAddress }: WatchdogOptions,
  memory: WatchMemory,
  { beatMilliseconds, limitMilliseconds }: { readonly beatMilliseconds: number; readonly limitMilliseconds: number },
): WatchdogOrder {
  return {
    memory: memory.buffer,
    dataDirectory,
    beatMilliseconds,
    silentLooks: Math.ceil(Math.min(silentMilliseconds, limitMilliseconds / 2) / beatMilliseconds),
    lastLooks: limitSeconds === 0 ? 0 : Math.ceil(limitMilliseconds / beatMilliseconds),
    logFormat,
    ...(healthAddress === undefined ? {} : { health: parseAddress(healthAddress) }),
  };
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
