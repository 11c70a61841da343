import { statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Logger } from "../../domain/logger.ts";
import type { Condition } from "../../domain/waiting/condition.ts";
import { startInterval } from "../../domain/waiting/timers.ts";
import { ifExists, ifFound } from "../../files/disk/file-errors.ts";

/** A file that must stay where it is while the service runs. */
export type WatchedFile = {
  readonly path: string;
  /** What the service loses with it. */
  readonly loses: string;
  /** It never becomes shorter by itself: somebody wrote over it then. */
  readonly onlyGrows?: boolean;
  /** Told what became of it, and with `undefined` that it is there again. */
  readonly onChange?: (cause: string | undefined) => void;
};

export type RemovedFilesDeps = { readonly condition: Condition; readonly logger: Logger };

const everyMilliseconds = 1000;

/** Looks each second whether files are still those of the start, by device and inode. While one is not, no job is claimed. */
export function watchFiles(deps: RemovedFilesDeps, files: readonly WatchedFile[]): Disposable {
  const watches = files.map((file) => createWatch(deps, file));
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      for (const watch of watches) await watch();
    } catch (error) {
      deps.logger.error("Cannot look whether files are still there", { error });
    } finally {
      isLooking = false;
    }
  };
  return startInterval(everyMilliseconds, () => void look()).unref();
}

function createWatch({ condition, logger }: RemovedFilesDeps, watched: WatchedFile) {
  const { path, loses, onlyGrows = false, onChange } = watched;
  const first = ifFound(() => statSync(path, { bigint: true }));
  const known = identityOf(first);
  let longest = first?.size ?? 0n;
  let isGone = false;
  return async () => {
    const facts = await ifExists(stat(path, { bigint: true }));
    const now = identityOf(facts);
    const isShorter = onlyGrows && facts !== undefined && facts.size < longest;
    if (now === known && facts !== undefined && facts.size > longest) longest = facts.size;
    if ((now !== known || isShorter) === isGone) return;
    isGone = now !== known || isShorter;
    if (!isGone) {
      condition.report(path, undefined);
      onChange?.(undefined);
      logger.info("A file is again as it should be", { path });
      return;
    }
    // Anybody may ask for the readiness: it tells no path of the server.
    const name = basename(path);
    const found = wordChange(name, now === undefined, now === known);
    const cause = `Cannot go on with jobs: found ${found} while the service runs, wanted it back; ${loses}`;
    condition.report(path, cause, { stopsClaims: true });
    onChange?.(cause);
    logger.error(cause, { path });
  };
}

function wordChange(name: string, isRemoved: boolean, isSame: boolean): string {
  if (isRemoved) return `that ${name} was removed`;
  return isSame ? `that ${name} was cut` : `another file in the place of ${name}`;
}

function identityOf(facts: { readonly dev: bigint; readonly ino: bigint } | undefined): string | undefined {
  return facts === undefined ? undefined : `${facts.dev}:${facts.ino}`;
}
