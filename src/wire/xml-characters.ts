// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML 1.0 (2.2) leaves out
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Puts the replacement character in the place of those that no XML document may hold. */
export function replaceForbidden(text: string): string {
  return text.replaceAll(forbidden, "\uFFFD");
}
