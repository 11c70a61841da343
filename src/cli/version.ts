import type { Command } from "./command.ts";

/** Builds the command that prints the version. */
export function versionCommand(version: string): Command {
  return {
    name: "version",
    words: "",
    maxWords: 0,
    summary: "Prints the version.",
    options: {},
    async run(_args, io) {
      io.out(`${version}\n`);
      return 0;
    },
  };
}
