import { type Arguments, type Command, exitCodes, hasOption, type Io, UsageError, withoutCalls } from "../command.ts";
import type { Option } from "../option.ts";
import { type ShownSetting, sampleText } from "./sample-config.ts";

/** What the command needs of the program's outer layer. */
export type ConfigDeps = {
  readonly settingOptions: Readonly<Record<string, Option>>;
  /** Reads all settings, secrets masked. Throws `invalid-parameter-value`. */
  show(args: Arguments, io: Io): readonly ShownSetting[];
  /** Lists what is wrong with the settings and the files that they name. Throws `invalid-parameter-value` for a file that cannot be read. */
  check(args: Arguments, io: Io): Promise<readonly string[]>;
  /** Lists the settings with their defaults. */
  sample(): readonly ShownSetting[];
};

/** Builds the command that shows, checks and drafts the settings of a service. */
export function configCommand(deps: ConfigDeps): Command {
  return {
    name: "config",
    words: "show|check|sample",
    maxWords: 1,
    summary: "Shows each setting with its source, checks them, or prints a file of settings to begin with.",
    examples: [
      { line: "config show", about: "prints each setting, with where its value is from" },
      { line: "config sample > heddle.yml", about: "writes a file with all settings to begin with" },
    ],
    options: {
      config: { type: "string", value: "FILE", about: "settings in YAML or TOML, by their names" },
      json: { type: "boolean", about: "show: print one JSON document" },
      ...deps.settingOptions,
    },
    async run(args, io) {
      const [word] = args.words;
      if (word === "show") return show(deps, args, io);
      if (word === "check") return check(deps, args, io);
      if (word === "sample") {
        io.out(sampleText(deps.sample()));
        return exitCodes.ok;
      }
      throw new UsageError(
        `Cannot tell what to do: found ${word === undefined ? "no word" : `"${word}"`}, wanted show, check or sample`,
      );
    },
  };
}

function show(deps: ConfigDeps, args: Arguments, io: Io): number {
  const settings = deps.show(args, io);
  if (hasOption(args, "json")) {
    const document = Object.fromEntries(
      settings.map(({ name, value, origin }) => [name, { value: value ?? null, origin }]),
    );
    io.out(`${JSON.stringify(document, undefined, 2)}\n`);
    return exitCodes.ok;
  }
  const width = Math.max(...settings.map(({ name }) => name.length));
  for (const { name, value, origin } of settings) {
    io.out(`${name.padEnd(width)}  ${value === undefined ? "-" : JSON.stringify(value)}  (${origin})\n`);
  }
  return exitCodes.ok;
}

async function check(deps: ConfigDeps, args: Arguments, io: Io): Promise<number> {
  const faults = await deps.check(args, io);
  for (const fault of faults) io.talk(`${withoutCalls(fault)}\n`);
  if (faults.length > 0) return exitCodes.usage;
  io.out("The settings can be used\n");
  return exitCodes.ok;
}
