/** What the atlas writes short, in full. */
const inFull: readonly (readonly [RegExp, string])[] = [
  [/\bDem\./, "Democratic"],
  [/\bRep\.$/, "Republic"],
  [/\bRep\. /, "Republic of the "],
  [/\bHerz\./, "Herzegovina"],
  [/\bIs\./, "Islands"],
  [/\bEq\./, "Equatorial"],
  [/^W\./, "Western"],
  [/^N\./, "Northern"],
  [/^S\./, "South"],
  [/\bFr\. S\./, "French Southern"],
];

/** Returns the name of a country as the atlas has it, with nothing that is written short. */
export function countryName(name: string): string {
  return inFull.reduce((text, [short, full]) => text.replace(short, full), name);
}

const lineLetters = 13;

/** Breaks a name into lines of few letters, so that it fits into its country early. */
export function nameLines(name: string): readonly string[] {
  const lines: string[] = [];
  for (const word of name.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < lineLetters) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** About how wide a letter of a name is, in pixels. */
const letterPixels = 6.5;

/** Tells whether a name has room where its country is so many pixels wide: it may stand over the border by a little. */
export function hasRoom(lines: readonly string[], pixels: number): boolean {
  const letters = Math.max(...lines.map((line) => line.length));
  return pixels >= 0.7 * letters * letterPixels;
}
