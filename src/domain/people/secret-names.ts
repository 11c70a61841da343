/** Tells whether the name of an input, or of a member of one, looks like that of a secret: inputs are kept in clear. */
export function looksSecret(name: string): boolean {
  return /passw|passphrase|pwd|secret|token|credential|authori[sz]ation|(api|access|private)[-_ ]?key/i.test(name);
}

/** What stands in the place of a secret. */
export const hiddenWords = "hidden";

/**
 * Takes out of a text what addresses in it let others in by: the password before a host, and the values of parameters whose names
 * look like those of a secret or of a signature. A text without any stays as it is.
 */
export function withoutSecrets(text: string): string {
  return text
    .replace(/(\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/?#@:]*):[^\s/?#"'<>]+@/gi, `$1:${hiddenWords}@`)
    .replace(/([?&]([^\s=&#?]+)=)[^\s&#"'<>]+/g, (whole, start: string, name: string) =>
      looksSecret(name) || /^sig$|signature/i.test(name) ? `${start}${hiddenWords}` : whole,
    );
}
