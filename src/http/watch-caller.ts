import type { JoinedSignal } from "../domain/joined-signal.ts";
import type { Logger } from "../domain/logger.ts";
import { Problem } from "../domain/problem.ts";
import { startInterval } from "../domain/timers.ts";
import type { Authenticator, Caller } from "../operations/manage-keys.ts";

/** How often it is looked whether a caller still is who it was. */
const lookMilliseconds = 400;

/** Looks from time to time whether a caller still is who it was, and aborts the signal when not. Disposal ends the looks. */
export function watchCaller(
  deps: { readonly authenticate: Authenticator; readonly logger: Logger },
  authorization: string | undefined,
  caller: Caller,
): JoinedSignal {
  const gone = new AbortController();
  const timer = startInterval(lookMilliseconds, () => {
    isStill(deps.authenticate, authorization, caller).then(
      (still) => still || gone.abort(),
      // Who somebody is cannot be told for the moment: the next look will.
      (error: unknown) => deps.logger.warn("Cannot check whether a key is still valid", { error }),
    );
  }).unref();
  const stop = () => timer.clear();
  gone.signal.addEventListener("abort", stop, { once: true });
  return { signal: gone.signal, [Symbol.dispose]: stop };
}

async function isStill(
  authenticate: Authenticator,
  authorization: string | undefined,
  caller: Caller,
): Promise<boolean> {
  try {
    const now = await authenticate(authorization);
    if (now.kind === "stranger" || caller.kind === "stranger") return now.kind === caller.kind;
    return now.principal.user === caller.principal.user && now.principal.role === caller.principal.role;
  } catch (error) {
    if (error instanceof Problem && error.kind === "unauthorized") return false;
    throw error;
  }
}
