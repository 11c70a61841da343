import { statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Condition } from "../domain/condition.ts";
import type { Logger } from "../domain/logger.ts";
import { startInterval } from "../domain/timers.ts";
import { ifExists, ifFound } from "../files/file-errors.ts";

/** A file that must stay where it is while the service runs. */
export type WatchedFile = {
  readonly path: string;
  /** What the service loses with it. */
  readonly loses: string;
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

function createWatch({ condition, logger }: RemovedFilesDeps, { path, loses, onChange }: WatchedFile) {
  const known = identityOf(ifFound(() => statSync(path, { bigint: true })));
  let isGone = false;
  return async () => {
    const now = identityOf(await ifExists(stat(path, { bigint: true })));
    if ((now !== known) === isGone) return;
    isGone = now !== known;
    if (!isGone) {
      condition.report(path, undefined);
      onChange?.(undefined);
      logger.info("A file that had been removed is there again", { path });
      return;
    }
    // Anybody may ask for the readiness: it tells no path of the server.
    const name = basename(path);
    const found = now === undefined ? `that ${name} was removed` : `another file in the place of ${name}`;
    const cause = `Cannot go on with jobs: found ${found} while the service runs, wanted it back; ${loses}`;
    condition.report(path, cause, { stopsClaims: true });
    onChange?.(cause);
    logger.error(cause, { path });
  };
}

function identityOf(facts: { readonly dev: bigint; readonly ino: bigint } | undefined): string | undefined {
  return facts === undefined ? undefined : `${facts.dev}:${facts.ino}`;
}
