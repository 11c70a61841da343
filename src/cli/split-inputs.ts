import type { InputArgument, Option } from "./option.ts";

/** The words of a command: its own, and the inputs of the package that its first word names. */
export type SplitWords = { readonly own: readonly string[]; readonly inputs: readonly InputArgument[] };

/** Separates the inputs from the words of a command. A name of one letter has one dash, as in other runners. */
export function splitInputs(options: Readonly<Record<string, Option>>, words: readonly string[]): SplitWords {
  const own: string[] = [];
  const inputs: InputArgument[] = [];
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
    const text = takesNext ? next : value;
    if (takesNext) at += 1;
    inputs.push(text === undefined ? { name } : { name, value: text });
  }
  return { own, inputs };
}
