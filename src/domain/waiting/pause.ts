import { sleep } from "./timers.ts";

/** Waits, and ends early, without an error, when the signal is aborted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
