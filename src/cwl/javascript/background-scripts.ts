import { onAbort } from "../../domain/waiting/on-abort.ts";
import { createSlots } from "../../domain/waiting/slots.ts";
import { startTimer, type Timer } from "../../domain/waiting/timers.ts";
import type { ScriptRequest } from "./expression-worker.ts";
import type { ScriptEnd } from "./interpreter.ts";

/** Runs scripts in a thread of their own, one after the other. Disposal ends the thread. */
export type BackgroundScripts = Disposable & {
  /** Runs a script to its end. Rejects with the signal's reason as soon as it is aborted. */
  run(request: ScriptRequest, signal: AbortSignal): Promise<ScriptEnd>;
};

/** How long the thread is kept when nobody needs it: starting it takes some tens of milliseconds. */
const idleMilliseconds = 10_000;

/**
 * What a thread may take besides the time of its script: to start, and for what cannot be interrupted. Then it is ended
 * from outside.
 */
const marginMilliseconds = 5_000;

const oneOfMany = { cores: 0, memoryMebibytes: 0 };

/** Creates the background of an engine; the thread starts with the first script. */
export function createBackgroundScripts(): BackgroundScripts {
  const turns = createSlots({ slots: 1, ...oneOfMany });
  let worker: Worker | undefined;
  let idle: Timer | undefined;
  const stop = () => {
    idle?.clear();
    worker?.terminate();
    worker = undefined;
  };
  return {
    async run(request, signal) {
      using _turn = await turns.take(oneOfMany, signal);
      idle?.clear();
      worker ??= startWorker();
      const end = await ask(worker, request, signal);
      // Whoever has not answered is still busy, or is no more.
      if (end === undefined) stop();
      else idle = startTimer(idleMilliseconds, stop).unref();
      signal.throwIfAborted();
      return end ?? { kind: "late" };
    },
    [Symbol.dispose]: stop,
  };
}

/** It does not keep the program from ending. */
function startWorker(): Worker {
  const worker = new Worker(new URL("./expression-worker.ts", import.meta.url).href);
  worker.unref();
  return worker;
}

/** Waits for the answer; undefined when there is none in time, or nobody waits for it any more. Throws when the thread breaks. */
async function ask(worker: Worker, request: ScriptRequest, signal: AbortSignal): Promise<ScriptEnd | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<ScriptEnd | undefined>();
  const listening = new AbortController();
  const options = { signal: listening.signal };
  const giveUp = () => resolve(undefined);
  worker.addEventListener("message", (event: MessageEvent<ScriptEnd>) => resolve(event.data), options);
  worker.addEventListener("error", (event) => reject(new Error(event.message)), options);
  using _stop = onAbort(signal, giveUp);
  const timer = startTimer(request.limits.timeMilliseconds + marginMilliseconds, giveUp);
  worker.postMessage(request);
  try {
    return await promise;
  } finally {
    timer.clear();
    listening.abort();
  }
}
