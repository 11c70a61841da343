import { isDeepStrictEqual } from "node:util";
import type { Config } from "../../config/config.ts";
import { isTakenIn } from "../../config/taken-settings.ts";
import type { Logger } from "../../domain/logger.ts";
import { errorText } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Layout } from "../../files/layout.ts";
import { type Reload, writeReload } from "../../files/reload-note.ts";

type Name = keyof Config;

/** Splits the settings that differ into those that a running service takes in, and those that need a restart. */
export function compareConfigs(running: Config, read: Config): { readonly config: Config } & Omit<Reload, "at"> {
  // Both come from one schema: whichever has more members has all that there are.
  const names = new Set([...namesOf(running), ...namesOf(read)]);
  const changed = [...names].filter((name) => !isDeepStrictEqual(running[name], read[name]));
  const kept = Object.fromEntries([...names].filter((name) => !isTakenIn(name)).map((name) => [name, running[name]]));
  return {
    config: { ...read, ...kept },
    taken: changed.filter(isTakenIn),
    needRestart: changed.filter((name) => !isTakenIn(name)),
  };
}

function namesOf(config: Config): readonly Name[] {
  const isName = (name: string): name is Name => name in config;
  return Object.keys(config).filter(isName);
}

export type ReloadDeps = {
  readonly layout: Layout;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Reads the settings from where they came from; throws when something is wrong with them. */
  readAgain(): Config;
  /** Takes in settings. */
  apply(config: Config): Promise<void>;
  /** Lists why a start with these settings would fail. */
  startFaults(config: Config): Promise<readonly string[]>;
};

/**
 * Makes what a service does when it is told to read its settings again. What came of it is logged, and noted in the data directory for who told it.
 * Settings that are wrong change nothing.
 */
export function createReload(deps: ReloadDeps, first: Config): () => Promise<void> {
  const { layout, clock, logger, readAgain, apply, startFaults } = deps;
  let running = first;
  return async () => {
    try {
      const read = readAgain();
      const { config, ...difference } = compareConfigs(running, read);
      // Whoever restarts the service would find it down.
      const restartFaults = difference.needRestart.length === 0 ? [] : await startFaults(read);
      await apply(config);
      running = config;
      logger.info("Read the settings again", difference);
      for (const fault of restartFaults) logger.error(`A restart would fail: ${fault}`);
      await writeReload(layout, { at: clock.now(), ...difference, ...(restartFaults.length > 0 && { restartFaults }) });
    } catch (error) {
      const fault = errorText(error);
      logger.error(`The settings of before stay: ${fault}`);
      await writeReload(layout, { at: clock.now(), taken: [], needRestart: [], fault });
    }
  };
}
