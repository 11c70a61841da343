import type { SettingDocument } from "../../domain/documents/system.ts";
import { sizeText } from "../shared/words.ts";

/** A value with its unit, and the same in larger units where that is easier to read: "24105", "MiB", "25.3 GB". */
export type ValueWords = { readonly value: string; readonly unit?: string; readonly larger?: string };

/** The units that names of settings end with. */
const units = [
  {
    ending: "Bytes",
    one: "byte",
    many: "bytes",
    larger: (value: number) => (value < 1000 ? undefined : sizeText(value)),
  },
  { ending: "Mebibytes", one: "MiB", many: "MiB", larger: (value: number) => sizeText(value * 2 ** 20) },
  { ending: "Seconds", one: "second", many: "seconds", larger: spanText },
  { ending: "Hours", one: "hour", many: "hours", larger: (value: number) => spanText(value * 3600, 86_400) },
  { ending: "Days", one: "day", many: "days", larger: () => undefined },
] as const;

/** Words the value of a setting with its unit, which the end of its name tells; undefined for a setting that has none. */
export function valueWords({ name, value }: Pick<SettingDocument, "name" | "value">): ValueWords | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "number") return { value: typeof value === "string" ? value : JSON.stringify(value) };
  const unit = units.find(({ ending }) => name.endsWith(ending));
  if (unit === undefined) return { value: String(value) };
  const larger = unit.larger(value);
  const named = { value: String(value), unit: value === 1 ? unit.one : unit.many };
  return larger === undefined ? named : { ...named, larger };
}

const spans = [
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
] as const;

/** Words seconds by the largest unit of which they are a whole number, and no smaller one than `least` seconds. */
function spanText(seconds: number, least = 60): string | undefined {
  const [size, name] = spans.find(([one]) => one >= least && seconds >= one && seconds % one === 0) ?? [];
  if (size === undefined) return undefined;
  const count = seconds / size;
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

/** Returns the file of settings that gave one; undefined for a flag, a variable or a default. */
export function fileOf(origin: string): string | undefined {
  return /^\w+ in "(.+)"$/s.exec(origin)?.[1];
}

/** Returns the file that settings come from; undefined where none gave one. */
export function fileOfSettings(settings: readonly Pick<SettingDocument, "origin">[]): string | undefined {
  return settings.map(({ origin }) => fileOf(origin)).find((one) => one !== undefined);
}

/** Writes a setting as it stands in a file of settings: by the ending of its name in JSON or TOML, else, and without a file, in YAML. */
export function lineText(file: string | undefined, name: string, value: string): string {
  if (file?.endsWith(".json") === true) return `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
  return file?.endsWith(".toml") === true ? `${name} = ${JSON.stringify(value)}` : `${name}: ${value}`;
}

/** Says how one gives a setting another value, by what gives it now: flags and variables count before the file. */
export function changeText({ origin, takenInBy }: Pick<SettingDocument, "origin" | "takenInBy">): string {
  if (origin.startsWith("--")) return `given by the flag ${origin} now: change the flag, and restart`;
  if (origin.startsWith("HEDDLE_")) return `given by the variable ${origin} now: change the variable, and restart`;
  return takenInBy === "reload" ? "taken in by a reload" : "needs a restart";
}

/** Splits a name of several words where a capital letter, an underscore or a dash begins the next: a line may end there. */
export function partsOfName(name: string): readonly string[] {
  return name.split(/(?<=[a-z0-9])(?=[A-Z])|(?<=[_-])(?=[A-Za-z0-9])/);
}
