/** Splits a header at a separator that stands outside quoted strings (RFC 9110 5.6.4). */
export function splitOutsideQuotes(text: string, separator: "," | ";"): readonly string[] {
  const part = separator === "," ? /(?:"(?:\\.|[^"\\])*"|[^,"]|")+/g : /(?:"(?:\\.|[^"\\])*"|[^;"]|")+/g;
  return text.match(part) ?? [];
}

/** Takes a quoted string out of its quotes; other text stays as it is. */
export function unquote(value: string): string {
  return /^".*"$/.test(value) ? value.slice(1, -1).replaceAll(/\\(.)/g, "$1") : value;
}
