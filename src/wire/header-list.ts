/** Splits a header at a separator that stands outside quoted strings (RFC 9110 5.6.4). */
export function splitOutsideQuotes(text: string, separator: "," | ";"): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  // Where one quote is never closed the others are signs as any: each character is looked at twice at most.
  let hasQuotes = true;
  for (let at = 0; at <= text.length; at += 1) {
    if (text[at] === '"' && hasQuotes) {
      const end = closingQuote(text, at);
      hasQuotes = end !== undefined;
      at = end ?? at;
    } else if (at === text.length || text[at] === separator) {
      if (at > start) parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return parts;
}

function closingQuote(text: string, opening: number): number | undefined {
  for (let at = opening + 1; at < text.length; at += 1) {
    if (text[at] === '"') return at;
    if (text[at] === "\\") at += 1;
  }
  return undefined;
}

/** Takes a quoted string out of its quotes; other text stays as it is. */
export function unquote(value: string): string {
  return /^".*"$/.test(value) ? value.slice(1, -1).replaceAll(/\\(.)/g, "$1") : value;
}
