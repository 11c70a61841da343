import type { GivenInput, Option } from "./command.ts";

/** The words of a command, parted in its own and those that are inputs of the package that its first word names. */
export type SplitWords = { readonly own: readonly string[]; readonly inputs: readonly GivenInput[] };

/** Parts the words of a command that takes inputs. One letter is written with one dash, as other runners do. */
export function splitInputs(options: Readonly<Record<string, Option>>, words: readonly string[]): SplitWords {
  const own: string[] = [];
  const inputs: GivenInput[] = [];
  const letters = new Map(
    Object.entries(options).flatMap(([name, { short }]) => (short === undefined ? [] : [[short, name] as const])),
  );
  let hasPackage = false;
  let isOver = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    const next = words[at + 1];
    if (word === "--" && hasPackage && !isOver) {
      isOver = true;
      continue;
    }
    const flag = /^(?:--([^=]+)|-([A-Za-z_]))(?:=([\s\S]*))?$/.exec(word);
    const [, long, letter, value] = flag ?? [];
    const name = long ?? (letter === undefined ? undefined : isOver ? letter : (letters.get(letter) ?? letter));
    const option = name === undefined || isOver ? undefined : options[name];
    if (name === undefined || option !== undefined || !hasPackage) {
      own.push(word);
      const takesNext = option?.type === "string" && option.bare === undefined && value === undefined;
      if (takesNext && next !== undefined) own.push(next);
      if (takesNext) at += 1;
      hasPackage ||= !word.startsWith("-") || word === "-";
      continue;
    }
    const takesNext = value === undefined && next !== undefined && !/^--?[A-Za-z_]|^--$/.test(next);
    const given = takesNext ? next : value;
    if (takesNext) at += 1;
    inputs.push(given === undefined ? { name } : { name, value: given });
  }
  return { own, inputs };
}
