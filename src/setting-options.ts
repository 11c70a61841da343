import * as v from "valibot";
import type { Option } from "./cli/option.ts";
import { ConfigSchema } from "./config/config.ts";
import { flagOf, variableOf } from "./config/read-config.ts";

type Setting = (typeof ConfigSchema.entries)[keyof typeof ConfigSchema.entries];

/** What a value is called in the usage text, by the last word of its setting's name. */
const valueNames = ["BYTES", "DIR", "FILE", "HOURS", "SECONDS", "URL", "PATH", "PORT"] as const;

/** Builds an option of each setting, by its flag; the usage text tells its values, its default and its variable. */
export function settingOptions(): Readonly<Record<string, Option>> {
  return Object.fromEntries(
    Object.entries(ConfigSchema.entries).map(([name, schema]) => {
      const about = `${v.getDescription(schema.wrapped) ?? ""} (${[...defaultOf(schema), variableOf(name)].join("; ")})`;
      const option: Option = {
        type: "string",
        value: choicesOf(schema) ?? valueName(name),
        ...bareOf(name),
        ...(Array.isArray(schema.default) ? { multiple: true } : {}),
        about,
      };
      return [flagOf(name), option];
    }),
  );
}

/** What a flag without a value stands for, where it may have none. */
function bareOf(setting: string): { readonly bare?: string } {
  if (setting === "allowAnonymous") return { bare: "viewer" };
  return ["acceptEmptyDatabase", "oidcAllowHttp"].includes(setting) ? { bare: "true" } : {};
}

function choicesOf({ wrapped }: Setting): string | undefined {
  const [first] = wrapped.pipe;
  return "options" in first && first.type === "picklist" ? first.options.join("|") : undefined;
}

function valueName(setting: string): string {
  const lastWord = flagOf(setting).split("-").at(-1)?.toUpperCase();
  return valueNames.find((name) => name === lastWord) ?? "VALUE";
}

/** Defaults that depend on the machine are told by the description. */
function defaultOf({ default: fallback }: Setting): readonly string[] {
  return typeof fallback === "string" || typeof fallback === "number" ? [`default ${fallback}`] : [];
}
