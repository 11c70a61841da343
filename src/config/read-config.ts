import { readFileSync } from "node:fs";
import * as v from "valibot";
import { parse as parseYaml } from "yaml";
import { errorText, Problem } from "../domain/problem.ts";
import { isJsonObject, type Json, type JsonObject } from "../domain/values/json.ts";
import { nearNames } from "../domain/words/near-names.ts";
import { textOf } from "../files/disk/read-text.ts";
import { type Config, ConfigSchema } from "./config.ts";

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

/** A setting as it was given: by what, and with which value. */
export type GivenSetting = { readonly origin: string; readonly value: unknown };

/**
 * Reads the configuration. Throws `invalid-parameter-value` naming the setting, where it was given, what was found and
 * what was wanted.
 */
export function readConfig(sources: ConfigSources): Config {
  const given = givenSettings(sources);
  const outcome = v.safeParse(ConfigSchema, valuesOf(given));
  if (outcome.success) return Object.freeze(outcome.output);
  const [issue] = outcome.issues;
  throw new Problem("invalid-parameter-value", `Cannot use ${wordIssue(issue, given)}`);
}

/** Lists what is wrong with the settings, a sentence each. Throws `invalid-parameter-value` for a file that cannot be read. */
export function configFaults(sources: ConfigSources): readonly string[] {
  const given = givenSettings(sources);
  const { issues = [] } = v.safeParse(ConfigSchema, valuesOf(given));
  return issues.map((issue) => wordIssue(issue, given));
}

/** Gives the settings that are given, by their names. Throws `invalid-parameter-value`. */
export function givenSettings({ flags, environment, file }: ConfigSources): ReadonlyMap<string, GivenSetting> {
  const fromFile = file === undefined ? {} : readConfigFile(file);
  const given = new Map<string, GivenSetting>();
  for (const name of settingNames) {
    const flag = flags[name];
    const variable = readVariable(environment, name);
    if (flag !== undefined) given.set(name, { origin: `--${flagOf(name)}`, value: flag });
    else if (variable !== undefined) given.set(name, variable);
    else if (fromFile[name] !== undefined) given.set(name, { origin: `${name} in "${file}"`, value: fromFile[name] });
  }
  return given;
}

const settingNames: readonly string[] = Object.keys(ConfigSchema.entries);
const settingVariables: ReadonlySet<string> = new Set(settingNames.map(variableOf));

/** Reads the variable of a setting, or the file that the variable with `_FILE` behind it names: so do containers hand on secrets. */
function readVariable(environment: ConfigSources["environment"], name: string): GivenSetting | undefined {
  const variable = variableOf(name);
  const value = environment[variable];
  const fileVariable = `${variable}_FILE`;
  const file = settingVariables.has(fileVariable) ? undefined : environment[fileVariable];
  if (file === undefined) return value === undefined ? undefined : { origin: variable, value };
  if (value !== undefined) throw refuseVariable(fileVariable, `found ${variable} too, wanted one of them`);
  try {
    return { origin: fileVariable, value: textOf(readFileSync(file)).replace(/\r?\n$/, "") };
  } catch (cause) {
    throw refuseVariable(
      fileVariable,
      `found "${file}", ${errorText(cause)}; wanted a file that this user can read`,
      cause,
    );
  }
}

function refuseVariable(variable: string, detail: string, cause?: unknown): Problem {
  return new Problem("invalid-parameter-value", `Cannot use ${variable}: ${detail}`, { cause });
}

/** Names the variables that begin as ours do and are none, each with the one that was meant, where one is near. */
export function strangeVariables(environment: ConfigSources["environment"]): readonly string[] {
  const ours = Object.keys(environment).filter((variable) => variable.startsWith("HEDDLE_"));
  if (ours.length === 0) return [];
  const known = [...settingVariables].flatMap((variable) => [variable, `${variable}_FILE`]);
  return ours.flatMap((variable) => {
    if (known.includes(variable)) return [];
    const [near] = nearNames(variable, known);
    return near === undefined ? [] : [`${variable} is no setting: did you mean ${near}?`];
  });
}

function valuesOf(given: ReadonlyMap<string, GivenSetting>): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...given].map(([name, { value }]) => [name, value]));
}

function wordIssue(issue: v.BaseIssue<unknown>, given: ReadonlyMap<string, GivenSetting>): string {
  const name = String(issue.path?.[0]?.key);
  const { origin, value } = given.get(name) ?? { origin: "configuration", value: undefined };
  return `${origin}: found ${shownValue(name, value)}, wanted ${issue.message}`;
}

/** Formats the value of a setting for a screen, which others may see: without passwords and secrets. */
export function shownValue(name: string, value: unknown): string {
  if (value !== undefined && /(?:secret|password|token)$/i.test(name)) return '"..."';
  return withoutPassword(JSON.stringify(value)) ?? "nothing";
}

/** Gives the settings of a file by their names; the file may write them as the flags are spelt. */
function readConfigFile(file: string): JsonObject {
  const settings = new Map<string, Json>();
  for (const [written, value] of Object.entries(parseConfigFile(file))) {
    const name = settingNames.find((one) => written === one || written === flagOf(one));
    if (name === undefined) throw refuse(file, `found "${written}", ${meant(written, settingNames)}`);
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
    const text = textOf(readFileSync(file));
    content = file.endsWith(".toml") ? Bun.TOML.parse(text) : (parseYaml(text) ?? {});
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
