import { expect, test } from "bun:test";
import { raw } from "hono/html";
import { RecordHead, RecordTable } from "../../../src/pages/shared/record-table.tsx";

const shown = (table: string) => String(RecordTable({ label: "Keys", children: raw(table) }));

test("each cell of a table of records knows its column, and each part says what it is", () => {
  const head = '<thead><tr><th scope="col">Ends <b>at</b></th><th scope="col">A &amp; &quot;B&quot;</th></tr></thead>';
  const html = shown(`<table>${head}<tbody><tr><th scope="row">x</th><td class="nowrap">1</td></tr></tbody></table>`);
  for (const part of [
    '<table class="table record-table" role="table">',
    '<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">',
    '<tbody role="rowgroup"><tr role="row">',
    '<th role="rowheader" data-label="Ends at" scope="row">x</th>',
    '<td role="cell" data-label="A &amp; &quot;B&quot;" class="nowrap">1</td>',
  ])
    expect(html).toContain(part);
});

test("a column without a name that is seen names nothing, and tables inside cells stay as they are", () => {
  const head =
    '<thead><tr><th><span class="unseen">What one can do</span></th><th><input /></th><th>C</th></tr></thead>';
  const inner = '<table class="table"><tbody><tr><td>i</td></tr></tbody></table>';
  const html = shown(`<table>${head}<tbody><tr><td>a</td><td>${inner}</td><td></td></tr></tbody></table>`);
  expect(html).toContain(`<td role="cell">a</td><td role="cell">${inner}</td><td role="cell" data-label="C"></td>`);
});

test("a column of buttons has a title that is heard only, and is left out where nobody may press one", () => {
  const titles = ["File", "A & B"];
  const seen = '<th scope="col">File</th><th scope="col">A &amp; B</th>';
  const heard = '<th scope="col"><span class="unseen">What one can do</span></th>';
  expect(String(RecordHead({ titles }))).toBe(`<thead><tr>${seen}${heard}</tr></thead>`);
  expect(String(RecordHead({ titles, hasActions: false }))).toBe(`<thead><tr>${seen}</tr></thead>`);
});
