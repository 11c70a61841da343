/** Longer texts are shown as they are written. */
const maxCharacters = 50_000;

/** What is marked inside a line: code, bold, a link to the web. Nothing else of Markdown has a meaning here. */
const marks = /(`[^`\n]+`|\*\*[^*\n]+\*\*|\[[^[\]\n]{1,500}\]\(https?:\/\/[^\s()]{1,2000}\))/;

/**
 * Shows a text of people: paragraphs, lists, code, bold words and links of Markdown. Markup in it is text, and no address but
 * those of the web becomes a link.
 */
export function Markdown({ text }: { readonly text: string }) {
  if (text.length > maxCharacters) return <p>{text}</p>;
  const blocks = text.split(/\r?\n\s*\n/).filter((block) => block.trim() !== "");
  return (
    <>
      {blocks.map((block) => {
        const lines = block.trim().split(/\r?\n/);
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
        if (!lines.every((line) => /^\s*[-*] /.test(line))) {
          return (
            <p>
              <Inline text={block} />
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
      })}
    </>
  );
}

function Inline({ text }: { readonly text: string }) {
  return (
    <>
      {text.split(marks).map((part, index) => {
        if (index % 2 === 0) return part;
        if (part.startsWith("`")) return <code>{part.slice(1, -1)}</code>;
        if (part.startsWith("*")) return <strong>{part.slice(2, -2)}</strong>;
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
