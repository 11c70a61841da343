/** A part of a text in Markdown. `text` holds what is marked inside lines as it is written. */
export type MarkdownBlock =
  | { readonly kind: "paragraph" | "heading" | "code"; readonly text: string }
  | { readonly kind: "rule" }
  | { readonly kind: "quote"; readonly blocks: readonly MarkdownBlock[] }
  /** The number of its first item; undefined for a list without numbers. */
  | { readonly kind: "list"; readonly start?: number; readonly items: readonly (readonly MarkdownBlock[])[] }
  /** The head, the rule below it, and a row in each line. */
  | { readonly kind: "table"; readonly lines: readonly string[] };

/** What a block is made of, and how many lines it takes. */
type Read = { readonly block: MarkdownBlock; readonly count: number };

/** Lists and quotes inside each other beyond this are text. */
const maxDepth = 8;
/** A longer block is read as several. */
const mostLines = 2000;

const fence = /^ {0,3}(`{3,}|~{3,})[^`]*$/;
const heading = /^ {0,3}#{1,6}[ \t]+(.*)$/;
const underline = /^ {0,3}(?:=+|-+)[ \t]*$/;
const thematicBreak = /^ {0,3}(?:\*[ \t]*){3,}$|^ {0,3}(?:-[ \t]*){3,}$|^ {0,3}(?:_[ \t]*){3,}$/;
const quoteMark = /^ {0,3}> ?/;
const itemMark = /^( *)([-*+]|(\d{1,9})[.)])(?:[ \t]+(?=\S)|[ \t]*$)/;
/** The line below the head of a table. */
const tableRule = /^\s*(?:\|\s*)?:?-+:?\s*(?:\|\s*:?-+:?\s*)*(?:\|\s*)?$/;

/** Reads the blocks of Markdown: paragraphs, headings, lists, tables, quotes and code. All else is a paragraph. */
export function markdownBlocks(text: string): readonly MarkdownBlock[] {
  return blocksOf(
    text.split(/\r\n?|\n/).map((line) => line.replaceAll("\t", "    ")),
    0,
  );
}

function blocksOf(lines: readonly string[], depth: number): readonly MarkdownBlock[] {
  const blocks: MarkdownBlock[] = [];
  for (let at = 0; at < lines.length; ) {
    if (isBlank(lines[at])) {
      at += 1;
      continue;
    }
    const { block, count } = readBlock(lines.slice(at, at + mostLines), depth);
    blocks.push(block);
    at += count;
  }
  return blocks;
}

function readBlock(lines: readonly string[], depth: number): Read {
  const isNested = depth < maxDepth;
  return (
    readFence(lines) ??
    readHeading(lines[0]) ??
    (isBreak(lines[0]) ? { block: { kind: "rule" }, count: 1 } : undefined) ??
    readTable(lines) ??
    (isNested ? readQuote(lines, depth) : undefined) ??
    (isNested ? readList(lines, depth) : undefined) ??
    readIndented(lines) ??
    readParagraph(lines)
  );
}

function isBlank(line = ""): boolean {
  return line.trim() === "";
}

function isBreak(line = ""): boolean {
  return thematicBreak.test(line);
}

