import type { ComparedLine, Comparison } from "../../domain/comparison/line-difference.ts";
import type {
  ContentDifference,
  FileFacts,
  Inside,
  JsonDifference,
  RowDifference,
} from "../../domain/documents/content-difference.ts";
import type { Json } from "../../domain/values/json.ts";
import { Change, WithNumbers } from "../shared/numbers.tsx";
import { Size, Wide } from "../shared/parts.tsx";

/** Shows what differs between two texts, line by line. */
export function LineDifference({ lines, isExact }: Comparison) {
  if (lines.every(({ kind }) => kind === "skipped" || kind === "same")) return <p>Nothing: both say the same.</p>;
  return (
    <>
      {isExact ? null : <p class="notice">They differ in too many lines to find those that both have.</p>}
      <pre class="difference">
        {lines.map((line) => (
          <Line line={line} />
        ))}
      </pre>
    </>
  );
}

const signs = { same: " ", removed: "-", added: "+" } as const;

function Line({ line }: { readonly line: ComparedLine }) {
  if (line.kind === "skipped") return <span class="line-skipped">{`… ${line.count} lines are the same\n`}</span>;
  const text = `${signs[line.kind]} ${line.text}\n`;
  if (line.kind === "removed") return <del>{text}</del>;
  return line.kind === "added" ? <ins>{text}</ins> : <span>{text}</span>;
}

/** Shows what differs inside of one file, directory or value that two runs have. */
export function InsideDifference({ difference }: { readonly difference: ContentDifference }) {
  const { name, note } = difference;
  const { count, text } = extentOf(difference);
  const body = (
    <>
      {note === undefined ? null : <p class="notice">{note}</p>}
      <Shown inside={difference} name={name} />
    </>
  );
  return (
    <section>
      <h3>Inside {name}</h3>
      {count <= longest ? (
        body
      ) : (
        <>
          <details>
            <summary>{`Show ${text}`}</summary>
            {body}
          </details>
          <p class="on-paper muted">{`${text}: unfold “Show ${text}” on the screen before you print them.`}</p>
        </>
      )}
    </section>
  );
}

/** What has more entries is folded up. */
const longest = 20;

/** Tells how much differs inside. */
function extentOf(inside: Inside): { readonly count: number; readonly text: string } {
  switch (inside.kind) {
    case "json":
      return extent(inside.differences.length + inside.more, "values that differ");
    case "table":
      return extent(inside.rows.length + inside.more, "rows that differ");
    case "text": {
      const changed = inside.lines.filter(({ kind }) => kind === "added" || kind === "removed");
      return extent(changed.length + inside.more, "lines that differ");
    }
    case "files":
      return extent(inside.files.length + inside.more, "files that differ");
    case "not-compared":
      return extent(0, "");
    default:
      return inside satisfies never;
  }
}

function extent(count: number, what: string) {
  return { count, text: `${count} ${what}` };
}

function Shown({ inside, name }: { readonly inside: Inside; readonly name: string }) {
  switch (inside.kind) {
    case "json":
      return <Values inside={inside} name={name} />;
    case "table":
      return <Rows inside={inside} name={name} />;
    case "text":
      return (
        <>
          <p class="muted">Lines of A have -, lines of B have +.</p>
          <LineDifference {...inside} />
          <More count={inside.more} one="line is not shown" many="lines are not shown" />
        </>
      );
    case "files":
      return <Files inside={inside} name={name} />;
    case "not-compared":
      return <p class="digests">{inside.reason}</p>;
    default:
      return inside satisfies never;
  }
}

function More({ count, one, many }: { readonly count: number; readonly one: string; readonly many: string }) {
  return count === 0 ? null : <p>{`${count} more ${count === 1 ? one : many}.`}</p>;
}

type OfKind<Kind extends Inside["kind"]> = Extract<Inside, { readonly kind: Kind }>;

