import { userInfo } from "node:os";
import type { Config } from "../config/config.ts";
import type { Logger } from "../domain/logger.ts";
import { localOperator } from "../domain/people/audit.ts";
import type { Clock } from "../domain/waiting/clock.ts";
import { createLayout, databaseFile } from "../files/layout.ts";
import { refuseMissingDatabase } from "../files/missing-database.ts";
import type { KeyDeps } from "../operations/people/manage-keys.ts";
import { type Database, openDatabase } from "../store/database/database.ts";

type StoreDeps = { readonly clock: Clock; readonly logger: Logger };

/** Opens the database of a data directory. */
export function openStore(config: Config, deps: StoreDeps): Promise<Database> {
  return openDatabase({ file: databaseFile({ dataDirectory: config.data }), ...deps });
}

/** Opens the database for the commands that manage keys, beside a server that may be running. */
export async function openKeyStore(
  config: Config,
  { newSecret, ...deps }: StoreDeps & Pick<KeyDeps, "newSecret">,
): Promise<KeyDeps & AsyncDisposable> {
  await refuseMissingDatabase(createLayout(config.data, config.outputsDir, config.workDir));
  const database = await openStore(config, deps);
  const user = userInfo().username;
  // A user of the machine may have no name, as in a container.
  const actor = { ...localOperator, ...(user === "unknown" ? {} : { user }) };
  const { clock } = deps;
  return { database, clock, newSecret, actor, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
}
