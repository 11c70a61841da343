import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { ifExists } from "../files/file-errors.ts";
import { removeKeptValues } from "../files/kept-values.ts";
import { valuesDirectory } from "../files/layout.ts";
import { findExecution } from "../store/executions.ts";
import { findJob } from "../store/jobs.ts";
import type { RetentionDeps } from "./retention.ts";

/** Values are written before their row, and an older database may be put back: until then nobody may know them. */
const keptMilliseconds = 30 * 24 * 60 * 60 * 1000;

/** Removes values of no job and no execution: a crash came before their row was written, or before they were removed. */
export async function removeUnknownValues({ database, layout, clock, logger }: RetentionDeps): Promise<void> {
  const directory = valuesDirectory(layout);
  for (const owner of (await ifExists(readdir(directory))) ?? []) {
    const facts = await ifExists(stat(join(directory, owner)));
    if (facts === undefined || clock.now() - facts.mtimeMs < keptMilliseconds) continue;
    if ((await findJob(database, owner)) !== undefined) continue;
    if ((await findExecution(database, owner)) !== undefined) continue;
    await removeKeptValues(layout, owner);
    logger.info("Removed values of no job", { owner });
  }
}
