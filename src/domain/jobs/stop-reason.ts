/**
 * Why something that runs is stopped, as the reason of its signal: its job was dismissed or lost, the server stops (its
 * successor goes on with what runs), another part of it failed, or its time is over.
 */
export type StopReason = "dismissed" | "stopping" | "failed" | "time limit";

/** Stops what listens to a controller. */
export function stopFor(controller: AbortController, reason: StopReason): void {
  controller.abort(reason);
}

/** Tells whether a signal was stopped for a reason. */
export function isStoppedFor(signal: AbortSignal, reason: StopReason): boolean {
  return signal.reason === reason;
}
