import type { Preview } from "../../domain/documents/result-view.ts";
import { isJsonObject, type Json } from "../../domain/values/json.ts";
import { Markdown } from "../shared/markdown.tsx";
import { Wide } from "../shared/parts.tsx";

/** Shows what can be looked at of a result: as text, whatever is in it. */
export function PreviewOf({ preview, name }: { readonly preview: Preview; readonly name: string }) {
  switch (preview.kind) {
    case "image":
      return (
        <Wide label="Image">
          <img src={preview.src} alt={name} loading="lazy" />
        </Wide>
      );
    case "table":
      return <Table {...preview} />;
    case "text":
      return (
        <>
          {preview.fault === undefined ? null : <p class="muted">{preview.fault}</p>}
          <pre class="code">{preview.text}</pre>
          <Cut isCut={preview.isCut} />
        </>
      );
    case "markdown":
      return (
        <div class="prose">
          <Markdown text={preview.text} />
          <Cut isCut={preview.isCut} />
        </div>
      );
    case "frame":
      return (
        <>
          <iframe class="framed" sandbox="" src={preview.src} title={name} loading="lazy" />
          <p class="muted">Scripts of it do not run here: download it to see all of it.</p>
        </>
      );
    case "json":
      return (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset is for the controls of a form, and a section would be a landmark
        <div class="tree" role="group" tabindex={0} aria-label={`What is in ${name}`}>
          <Tree value={preview.value} isOpen={true} />
        </div>
      );
    default:
      return preview satisfies never;
  }
}

function Cut({ isCut }: { readonly isCut: boolean }) {
  return isCut ? <p class="muted">Only the beginning is shown: download it for the rest.</p> : null;
}

function Table({ rows: [head = [], ...rows], isCut, total }: Extract<Preview, { readonly kind: "table" }>) {
  if (head.length === 0) return <p class="muted">The table is empty.</p>;
  return (
    <Wide label="Table">
      <table class="table">
        <thead>
          <tr>
            {head.map((cell) => (
              <th scope="col">{cell}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((cell) => (
                <td>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 ? <p class="muted">No rows.</p> : null}
      {total === undefined || isCut ? null : <p class="muted">{countText(total, "row")}</p>}
      {isCut ? (
        <p class="muted">{`Only the first ${rows.length}${total === undefined ? "" : ` of ${total}`} rows are shown.`}</p>
      ) : null}
    </Wide>
  );
}

/** What is deeper, or has more members, is folded. */
function Tree({ value, isOpen }: { readonly value: Json; readonly isOpen: boolean }) {
  const entries = Array.isArray(value)
    ? value.map((item, index): readonly [string, Json] => [String(index), item])
    : isJsonObject(value)
      ? Object.entries(value)
      : undefined;
  if (entries === undefined) return <code>{JSON.stringify(value)}</code>;
  if (entries.length === 0) return <code>{Array.isArray(value) ? "[]" : "{}"}</code>;
  return (
    <details open={isOpen}>
      <summary>{countText(entries.length, Array.isArray(value) ? "item" : "member")}</summary>
      <dl>
        {entries.map(([name, member]) => (
          <>
            <dt>{name}</dt>
            <dd>
              <Tree value={member} isOpen={entries.length <= 20} />
            </dd>
          </>
        ))}
      </dl>
    </details>
  );
}

function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
