import { type MarkdownBlock, markdownBlocks } from "./markdown-blocks.ts";
import { Wide } from "./parts.tsx";

/** Longer texts are shown as they are written. */
const maxCharacters = 50_000;

/** What is marked inside a line, by its kind. A sign behind a backslash marks nothing. */
const marks = [
  /(?<code>`[^`]+`)/,
  /(?<!\\)(?<bold>\*\*[^*\s](?:(?:[^*]|\*(?!\*))*[^*\s]\*?)?\*\*(?!\*)|(?<![\p{L}\p{N}_])__[^_\s](?:[^_]*[^_\s])?__(?![\p{L}\p{N}_]))/u,
  /(?<stressed>(?<![\p{L}\p{N}*\\])\*[^*\s](?:[^*]*[^*\s])?\*(?![\p{L}\p{N}*])|(?<![\p{L}\p{N}_\\])_[^_\s](?:[^_]*[^_\s])?_(?![\p{L}\p{N}_]))/u,
  /(?<link>(?<!\\)!?\[[^[\]]{1,500}\]\(<?https?:\/\/[^\s()<>]{1,2000}>?(?: +"[^"\n]{0,500}")?\))/,
  /(?<address><https?:\/\/[^\s<>"]{1,2000}>|https?:\/\/[^\s<>()"]{0,2000}[^\s<>()".,;:!?'*_`])/,
  /(?<end>(?<! ) {2,}\n|\\\n)/,
];
const anyMark = new RegExp(marks.map(({ source }) => source).join("|"), "gu");

/**
 * Shows a text of people: paragraphs, headings, lists, tables, quotes, code, bold and stressed words and links of Markdown. Markup in it
 * is text, no address but those of the web becomes a link, and an image is a link to it.
 */
export function Markdown({ text }: { readonly text: string }) {
  if (text.length > maxCharacters) return <p>{text}</p>;
  return <Blocks blocks={markdownBlocks(text)} />;
}

function Blocks({ blocks }: { readonly blocks: readonly MarkdownBlock[] }) {
  return (
    <>
      {blocks.map((block) => (
        <Block block={block} />
      ))}
    </>
  );
}

function Block({ block }: { readonly block: MarkdownBlock }) {
  switch (block.kind) {
    case "paragraph":
      return (
        <p>
          <Inline text={block.text} />
        </p>
      );
    case "heading":
      return (
        <p>
          <strong>
            <Inline text={block.text} />
          </strong>
        </p>
      );
    case "code":
      return <pre class="code">{block.text}</pre>;
    case "rule":
      return <hr />;
    case "quote":
      return (
        <blockquote>
          <Blocks blocks={block.blocks} />
        </blockquote>
      );
    case "list":
      return <List {...block} />;
    case "table":
      return <Table lines={block.lines} />;
    default:
      return block satisfies never;
  }
}

function List({ start, items }: Extract<MarkdownBlock, { readonly kind: "list" }>) {
  const entries = items.map((blocks) => (
    <li>
      <Entry blocks={blocks} />
    </li>
  ));
  return start === undefined ? <ul>{entries}</ul> : <ol start={start}>{entries}</ol>;
}

/** The first paragraph of an item stands beside its mark. */
function Entry({ blocks: [first, ...others] }: { readonly blocks: readonly MarkdownBlock[] }) {
  if (first?.kind !== "paragraph") return <Blocks blocks={first === undefined ? [] : [first, ...others]} />;
  return (
    <>
      <Inline text={first.text} />
      <Blocks blocks={others} />
    </>
  );
}

/** A table of Markdown: the head, a rule, and a row in each line. */
function Table({ lines }: { readonly lines: readonly string[] }) {
  const [head = [], , ...rows] = lines.map(cellsOf);
  return (
    <Wide label="Table">
      <table class="table">
        <thead>
          <tr>
            {head.map((cell) => (
              <th scope="col">
                <Inline text={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {head.map((_, index) => (
                <td>
                  <Inline text={row[index] ?? ""} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function cellsOf(line: string): readonly string[] {
  const inner = line
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.replaceAll("\\|", "|").trim());
}

/** Shows what Markdown marks inside a line: code, bold and stressed words, links to the web. */
export function Inline({ text }: { readonly text: string }) {
  const parts: (string | RegExpExecArray)[] = [];
  let end = 0;
  for (const found of text.matchAll(anyMark)) {
    parts.push(text.slice(end, found.index), found);
    end = found.index + found[0].length;
  }
  parts.push(text.slice(end));
  return <>{parts.map((part) => (typeof part === "string" ? unescaped(part) : <Mark found={part} />))}</>;
}

function Mark({ found: { 0: whole, groups = {} } }: { readonly found: RegExpExecArray }) {
  if (groups.code !== undefined) return <code>{whole.slice(1, -1)}</code>;
  if (groups.end !== undefined) return <br />;
  if (groups.bold !== undefined) {
    return (
      <strong>
        <Inline text={whole.slice(2, -2)} />
      </strong>
    );
  }
  if (groups.stressed !== undefined) {
    return (
      <em>
        <Inline text={whole.slice(1, -1)} />
      </em>
    );
  }
  if (groups.address !== undefined) {
    const address = whole.replaceAll(/^<|>$/g, "");
    return <WebLink href={address} words={address} />;
  }
  const [, words = "", href = ""] = /^!?\[(.*)\]\(<?([^\s>]*)>?(?: .*)?\)$/s.exec(whole) ?? [];
  return <WebLink href={href} words={words} />;
}

function WebLink({ href, words }: { readonly href: string; readonly words: string }) {
  return (
    <a href={href} rel="nofollow">
      {unescaped(words)}
    </a>
  );
}

/** A backslash before a sign of Markdown is not shown. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([\\`*_{}[\]()<>#+\-.!|~])/g, "$1");
}
