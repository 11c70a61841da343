/** One signal for several. Disposal lets go of them. */
export type JoinedSignal = Disposable & { readonly signal: AbortSignal };

/**
 * Joins signals to one that is aborted with the first of them, which lets go of all. `AbortSignal.any` cannot be told to: what
 * it makes of a signal that lives as long as the server is never freed.
 */
export function joinSignals(signals: readonly AbortSignal[]): JoinedSignal {
  const joined = new AbortController();
  const letGo = () => {
    for (const one of signals) one.removeEventListener("abort", abort);
  };
  const abort = () => {
    letGo();
    joined.abort(signals.find((one) => one.aborted)?.reason);
  };
  for (const one of signals) one.addEventListener("abort", abort);
  if (signals.some((one) => one.aborted)) abort();
  return { signal: joined.signal, [Symbol.dispose]: letGo };
}
