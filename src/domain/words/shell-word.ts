/**
 * Quotes a word for a shell where it needs it. An expression of CWL is no part of what a shell reads: a word of nothing else
 * stands as it is.
 */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word) || /^\$[({][^'"]*[)}]$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}
