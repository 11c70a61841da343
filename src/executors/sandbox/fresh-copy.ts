import { statSync } from "node:fs";
import type { Logger } from "../../domain/logger.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { type CopyRequest, copyPublic, type PublicCopy } from "./public-copy.ts";

/** A copy that is brought in line with its original while somebody asks for it. Disposal ends that. */
export type FreshCopy = AsyncDisposable & {
  /** The copy as it was made last; undefined before the first one: then the original must do. */
  current(): PublicCopy | undefined;
  /** Resolves when the copy is as new as it can be; undefined when it is already. One that cannot be made is logged. */
  renewed(): Promise<void> | undefined;
};

/** A copy is fresh for so long; */
const freshMilliseconds = 60_000;
/** and made anew after so long, when it is wanted then. */
const renewMilliseconds = 30_000;
/** One that is not fresh any more is made anew at most so often; meanwhile the one before does. */
const staleMilliseconds = 1000;

type Made = { readonly copy: PublicCopy; readonly at: number; readonly changed: number };

/** Keeps a copy of a directory without what others may not read, by `copyPublic`. Nothing is done before it is asked for. */
export function keepFreshCopy(
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  request: Pick<CopyRequest, "source" | "directory" | "isHidden">,
): FreshCopy {
  const stopping = new AbortController();
  let made: Made | undefined;
  let begunAt = Number.NEGATIVE_INFINITY;
  let isRenewing = false;
  let renewing = Promise.resolve();
  const renew = async () => {
    const changed = changeTime(request.source);
    const copy = await copyPublic({ ...request, isKnown: made !== undefined, signal: stopping.signal });
    made = { copy, at: begunAt, changed };
  };
  const begin = () => {
    begunAt = clock.elapsed();
    isRenewing = true;
    renewing = renew()
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) logger.warn("Cannot copy what tools see of a directory", { error });
      })
      .finally(() => {
        isRenewing = false;
      });
  };
  return {
    current: () => made?.copy,
    renewed() {
      const now = clock.elapsed();
      const isFresh =
        made !== undefined && now - made.at < freshMilliseconds && made.changed === changeTime(request.source);
      // What has failed a moment ago would fail again.
      const pause = isFresh ? renewMilliseconds : staleMilliseconds;
      if (!isRenewing && !stopping.signal.aborted && now - begunAt >= pause) begin();
      return isFresh || !isRenewing ? undefined : renewing;
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await renewing;
    },
  };
}

/**
 * Tells when something was added, removed or replaced directly in a directory, in milliseconds since 1970: accounts and
 * resolvers of names are, in /etc. 0 where there is none.
 */
export function changeTime(directory: string): number {
  return statSync(directory, { throwIfNoEntry: false })?.ctimeMs ?? 0;
}
