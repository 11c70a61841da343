import { type Command, exitCodes, onlyWord } from "../command.ts";
import { readPackage } from "../read-package.ts";

/** Builds the command that checks a package without running anything. */
export function validateCommand(): Command {
  return {
    name: "validate",
    words: "PACKAGE.cwl",
    maxWords: 1,
    summary: "Checks a CWL package with all files that it runs, imports and includes.",
    examples: [{ line: "validate tool.cwl", about: "checks a package, and says where it is wrong" }],
    options: {},
    async run(args, io) {
      const file = onlyWord(args, "a CWL file");
      const { cwl } = await readPackage(file, { isLibrary: true });
      for (const note of cwl.notes) io.talk(`${note}\n`);
      io.out(`${file} is valid CWL\n`);
      return exitCodes.ok;
    },
  };
}
