import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { Wide } from "./parts.tsx";

/**
 * A table of records, a row for each. On a small screen rows become cards, so its cells know the names of their columns, and its
 * parts say what they are: a browser may forget that of a table that is laid out in another way.
 */
export function RecordTable({ label, children }: { readonly label: string; readonly children: Child }) {
  return <Wide label={label}>{raw(asRecords(String(children)))}</Wide>;
}

/** The head of a table of records: its titles, and for a column of buttons or links words that are heard only. */
export function RecordHead({
  titles,
  hasActions = true,
}: {
  readonly titles: readonly string[];
  readonly hasActions?: boolean;
}) {
  return (
    <thead>
      <tr>
        {titles.map((title) => (
          <th scope="col">{title}</th>
        ))}
        {hasActions ? (
          <th scope="col">
            <span class="unseen">What one can do</span>
          </th>
        ) : null}
      </tr>
    </thead>
  );
}

const roles: Readonly<Record<string, string>> = {
  table: 'class="table record-table" role="table"',
  thead: 'role="rowgroup"',
  tbody: 'role="rowgroup"',
  tr: 'role="row"',
  td: 'role="cell"',
};

/** Adds roles, and the name of its column to each cell, to a table as text; tables inside its cells stay as they are. */
function asRecords(table: string): string {
  const labels = labelsOf(table);
  let [depth, column, isHead] = [0, 0, false];
  return table.replace(/<(\/?)(table|thead|tbody|tr|th|td)(?=[\s>])([^>]*)>/g, (tag, slash, name, attributes) => {
    if (name === "table") depth += slash === "" ? 1 : -1;
    if (depth !== 1 || slash !== "") return tag;
    if (name === "table") return `<table ${roles.table}>`;
    if (name === "thead" || name === "tbody") isHead = name === "thead";
    if (name === "tr") column = 0;
    if (name !== "th" && name !== "td") return `<${name} ${roles[name]}${attributes}>`;
    const role = name === "td" ? roles.td : `role="${isHead ? "columnheader" : "rowheader"}"`;
    // A cell over several columns is of none of them.
    const label = isHead || /\scolspan=/.test(attributes) ? "" : (labels[column] ?? "");
    column += 1;
    return `<${name} ${role}${label === "" ? "" : ` data-label="${label}"`}${attributes}>`;
  });
}

/** Reads the names of the columns; one that is only heard, or has a control, names nothing before a cell. */
function labelsOf(table: string): readonly string[] {
  const [, head = ""] = /<thead[^>]*>(.*?)<\/thead>/s.exec(table) ?? [];
  return [...head.matchAll(/<th[^>]*>(.*?)<\/th>/gs)].map(([, content = ""]) =>
    /class="unseen"|<(?:input|button|label)\b/.test(content) ? "" : content.replaceAll(/<[^>]*>/g, "").trim(),
  );
}
