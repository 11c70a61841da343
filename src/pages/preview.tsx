import type { Preview } from "../domain/documents/result-view.ts";
import { isJsonObject, type Json } from "../domain/json.ts";

/** Shows what can be looked at of a result: as text, whatever is in it. */
export function PreviewOf({ preview, name }: { readonly preview: Preview; readonly name: string }) {
  switch (preview.kind) {
    case "image":
      return (
        <div class="wide">
          <img src={preview.src} alt={name} loading="lazy" />
        </div>
      );
    case "table":
      return <Table {...preview} />;
    case "text":
      return (
        <>
          <pre class="code">{preview.text}</pre>
          {preview.isCut ? <p class="muted">Only the beginning is shown: download it for the rest.</p> : null}
        </>
      );
    case "json":
      return <Tree value={preview.value} isOpen={true} />;
    default:
      return preview satisfies never;
  }
}

function Table({ rows: [head = [], ...rows], isCut }: Extract<Preview, { readonly kind: "table" }>) {
  return (
    <div class="wide">
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
      {isCut ? <p class="muted">{`Only the first ${rows.length} rows are shown.`}</p> : null}
    </div>
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
      <summary>{Array.isArray(value) ? `${entries.length} items` : `${entries.length} members`}</summary>
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
