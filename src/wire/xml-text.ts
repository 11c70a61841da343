import { Problem } from "../domain/problem.ts";
import { replaceForbidden } from "./xml-characters.ts";

/** Refuses a document type declaration: it may stand before the root only, so no other text is searched. */
export function refuseDoctype(text: string): void {
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  for (;;) {
    while (/\s/.test(text.charAt(at))) at += 1;
    const end = text.startsWith("<?", at) ? "?>" : text.startsWith("<!--", at) ? "-->" : undefined;
    if (end === undefined) break;
    const found = text.indexOf(end, at + 2);
    if (found === -1) return;
    at = found + end.length;
  }
  if (!text.startsWith("<!", at)) return;
  throw new Problem("invalid-parameter-value", "Cannot read XML: found a DOCTYPE, wanted a document without one");
}

/** Tells whether there are more tags and attributes than so many, outside comments and CDATA sections. */
export function hasMoreMarkup(text: string, most: number): boolean {
  const next = /<!\[CDATA\[|<!--|<|=\s*["']/g;
  let count = 0;
  for (let found = next.exec(text); found !== null; found = next.exec(text)) {
    const closing = found[0] === "<![CDATA[" ? "]]>" : found[0] === "<!--" ? "-->" : undefined;
    if (closing === undefined) count += 1;
    else {
      const end = text.indexOf(closing, next.lastIndex);
      if (end === -1) return false;
      next.lastIndex = end;
    }
    if (count > most) return true;
  }
  return false;
}

const bareSign = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});)|<(?![A-Za-z_:/!?\u0080-\uffff])/g;
const reference = /&#(?:x([\da-fA-F]{1,6})|(\d{1,7}));/g;

/** Repairs what is broken outside comments and CDATA sections: bare signs, unknown entities, forbidden characters. */
export function repairXml(text: string): string {
  const clean = replaceForbidden(text);
  let repaired = "";
  let at = 0;
  while (at < clean.length) {
    const next = nextSection(clean, at);
    repaired += repairMarkup(clean.slice(at, next.start)) + clean.slice(next.start, next.end);
    at = next.end;
  }
  return repaired;
}

/** The next comment or CDATA section; the end of the text when there is none, or it is not closed. */
function nextSection(text: string, from: number): { readonly start: number; readonly end: number } {
  const none = { start: text.length, end: text.length };
  const found = /<!--|<!\[CDATA\[/.exec(text.slice(from));
  if (found === null) return none;
  const start = from + found.index;
  const closing = found[0] === "<!--" ? "-->" : "]]>";
  const end = text.indexOf(closing, start);
  return end === -1 ? none : { start, end: end + closing.length };
}

function repairMarkup(text: string): string {
  return text
    .replaceAll(bareSign, (sign) => (sign === "&" ? "&amp;" : "&lt;"))
    .replaceAll(reference, (whole, hexadecimal: string | undefined, decimal: string | undefined) => {
      const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
      return isCharacter(code) ? whole : "\uFFFD";
    });
}

/** XML 1.0, 2.2. */
function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 9 || code === 10 || code === 13;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}
