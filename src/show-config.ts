import * as v from "valibot";
import type { ShownSetting } from "./cli/server/sample-config.ts";
import { type Config, ConfigSchema } from "./config/config.ts";
import { flagOf, type GivenSetting, shownValue, variableOf } from "./config/read-config.ts";
import { isTakenIn } from "./config/taken-settings.ts";
import type { SettingDocument } from "./domain/documents/system.ts";

type Name = keyof typeof ConfigSchema.entries;

/** Lists the settings of a configuration, each with what gave it, secrets masked. */
export function showConfig(config: Config, given: ReadonlyMap<string, GivenSetting>): readonly ShownSetting[] {
  return names().map((name) => ({
    name,
    about: aboutOf(name),
    value: maskedValue(name, config[name]),
    origin: given.get(name)?.origin ?? "default",
  }));
}

/** Lists the settings of a configuration as `showConfig` does, each with the ways in which it is changed. */
export function showChangeable(config: Config, given: ReadonlyMap<string, GivenSetting>): readonly SettingDocument[] {
  return showConfig(config, given).map((setting) => ({
    ...setting,
    flag: `--${flagOf(setting.name)}`,
    variable: variableOf(setting.name),
    takenInBy: isTakenIn(setting.name) ? "reload" : "restart",
  }));
}

/** Lists the settings with the defaults that do not depend on the machine. */
export function sampleConfig(): readonly ShownSetting[] {
  return names().map((name) => {
    const { default: fallback } = ConfigSchema.entries[name];
    return {
      name,
      about: aboutOf(name),
      value: typeof fallback === "function" ? undefined : fallback,
      origin: "default",
    };
  });
}

function names(): readonly Name[] {
  const isName = (name: string): name is Name => name in ConfigSchema.entries;
  return Object.keys(ConfigSchema.entries).filter(isName);
}

function aboutOf(name: Name): string {
  return v.getDescription(ConfigSchema.entries[name].wrapped) ?? "";
}

function maskedValue(name: Name, value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(shownValue(name, value));
}
