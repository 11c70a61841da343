/**
 * Cuts a list, or a record, that is too long at one of its commas, and says by one ellipsis that it goes on: they are read from their
 * beginning. An item that is long by itself is cut inside, yet never a number. Undefined for what is no list.
 */
export function cutList(text: string, longest: number): string | undefined {
  if (text.length <= longest || !(text.includes(", ") || /^[^\s,]+(?:,[^\s,]+)+$/.test(text))) return undefined;
  const kept = text.slice(0, longest - 2);
  const at = kept.lastIndexOf(",");
  if (at >= longest / 2) return `${kept.slice(0, at + 1)}${text[at + 1] === " " ? " " : ""}…`;
  return `${whole(kept.replace(/[-+.\d]+$/, "")).trimEnd()}…`;
}

/** Shortens a text so that where it differs from others that begin with `same` characters of it can be seen. */
export function shortened(text: string, longest: number, same: number): string {
  if (text.length <= longest || same < longest / 2) return withoutMiddle(text, longest);
  const from = Math.max(0, Math.min(same - 2, text.length - longest + 1));
  return `…${withoutMiddle(whole(text.slice(from)), longest - 1)}`;
}

/** Shortens a text that is too long by its middle: names of files, and other texts of one kind, often differ at their ends. */
export function withoutMiddle(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const behind = Math.floor((longest - 1) / 2);
  return `${whole(text.slice(0, longest - 1 - behind))}…${whole(text.slice(-behind))}`;
}

/** Leaves out half of a character that stands at an end. */
function whole(text: string): string {
  return text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");
}