function readFence(lines: readonly string[]): Read | undefined {
  const [, mark] = fence.exec(lines[0] ?? "") ?? [];
  if (mark === undefined) return undefined;
  const end = lines.findIndex((line, at) => at > 0 && /^ {0,3}(`+|~+) *$/.test(line) && line.trim().startsWith(mark));
  const inner = lines.slice(1, end < 0 ? lines.length : end);
  return { block: { kind: "code", text: withoutIndent(inner).join("\n") }, count: end < 0 ? lines.length : end + 1 };
}

function readHeading(line = ""): Read | undefined {
  const [, text] = heading.exec(line) ?? [];
  if (text === undefined) return undefined;
  const words = text.trim().replace(/(?<!#)#+$/, "");
  return { block: { kind: "heading", text: words.trimEnd() }, count: 1 };
}

function readTable(lines: readonly string[]): Read | undefined {
  if (!isTable(lines, 0)) return undefined;
  const own = untilLine(lines, (line) => isBlank(line));
  return { block: { kind: "table", lines: own }, count: own.length };
}

function isTable(lines: readonly string[], at: number): boolean {
  const rule = lines[at + 1] ?? "";
  return lines[at]?.includes("|") === true && rule.includes("|") && tableRule.test(rule);
}

function readQuote(lines: readonly string[], depth: number): Read | undefined {
  if (!quoteMark.test(lines[0] ?? "")) return undefined;
  const own = untilLine(lines, (line) => !quoteMark.test(line));
  const inner = own.map((line) => line.replace(quoteMark, ""));
  return { block: { kind: "quote", blocks: blocksOf(inner, depth + 1) }, count: own.length };
}

/** Four spaces begin code, as examples of commands stand in descriptions. */
function readIndented(lines: readonly string[]): Read | undefined {
  if (!isIndented(lines[0])) return undefined;
  const end = lines.findIndex((line) => !isBlank(line) && !isIndented(line));
  const own = (end < 0 ? lines : lines.slice(0, end)).join("\n").trimEnd().split("\n");
  return { block: { kind: "code", text: withoutIndent(own).join("\n") }, count: own.length };
}

function isIndented(line = ""): boolean {
  return line.startsWith("    ");
}

function withoutIndent(lines: readonly string[]): readonly string[] {
  const indents = lines.filter((line) => !isBlank(line)).map((line) => line.length - line.trimStart().length);
  const least = Math.min(...indents);
  return lines.map((line) => line.slice(Number.isFinite(least) ? least : 0));
}

type Item = { readonly indent: number; readonly content: number; readonly mark: string; readonly number?: number };

function itemOf(line = ""): Item | undefined {
  const [whole, spaces = "", mark, digits] = itemMark.exec(line) ?? [];
  if (whole === undefined || mark === undefined || isBreak(line)) return undefined;
  const number = digits === undefined ? {} : { number: Number(digits) };
  // What stands far behind its mark is code; what has nothing behind it begins on the next line.
  const content = Math.min(whole.length, spaces.length + mark.length + 4);
  return { indent: spaces.length, content, mark: mark.slice(-1), ...number };
}

/** Items of one list have the same mark; what is indented below one belongs to it. */
function readList(lines: readonly string[], depth: number): Read | undefined {
  const first = itemOf(lines[0]);
  if (first === undefined) return undefined;
  const items: string[][] = [];
  let count = 0;
  for (const [at, line] of lines.entries()) {
    const item = itemOf(line);
    const isNext = item?.mark === first.mark && item.indent <= first.indent + 1;
    if (isNext && item !== undefined) items.push([line.slice(item.content)]);
    else if (isBlank(line)) {
      items.at(-1)?.push("");
      continue;
    } else if (line.startsWith(" ".repeat(first.indent + 2))) {
      items.at(-1)?.push(line.slice(Math.min(first.content, line.length - line.trimStart().length)));
    } else if (isBlank(lines[at - 1]) || item !== undefined || begins(lines, at)) break;
    else items.at(-1)?.push(line.trimStart());
    count = at + 1;
  }
  const read = items.map((one) => blocksOf(one, depth + 1));
  return {
    block: { kind: "list", items: read, ...(first.number === undefined ? {} : { start: first.number }) },
    count,
  };
}

/** Tells whether a line ends the paragraph before it. Of numbers only a first one does: a year may begin a line. */
function begins(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? "";
  const item = itemOf(line);
  return (
    isBlank(line) ||
    isBreak(line) ||
    fence.test(line) ||
    heading.test(line) ||
    quoteMark.test(line) ||
    isTable(lines, at) ||
    (item !== undefined && (item.number ?? 1) === 1 && !isBlank(line.slice(item.content)))
  );
}

function readParagraph(lines: readonly string[]): Read {
  const own = untilLine(lines, (line, at) => at > 0 && (underline.test(line) || begins(lines, at)));
  const text = own
    .map((line) => line.trimStart())
    .join("\n")
    .trimEnd();
  const isHeading = underline.test(lines[own.length] ?? "");
  return isHeading
    ? { block: { kind: "heading", text }, count: own.length + 1 }
    : { block: { kind: "paragraph", text }, count: own.length };
}

function untilLine(lines: readonly string[], isEnd: (line: string, at: number) => boolean): readonly string[] {
  const end = lines.findIndex(isEnd);
  return end < 0 ? lines : lines.slice(0, end);
}