function Values({ inside: { differences, more }, name }: { readonly inside: OfKind<"json">; readonly name: string }) {
  if (differences.length === 0) return <p>Both have the same values, and are written differently.</p>;
  return (
    <>
      <Wide label={`Values of ${name}`}>
        <table class="table compared">
          <thead>
            <tr>
              <th scope="col">Path</th>
              <th scope="col">A</th>
              <th scope="col">B</th>
            </tr>
          </thead>
          <tbody>
            {differences.map((one: JsonDifference) => (
              <tr>
                <th scope="row">{one.path === "" ? "(all of it)" : <code>{one.path}</code>}</th>
                <td>
                  <Value value={one.a} />
                </td>
                <td>
                  <Value value={one.b} />
                  <Change a={one.a} b={one.b} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      <More count={more} one="value differs" many="values differ" />
    </>
  );
}

function Value({ value }: { readonly value: Json | undefined }) {
  if (value === undefined) return <span class="muted">none</span>;
  return (
    <code>
      <WithNumbers text={JSON.stringify(value)} />
    </code>
  );
}

function Rows({
  inside: { onlyA, onlyB, rows, more },
  name,
}: {
  readonly inside: OfKind<"table">;
  readonly name: string;
}) {
  const hasColumns = onlyA.length + onlyB.length > 0;
  return (
    <>
      {onlyA.length === 0 ? null : <p>{`Only A has the columns: ${onlyA.join(", ")}.`}</p>}
      {onlyB.length === 0 ? null : <p>{`Only B has the columns: ${onlyB.join(", ")}.`}</p>}
      {rows.length > 0 ? (
        <RowTable rows={rows} name={name} />
      ) : hasColumns ? (
        <p>No row differs in the columns that both have.</p>
      ) : (
        <p>Both have the same rows, and are written differently.</p>
      )}
      <More count={more} one="row differs" many="rows differ" />
    </>
  );
}

function RowTable({ rows, name }: { readonly rows: readonly RowDifference[]; readonly name: string }) {
  return (
    <Wide label={`Rows of ${name}`}>
      <table class="table compared">
        <thead>
          <tr>
            <th scope="col">Row</th>
            <th scope="col">Column</th>
            <th scope="col">A</th>
            <th scope="col">B</th>
          </tr>
        </thead>
        <tbody>
          {rows.flatMap((row) =>
            row.cells.map(({ column, a, b }, index) => (
              <tr>
                {index === 0 ? (
                  <th scope="rowgroup" rowspan={row.cells.length}>
                    <RowName row={row} />
                  </th>
                ) : null}
                <td>{column}</td>
                <td>
                  <Cell text={a} />
                </td>
                <td>
                  <Cell text={b} />
                  <Change a={a} b={b} />
                  {index === row.cells.length - 1 && row.moreCells > 0 ? ` (${row.moreCells} more cells differ)` : ""}
                </td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </Wide>
  );
}

function Cell({ text }: { readonly text: string | undefined }) {
  return text === undefined ? <span class="muted">none</span> : <WithNumbers text={text} />;
}

/** A row is called by the cells that tell it from all others, else by its first one; its line stands beside. */
function RowName({ row: { a, b, first, named } }: { readonly row: RowDifference }) {
  const line = a === b ? `line ${a}` : `line ${a} of A, line ${b} of B`;
  const where = a === undefined ? `only B, line ${b}` : b === undefined ? `only A, line ${a}` : line;
  const name = named?.map(({ text }) => text).join(", ") ?? first;
  if (name === undefined || name === "") return <>{where}</>;
  return (
    <>
      {name} <span class="muted">{where}</span>
    </>
  );
}

function Files({ inside: { files, more }, name }: { readonly inside: OfKind<"files">; readonly name: string }) {
  return (
    <>
      <Wide label={`Files of ${name}`}>
        <table class="table compared">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">A</th>
              <th scope="col">B</th>
            </tr>
          </thead>
          <tbody>
            {files.map(({ path, a, b }) => (
              <tr>
                <th scope="row">{path}</th>
                <td>
                  <Facts facts={a} />
                </td>
                <td>
                  <Facts facts={b} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      <More count={more} one="file differs" many="files differ" />
    </>
  );
}

function Facts({ facts }: { readonly facts: FileFacts | undefined }) {
  if (facts === undefined) return <span class="muted">none</span>;
  const { length, sha256 } = facts;
  return (
    <>
      <Size bytes={length} /> {sha256 === undefined ? null : <code class="digest">{sha256}</code>}
    </>
  );
}
