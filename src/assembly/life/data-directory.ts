import type { Config } from "../../config/config.ts";
import { refuseOpenElsewhere } from "../../executors/local/open-files.ts";
import { makeDirectories } from "../../files/disk/new-place.ts";
import { createLayout, databaseFile, type Layout } from "../../files/layout.ts";
import { refuseMissingDatabase } from "../../files/missing-database.ts";
import { setLogAside } from "../../store/database/backup.ts";
import { lockDataDirectory } from "../../store/database/lock.ts";

/**
 * Takes the data directory for this service until disposal. Throws `conflict` when another process has it, `unavailable` when its database is
 * missing though files of jobs are there.
 */
export async function takeDataDirectory(
  { data, outputsDir, workDir, host, port, acceptEmptyDatabase }: Config,
  startedAt: number,
): Promise<AsyncDisposable & { readonly layout: Layout }> {
  await using stack = new AsyncDisposableStack();
  const layout = createLayout(data, outputsDir, workDir);
  await makeDirectories(layout);
  stack.use(await lockDataDirectory(layout.dataDirectory, { pid: process.pid, startedAt, address: `${host}:${port}` }));
  await refuseOpenElsewhere(databaseFile(layout), process.pid);
  if (acceptEmptyDatabase) await setLogAside(databaseFile(layout));
  else await refuseMissingDatabase(layout);
  const held = stack.move();
  return { layout, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
