import type { Config } from "../../config/config.ts";
import { isExposed } from "../../config/exposure.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Bubblewrap } from "../../executors/sandbox/bubblewrap.ts";
import { readSecretKey } from "../../files/disk/secret-key.ts";
import { readTelling } from "../facts/telling.ts";
import { openGate } from "../gate.ts";
import { openIdentities } from "../identities.ts";
import { refuseOpenDoor, refuseOpenTools } from "../listening/door.ts";

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
