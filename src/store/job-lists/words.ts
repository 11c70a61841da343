// What counts as a word, in what is said of jobs and in what is asked for: the same, so that the full-text index has
// nothing left to decide. It is given words with spaces between them, and its tokenizer parts them there.

/** Longer words are as good as their beginning. */
const mostCharacters = 64;
/** Stands between two words that were written together. A letter to the full-text index, and never part of a word. */
const joint = "\u00b7";

/**
 * Lists the words of a text, each once. Words written together, as in "buffer-tool.cwl", are words of their own, and so is
 * each pair of them, so that who asks for "buffer-tool" finds those two side by side.
 */
export function wordsOf(text: string): ReadonlySet<string> {
  const words = new Set<string>();
  for (const { word, pair } of wordsIn(text)) {
    words.add(word);
    if (pair !== undefined) words.add(pair);
  }
  return words;
}

/** Lists the words that must all occur where a text is looked for; none when it has no word. */
export function wordsToFind(text: string): readonly string[] {
  const words = wordsIn(text);
  // Of words written together their pairs say more.
  return words.flatMap(({ word, pair }, at) => pair ?? (words[at + 1]?.pair === undefined ? word : []));
}

/** `pair`: with the word before, where no space is between them. */
type Word = { readonly word: string; readonly pair?: string };

function wordsIn(text: string): readonly Word[] {
  const words: Word[] = [];
  const plain = plainForm(text);
  // One search for words and for the spaces between them: this is most of what it takes to index a job.
  const found = plain.match(isAscii(plain) ? asciiWordsAndSpaces : wordsAndSpaces) ?? [];
  let before: string | undefined;
  for (const one of found) {
    if (/^\s/.test(one)) {
      before = undefined;
      continue;
    }
    const word = one.slice(0, mostCharacters);
    words.push(before === undefined ? { word } : { word, pair: before + joint + word });
    before = word;
  }
  return words;
}

const wordsAndSpaces = /[\p{L}\p{N}\p{M}]+|\s+/gu;
const asciiWordsAndSpaces = /[a-z0-9]+|\s+/g;
const accents = /[\u0300-\u036f]/gu;

/** Case and accents do not count; marks that are letters of other scripts do. */
function plainForm(text: string): string {
  const small = text.toLowerCase();
  return isAscii(small) ? small : small.normalize("NFKD").replace(accents, "");
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}
