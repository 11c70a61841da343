import { Wide } from "./parts.tsx";

/** Longer texts are shown as they are written. */
const maxCharacters = 50_000;

/** What is marked inside a line: code, bold, emphasis, a link to the web. Nothing else of Markdown has a meaning there. */
const marks =
  /(`[^`\n]+`|\*\*[^*\n]+\*\*|(?<![\p{L}\p{N}*])\*[^*\s](?:[^*\n]*[^*\s])?\*(?![\p{L}\p{N}*])|\[[^[\]\n]{1,500}\]\(https?:\/\/[^\s()]{1,2000}\))/u;

/** The line below the head of a table. */
const tableRule = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

/**
 * Shows a text of people: paragraphs, lists, tables, code, bold and stressed words and links of Markdown. Markup in it is text, and no address but
 * those of the web becomes a link.
 */
export function Markdown({ text }: { readonly text: string }) {
  if (text.length > maxCharacters) return <p>{text}</p>;
  const blocks = text.split(/\r?\n\s*\n/).filter((block) => block.trim() !== "");
  return (
    <>
      {blocks.map((block) => (
        <Block lines={block.trim().split(/\r?\n/)} text={block} />
      ))}
    </>
  );
}

function Block({ lines, text }: { readonly lines: readonly string[]; readonly text: string }) {
  const [, heading] = lines.length > 1 ? [] : (/^#{1,6} +(.+?)#*$/.exec(lines[0] ?? "") ?? []);
  if (heading !== undefined) {
    return (
      <p>
        <strong>
          <Inline text={heading} />
        </strong>
      </p>
    );
  }
  const head = lines.findIndex((line, index) => line.includes("|") && isRule(lines[index + 1]));
  if (head >= 0) {
    return (
      <>
        {head === 0 ? null : <Block lines={lines.slice(0, head)} text={lines.slice(0, head).join("\n")} />}
        <Table lines={lines.slice(head)} />
      </>
    );
  }
  if (!lines.every((line) => /^\s*[-*] /.test(line))) {
    return (
      <p>
        <Inline text={text} />
      </p>
    );
  }
  return (
    <ul>
      {lines.map((line) => (
        <li>
          <Inline text={line.replace(/^\s*[-*] /, "")} />
        </li>
      ))}
    </ul>
  );
}

function isRule(line = ""): boolean {
  return line.includes("|") && tableRule.test(line);
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
  return (
    <>
      {text.split(marks).map((part, index) => {
        if (index % 2 === 0) return part;
        if (part.startsWith("`")) return <code>{part.slice(1, -1)}</code>;
        if (part.startsWith("**")) return <strong>{part.slice(2, -2)}</strong>;
        if (part.startsWith("*")) return <em>{part.slice(1, -1)}</em>;
        const [, words = "", href = ""] = /^\[(.*)\]\((.*)\)$/.exec(part) ?? [];
        return (
          <a href={href} rel="nofollow">
            {words}
          </a>
        );
      })}
    </>
  );
}
