import type { Arguments, Io } from "./cli/command.ts";
import type { ConfigDeps } from "./cli/server/config.ts";
import { type Config, ConfigSchema } from "./config/config.ts";
import {
  type ConfigSources,
  configFaults,
  flagOf,
  givenSettings,
  readConfig,
  strangeVariables,
} from "./config/read-config.ts";
import type { Clock } from "./domain/waiting/clock.ts";
import { settingOptions } from "./setting-options.ts";
import { sampleConfig, showChangeable, showConfig } from "./show-config.ts";

/** Builds what the command that shows the settings needs. */
export function configDeps(clock: Clock): ConfigDeps {
  return {
    settingOptions: settingOptions(),
    show: (args: Arguments, io: Io) => showConfig(configOf(args, io), givenSettings(sourcesOf(args, io))),
    check: async (args: Arguments, io: Io) => {
      const faults = [...configFaults(sourcesOf(args, io)), ...strangeVariables(io.environment)];
      if (faults.length > 0) return faults;
      const { settingFaults } = await import("./app.ts");
      return settingFaults(configOf(args, io), clock);
    },
    sample: sampleConfig,
  };
}

/** Reads the configuration of a command: its flags, then the environment, then its file. */
export function configOf(args: Arguments, io: Io): Config {
  return readConfig(sourcesOf(args, io));
}

/** Builds how a running service reads its settings again, and shows those that hold with what gave each. */
export function settingSources(args: Arguments, io: Io) {
  return {
    readAgain: () => configOf(args, io),
    shownSettings: (config: Config) => showChangeable(config, givenSettings(sourcesOf(args, io))),
  };
}

function sourcesOf(args: Arguments, io: Io): ConfigSources {
  const names = Object.keys(ConfigSchema.entries);
  const flags = Object.fromEntries(names.map((name) => [name, flagValue(args.options[flagOf(name)])]));
  const file = args.options.config;
  return { flags, environment: io.environment, ...(typeof file === "string" ? { file } : {}) };
}

/** Joins a list: it may have commas, or repeat its flag. */
function flagValue(value: Arguments["options"][string]): unknown {
  return Array.isArray(value) ? value.join() : value;
}
