import type { Nodes, Root } from "mdast";
import { fromMarkdown, type Options } from "mdast-util-from-markdown";
import { gfmAutolinkLiteralFromMarkdown } from "mdast-util-gfm-autolink-literal";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { gfmAutolinkLiteral } from "micromark-extension-gfm-autolink-literal";
import { gfmTable } from "micromark-extension-gfm-table";

type Extension = Exclude<NonNullable<Options["extensions"]>[number], readonly unknown[]>;

/** What is parsed of a text at most, for it to take a fifth of a second: time grows with these, some of it faster. */
const most = { characters: 50_000, lines: 2000, signs: 6000, marksOfLine: 30, marksOfParagraph: 200 } as const;

/** Signs that may mark something, each of which takes about as long as forty letters. */
const signs = /[*_`[\]()|<>&\\!#=~:@]|\bwww\./g;

/** A line that begins with more marks of lists and quotes than anybody writes, or with one far to the right; a line across is none. */
const deepLine = new RegExp(
  `^(?!(?:[ \\t]*[-*_])+\\s*$)(?:(?:[ \\t]*(?:>|(?:[-+*]|\\d{1,9}[.)])(?=[ \\t]))){${most.marksOfLine}}|[ \\t]{200,}(?:[-+*>]|\\d{1,9}[.)]))`,
);

/** Markup of HTML is text. */
const html = ["htmlFlow", "htmlText"];
const blocks = [
  ...["list", "blockQuote", "headingAtx", "setextUnderline", "thematicBreak", "codeFenced", "codeIndented"],
  "definition",
];

/**
 * Parses CommonMark with tables and bare addresses. Returns the tree, and as `rest` the end of a text that is too long, too deep or has
 * too many lines to be parsed in a moment: empty for all but made-up texts and long files.
 */
export function parseMarkdown(text: string): { readonly tree: Root; readonly rest: string } {
  const end = endOfParsed(text);
  const extensions = [gfmTable(), gfmAutolinkLiteral(), boundedMarks(), { disable: { null: html } }];
  const mdastExtensions = [gfmTableFromMarkdown(), gfmAutolinkLiteralFromMarkdown()];
  return { tree: fromMarkdown(text.slice(0, end), { extensions, mdastExtensions }), rest: text.slice(end) };
}

/** Parses what is marked inside lines only: each block of the tree is a paragraph. */
export function parseInline(text: string): { readonly tree: Root; readonly rest: string } {
  const end = endOfParsed(text);
  const extensions = [gfmAutolinkLiteral(), boundedMarks(), { disable: { null: [...html, ...blocks] } }];
  const mdastExtensions = [gfmAutolinkLiteralFromMarkdown()];
  return { tree: fromMarkdown(text.slice(0, end), { extensions, mdastExtensions }), rest: text.slice(end) };
}

/** Returns what a text says in one line, without marks: the words of links and images stay, their addresses do not. */
export function plainText(text: string): string {
  const { tree, rest } = parseMarkdown(text);
  return `${wordsOf(tree)} ${rest}`.replaceAll(/\s+/g, " ").trim().replace(/:$/, "");
}

/** What holds blocks or cells: its parts do not run into each other. */
const apart: readonly Nodes["type"][] = ["root", "list", "listItem", "blockquote", "table", "tableRow"];

function wordsOf(node: Nodes): string {
  if ("children" in node) {
    const words = node.children.map(wordsOf).join(apart.includes(node.type) ? " " : "");
    return node.type === "heading" && /[\p{L}\p{N}]$/u.test(words) ? `${words}:` : words;
  }
  if ("value" in node) return node.value;
  if ("alt" in node) return node.alt ?? "";
  return node.type === "break" ? " " : "";
}

/** Finds the end of the last line that is parsed. */
function endOfParsed(text: string): number {
  let [end, lines, found] = [0, 0, 0];
  for (const [line] of text.slice(0, most.characters).matchAll(/[^\r\n]*(?:\r\n?|\n|$)/g)) {
    lines += 1;
    found += line.match(signs)?.length ?? 0;
    const isCut = end + line.length === most.characters && text.length > most.characters;
    if (isCut || lines > most.lines || found > most.signs || deepLine.test(line)) return end;
    end += line.length;
  }
  return end;
}

/** Makes further signs of a paragraph that could mark words or begin links mean themselves, after the first ones. */
function boundedMarks(): Extension {
  const counts = new WeakMap<object, number>();
  const construct: NonNullable<Extension["text"]>[string] = {
    name: "furtherMark",
    tokenize(effects, ok, nok) {
      const count = (counts.get(this) ?? 0) + 1;
      counts.set(this, count);
      return (code) => {
        if (count <= most.marksOfParagraph) return nok(code);
        effects.enter("data");
        effects.consume(code);
        effects.exit("data");
        return ok;
      };
    },
  };
  return { text: Object.fromEntries([..."!*[_"].map((sign) => [sign.charCodeAt(0), construct])) };
}
