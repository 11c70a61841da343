import { type Command, usageLine } from "./command.ts";
import type { Option } from "./option.ts";

const ownGroup = "Options";
const nameWidth = 34;

/** Formats a command's usage: its words, what it does, its options by their groups, and lines to try. */
export function usageOf(command: Command): string {
  const shown = Object.entries(command.options).filter(([, option]) => option.isHidden !== true);
  const groups = Map.groupBy(shown, ([, { group = ownGroup }]) => group);
  const blocks = [...groups].map(([title, options]) => [
    `${title}:`,
    ...options.map(([name, option]) => optionLine(optionWords(name, option), option.about)),
  ]);
  const examples = command.examples.map(({ line, about }) => `  # ${about}\n  heddle ${line}`);
  const last = examples.length === 0 ? [] : [["Examples:", ...examples]];
  return [[usageLine(command)], [command.summary], ...blocks, ...last]
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

function optionLine(words: string, about: string): string {
  const isLong = words.length > nameWidth;
  return isLong ? `  ${words}\n${" ".repeat(nameWidth + 3)}${about}` : `  ${words.padEnd(nameWidth)} ${about}`;
}

/** Formats an option as it is written: `-o, --output-dir DIR`. */
export function optionWords(name: string, { short, type, value }: Option): string {
  const letter = short === undefined ? "    " : `-${short}, `;
  return `${letter}--${name}${type === "string" ? ` ${value ?? "VALUE"}` : ""}`;
}
