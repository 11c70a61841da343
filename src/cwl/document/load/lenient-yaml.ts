import { Composer, type CST, type Document, LineCounter, Parser, type YAMLError, YAMLParseError } from "yaml";

/** A YAML text that was parsed, and where its parts stand. */
export type ParsedYaml = {
  readonly document: Document.Parsed;
  /** The line and column of an offset, as they are in the text that was given. */
  readonly position: (offset: number) => { readonly line: number; readonly column: number };
};

/** Spaces that a line gets which stands too far left: more than any parent has. */
const padding = 200;
/** Repairs of one text: each needs another parse, which takes two seconds for a million letters. */
const maxRepairs = 4;
const maxRepairedLength = 128 * 1024;
/** Errors that one repair looks at. */
const maxErrors = 100;

/**
 * Parses YAML as the readers do that other CWL programs use: text in quotes may go on at column 0, and a bracket may close
 * at its parent's indent, which YAML 1.2 forbids. In both, the blanks at the start of a line mean nothing, so such lines
 * are moved to the right. A text that still cannot be read is told of as it was.
 */
export function parseYaml(text: string): ParsedYaml {
  const first = parseOnce(text, new Set());
  if (first.document.errors.length === 0 || text.length > maxRepairedLength) return first;
  let parsed = first;
  const lines = text.split("\n");
  const padded = new Set<number>();
  for (let repairs = 0; parsed.document.errors.length > 0 && repairs < maxRepairs; repairs += 1) {
    const before = padded.size;
    for (const error of parsed.document.errors.slice(0, maxErrors)) {
      for (const line of linesToMove(lines, parsed, error)) padded.add(line);
    }
    if (padded.size === before) break;
    parsed = parseOnce(text, padded);
  }
  return parsed.document.errors.length > 0 ? first : parsed;
}

function parseOnce(text: string, padded: ReadonlySet<number>): ParsedYaml {
  const lines = new LineCounter();
  const moved =
    padded.size === 0
      ? text
      : text
          .split("\n")
          .map((line, index) => (padded.has(index + 1) ? " ".repeat(padding) + line : line))
          .join("\n");
  const document = composeOnly(moved, lines);
  return {
    document,
    position: (offset) => {
      const { line, col } = lines.linePos(offset);
      return { line, column: padded.has(line) ? Math.max(1, col - padding) : col };
    },
  };
}

/** Composes the only document of a text; a second one is an error. What stands behind many errors is not looked at: each takes its time. */
function composeOnly(text: string, lines: LineCounter): Document.Parsed {
  const composer = new Composer({
    version: "1.2",
    // Each key would be compared with all others: see yaml-bounds.ts.
    uniqueKeys: false,
  });
  const tokens = upToErrors(new Parser(lines.addNewLine).parse(text));
  const [document, another] = composer.compose(tokens, true, text.length);
  if (document === undefined) throw new RangeError("found no document of YAML, wanted one");
  if (another !== undefined) document.errors.push(secondDocument(another));
  return document;
}

function secondDocument({ range: [from, to] }: Document.Parsed): YAMLParseError {
  return new YAMLParseError([from, to], "MULTIPLE_DOCS", "found a second document, wanted one alone");
}

function* upToErrors(tokens: Iterable<CST.Token>): Generator<CST.Token, void> {
  let errors = 0;
  for (const token of tokens) {
    yield token;
    if (token.type === "error") errors += 1;
    if (errors >= maxErrors) return;
  }
}

/** The lines that an error says stand too far left, counted from 1. */
function linesToMove(lines: readonly string[], { position }: ParsedYaml, error: YAMLError): readonly number[] {
  const { line } = position(error.pos[0]);
  if (error.code === "BAD_INDENT") return [line];
  if (error.code !== "MISSING_CHAR") return [];
  const quote = /Missing closing (["'])/.exec(error.message)?.[1];
  return quote === undefined ? [] : linesUpToQuote(lines, line, quote);
}

/** The lines after one, up to that in which a quoted text ends. */
function linesUpToQuote(lines: readonly string[], from: number, quote: string): readonly number[] {
  const found: number[] = [];
  for (let line = from + 1; line <= lines.length; line += 1) {
    found.push(line);
    const text = lines[line - 1] ?? "";
    const bare = quote === '"' ? text.replaceAll(/\\./g, "") : text.replaceAll("''", "");
    if (bare.includes(quote)) return found;
  }
  return [];
}
