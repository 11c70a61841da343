import { readFileSync } from "node:fs";
import * as v from "valibot";
import { parse as parseYaml } from "yaml";
import { type Config, ConfigSchema } from "./config.ts";
import { isJsonObject, type Json, type JsonObject } from "./domain/json.ts";
import { nearNames } from "./domain/near-names.ts";
import { errorText, Problem } from "./domain/problem.ts";
import { textOf } from "./files/read-text.ts";

/** Where a setting may be given. Flags win over the environment, that over the file, that over the default. */
export type ConfigSources = {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file?: string;
};

/** Names the flag of a setting, without its dashes. */
export function flagOf(setting: string): string {
  return setting.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Names the environment variable of a setting. */
export function variableOf(setting: string): string {
  return `HEDDLE_${flagOf(setting).replaceAll("-", "_").toUpperCase()}`;
}

/**
 * Reads the configuration. Throws `invalid-parameter-value` naming the setting, where it was given, what was found and
 * what was wanted.
 */
export function readConfig(sources: ConfigSources): Config {
  const fromFile = sources.file === undefined ? {} : readConfigFile(sources.file);
  const names = Object.keys(ConfigSchema.entries);
  const given = new Map<string, { readonly origin: string; readonly value: unknown }>();
  for (const name of names) {
    const flag = sources.flags[name];
    const variable = sources.environment[variableOf(name)];
    if (flag !== undefined) given.set(name, { origin: `--${flagOf(name)}`, value: flag });
    else if (variable !== undefined) given.set(name, { origin: variableOf(name), value: variable });
    else if (fromFile[name] !== undefined)
      given.set(name, { origin: `${name} in "${sources.file}"`, value: fromFile[name] });
  }
  const values = Object.fromEntries([...given].map(([name, { value }]) => [name, value]));
  const outcome = v.safeParse(ConfigSchema, values);
  if (outcome.success) return Object.freeze(outcome.output);
  const [issue] = outcome.issues;
  const origin = given.get(String(issue.path?.[0].key))?.origin ?? "configuration";
  const found = withoutPassword(JSON.stringify(given.get(String(issue.path?.[0].key))?.value));
  throw new Problem("invalid-parameter-value", `Cannot use ${origin}: found ${found}, wanted ${issue.message}`);
}

/** Gives the settings of a file by their names; the file may write them as the flags are spelt. */
function readConfigFile(file: string): JsonObject {
  const names = Object.keys(ConfigSchema.entries);
  const settings = new Map<string, Json>();
  for (const [written, value] of Object.entries(parseConfigFile(file))) {
    const name = names.find((one) => written === one || written === flagOf(one));
    if (name === undefined) throw refuse(file, `found "${written}", ${meant(written, names)}`);
    if (settings.has(name)) throw refuse(file, `found both "${name}" and "${flagOf(name)}", wanted one of them`);
    settings.set(name, value);
  }
  return Object.fromEntries(settings);
}

/** Words the settings that somebody may have meant, else all that there are. */
function meant(written: string, names: readonly string[]): string {
  const near = nearNames(written.replaceAll("_", "-"), [...names, ...names.map(flagOf)])[0];
  if (near !== undefined) return `did you mean "${near}"?`;
  return `wanted one of ${names.join(", ")}`;
}

function refuse(file: string, detail: string, cause?: unknown): Problem {
  return new Problem("invalid-parameter-value", `Cannot read configuration "${file}": ${detail}`, { cause });
}

function parseConfigFile(file: string): JsonObject {
  let content: unknown;
  try {
    content = parseYaml(textOf(readFileSync(file))) ?? {};
  } catch (cause) {
    // What the reader of YAML says goes on with a picture of the place.
    throw refuse(file, errorText(cause).replace(/:?\n[\s\S]*/, ""), cause);
  }
  if (isJsonObject(content)) return content;
  throw refuse(file, "found no map of settings");
}

/** What goes to the screen may be kept by somebody. */
function withoutPassword(text: string | undefined): string | undefined {
  return text?.replaceAll(/(:\/\/[^/:@\s]*):[^\s"]*@/g, "$1:...@");
}
