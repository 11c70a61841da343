import type { Logger } from "../../domain/logger.ts";
import { Problem } from "../../domain/problem.ts";
import type { JoinedSignal } from "../../domain/waiting/joined-signal.ts";
import { onAbort } from "../../domain/waiting/on-abort.ts";
import { startInterval, type Timer } from "../../domain/waiting/timers.ts";
import type { Authenticator, Caller, Credentials } from "../../operations/people/authenticate.ts";

/** How often it is looked whether a caller still is who it was. */
const lookMilliseconds = 400;

/** Watches a caller: its signal is aborted when the caller is no longer who it was. Disposal ends the watch. */
export type CallerWatch = (credentials: Credentials, caller: Caller) => JoinedSignal;

type Watched = { readonly credentials: Credentials; readonly caller: Caller; readonly gone: AbortController };

/** Makes the watch of all callers that hold something open: they are looked at together, each key once. */
export function createCallerWatch(deps: {
  readonly authenticate: Authenticator;
  readonly logger: Logger;
}): CallerWatch {
  const watched = new Set<Watched>();
  let timer: Timer | undefined;
  const lookAt = async (all: readonly Watched[]) => {
    const [first] = all;
    if (first === undefined) return;
    try {
      const now = await callerNow(deps.authenticate, first.credentials);
      for (const { caller, gone } of all) if (!isSame(caller, now)) gone.abort();
    } catch (error) {
      // Who somebody is cannot be told for the moment: the next look will.
      deps.logger.warn("Cannot check whether a key is still valid", { error });
    }
  };
  const look = () => {
    const byKey = Map.groupBy(watched, ({ credentials }) => JSON.stringify(credentials));
    for (const all of byKey.values()) void lookAt(all);
  };
  return (credentials, caller) => {
    const one = { credentials, caller, gone: new AbortController() };
    watched.add(one);
    timer ??= startInterval(lookMilliseconds, look).unref();
    const stop = () => {
      watched.delete(one);
      if (watched.size > 0) return;
      timer?.clear();
      timer = undefined;
    };
    onAbort(one.gone.signal, stop);
    return { signal: one.gone.signal, [Symbol.dispose]: stop };
  };
}

/** Who has a key by now; undefined for one that is not valid any more. */
async function callerNow(authenticate: Authenticator, credentials: Credentials): Promise<Caller | undefined> {
  try {
    return await authenticate(credentials);
  } catch (error) {
    // A user may keep the token and have no role any more.
    if (error instanceof Problem && ["unauthorized", "forbidden"].includes(error.kind)) return undefined;
    throw error;
  }
}

function isSame(caller: Caller, now: Caller | undefined): boolean {
  if (now?.kind !== "known" || caller.kind !== "known") return now?.kind === caller.kind;
  return now.principal.user === caller.principal.user && now.principal.role === caller.principal.role;
}
