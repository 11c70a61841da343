import type { Command } from "./command.ts";

/** Builds the command that prints the version; a commit that is not known is empty. */
export function versionCommand(version: string, commit: string): Command {
  return {
    name: "version",
    words: "",
    maxWords: 0,
    summary: "Prints the version, and the commit that it was built from.",
    examples: [{ line: "version", about: "prints the version and the commit" }],
    options: {},
    async run(_args, io) {
      io.out(commit === "" ? `${version}\n` : `${version} (${commit})\n`);
      return 0;
    },
  };
}
