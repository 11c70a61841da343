import type { Config } from "../config/config.ts";
import { Problem } from "../domain/problem.ts";
import type { Clock } from "../domain/waiting/clock.ts";
import { readTelling } from "./facts/telling.ts";
import { lookAtProvider, openIdentities } from "./identities.ts";
import { readTls, tlsFilesOf } from "./listening/tls.ts";

/**
 * Lists why a service with these settings would not start, a sentence each: settings that do not fit together, and files of
 * certificates and secrets that this user cannot use. Where all fits, the provider of identities is asked, too; nobody else is.
 */
export async function settingFaults(config: Config, clock: Clock): Promise<readonly string[]> {
  const faults = await startFaults(config, clock);
  return faults.length > 0 ? faults : ((await lookAtProvider(config, clock)) ?? []);
}

/** Lists the same without asking anybody: why a start with these settings would fail by themselves. */
export async function startFaults(config: Config, clock: Clock): Promise<readonly string[]> {
  const looks = [() => lookAtTls(config, clock), () => lookAtIdentities(config, clock), () => readTelling(config)];
  const faults: string[] = [];
  for (const look of looks) {
    try {
      await look();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      faults.push(error.message);
    }
  }
  return faults;
}

async function lookAtTls(config: Config, clock: Clock): Promise<void> {
  const files = tlsFilesOf(config);
  if (files !== undefined) await readTls(files, clock.now());
}

async function lookAtIdentities(config: Config, clock: Clock): Promise<void> {
  const identities = await openIdentities(config, clock);
  identities[Symbol.dispose]();
}
