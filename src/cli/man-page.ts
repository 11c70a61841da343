import { type Command, exitCodes } from "./command.ts";
import { type Commands, commandGroups } from "./overview.ts";
import { optionWords } from "./usage.ts";

/** Builds the command that prints the manual page. */
export function manCommand(commands: () => Commands, version: string): Command {
  return {
    name: "man",
    words: "",
    maxWords: 0,
    summary: "Prints the manual page of all commands, for man.",
    examples: [{ line: "man > ~/.local/share/man/man1/heddle.1", about: "makes man heddle work" }],
    options: {},
    async run(_args, io) {
      io.out(await manPage(commands(), version));
      return exitCodes.ok;
    },
  };
}

/** Formats the manual page (roff, man macros) of commands. */
export async function manPage(commands: Commands, version: string): Promise<string> {
  const sections = Object.entries(commandGroups).map(async ([title, names]) => {
    const parts = names.map(async (name) => {
      const command = await commands[name]?.();
      return command === undefined ? "" : commandPart(command);
    });
    return `.SH ${plain(title.toUpperCase())}\n${(await Promise.all(parts)).join("")}`;
  });
  const codes = Object.entries(exitCodes).map(([name, code]) => `.TP\n${code}\n${plain(words(name))}\n`);
  return [
    `.TH HEDDLE 1 "" "heddle ${plain(version)}"\n`,
    ".SH NAME\nheddle \\- an OGC API \\- Processes server, and its client\n",
    ".SH SYNOPSIS\n.B heddle\n.I COMMAND\n[OPTION...]\n",
    ...(await Promise.all(sections)),
    `.SH EXIT STATUS\n${codes.join("")}`,
  ].join("");
}

function commandPart({ name, words, summary, options, examples }: Command): string {
  const shown = Object.entries(options).filter(([, option]) => option.isHidden !== true);
  const list = shown.map(
    ([name, option]) => `.TP\n.B ${plain(optionWords(name, option).trim())}\n${plain(option.about)}\n`,
  );
  const lines = examples.map(({ line, about }) => `.PP\n${plain(about)}:\n.br\n.B ${plain(`heddle ${line}`)}\n`);
  return `.SS ${plain(`heddle ${name} ${words}`.trim())}\n${plain(summary)}\n${list.join("")}${lines.join("")}`;
}

/** Text in which nothing is a request or an escape of roff. */
function plain(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll(/^([.'])/gm, "\\&$1");
}

/** The words of a name: `invalidInput` is "invalid input". */
function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
