/** Words what a program wrote, as a part of a message that goes on behind it: `(it said "no daemon")`. */
export function talkWords(said: string): string {
  return `(it said "${said.replaceAll('"', "'")}")`;
}

const talk = / \(it said "([^"]*)"\)/g;

/** Parts a message into the sentence without what programs wrote, and what each of them wrote, by `talkWords`. */
export function partTalk(text: string): { readonly sentence: string; readonly said: readonly string[] } {
  const said = [...text.matchAll(talk)].map(([, words = ""]) => words);
  return { sentence: text.replace(talk, ""), said };
}
