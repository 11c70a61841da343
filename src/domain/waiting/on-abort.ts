/**
 * Does something once when a signal is aborted, at once when it is already: one that is aborted tells nobody who comes later.
 * Disposal lets go of the signal.
 */
export function onAbort(signal: AbortSignal | undefined, act: () => void): Disposable {
  if (signal?.aborted === true) act();
  else signal?.addEventListener("abort", act, { once: true });
  return { [Symbol.dispose]: () => signal?.removeEventListener("abort", act) };
}
