import { existsSync } from "node:fs";
import type { Config } from "../config/config.ts";
import { Problem } from "../domain/problem.ts";
import { readSecretKey } from "../files/disk/secret-key.ts";
import { type Layout, secretKeyFile } from "../files/layout.ts";
import type { Database } from "../store/database/database.ts";
import { countSealed } from "../store/database/sealed.ts";

type Deps = { readonly config: Config; readonly layout: Layout; readonly database: Database };

/**
 * Reads the secret key, or makes one from `fresh` where nothing is sealed yet. Throws `unavailable` when it is missing beside
 * rows that were sealed: a new one could not open them.
 */
export async function openSecretKey({ config, layout, database }: Deps, fresh: Uint8Array): Promise<Uint8Array> {
  const file = config.secretFile ?? secretKeyFile(layout);
  if (!existsSync(file)) await refuseSealed(database, file);
  return readSecretKey(file, fresh);
}

async function refuseSealed(database: Database, file: string): Promise<void> {
  const sealed = await countSealed(database);
  if (sealed === 0) return;
  throw new Problem(
    "unavailable",
    `Cannot start: found ${sealed} credentials or addresses in the database that were encrypted, and no key in "${file}", wanted the key back; to give them up, put a new one there (openssl rand -hex 32)`,
  );
}
