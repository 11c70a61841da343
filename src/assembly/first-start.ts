import type { Config } from "../config.ts";
import type { Clock } from "../domain/clock.ts";
import type { Bubblewrap } from "../executors/sandbox/bubblewrap.ts";
import { isExposed } from "../exposure.ts";
import { readSecretKey } from "../files/secret-key.ts";
import { refuseOpenDoor, refuseOpenTools } from "./door.ts";
import { openGate } from "./gate.ts";
import { openIdentities } from "./identities.ts";
import { readTelling } from "./telling.ts";

/**
 * Refuses, before there is a new database, what would end the start after it was made: then nothing of it stays. A key file
 * that is named and not there is made from `fresh`, when all else is well.
 */
export async function refuseFirstStart(
  { config, clock }: { readonly config: Config; readonly clock: Clock },
  search: Promise<Bubblewrap>,
  fresh: Uint8Array,
): Promise<void> {
  refuseOpenDoor(config, false);
  openGate(config);
  using _identities = await openIdentities(config, clock);
  await readTelling(config);
  refuseOpenTools(config, isExposed(config, false), await search);
  if (config.secretFile !== undefined) await readSecretKey(config.secretFile, fresh);
}
