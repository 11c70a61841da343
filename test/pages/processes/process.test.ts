import { describe, expect, test } from "bun:test";
import type { JsonObject } from "../../../src/domain/values/json.ts";
import { DescribedTable } from "../../../src/pages/processes/process-tables.tsx";
import { Markdown } from "../../../src/pages/shared/markdown.tsx";
import { plainTables } from "../frame.ts";

const table = (described: Parameters<typeof DescribedTable>[0]["described"]) =>
  plainTables(String(DescribedTable({ described })));
const markdown = (text: string) => String(Markdown({ text }));

describe("the tables of inputs and outputs", () => {
  test("tell type, default, bounds and unit of an input, and whether it is wanted", () => {
    const html = table({
      width: { schema: { type: "number", minimum: 1, exclusiveMaximum: 9, unit: "m" }, minOccurs: 1, maxOccurs: 1 },
      name: { schema: { type: "string", default: "x", maxLength: 5 }, minOccurs: 1, maxOccurs: 1 },
      files: { schema: { contentMediaType: "image/tiff" }, minOccurs: 0, maxOccurs: "unbounded" },
      list: { schema: { type: "array", items: { type: "integer" } }, minOccurs: 2, maxOccurs: 3 },
    });
    expect(html).toContain("<td>number</td><td>required</td><td></td><td>at least 1, less than 9</td><td>m</td>");
    expect(html).toContain("<td>text</td><td>optional</td><td>x</td><td>characters at most 5</td><td></td>");
    expect(html).toContain("<td>list of files (image/tiff)</td><td>0 or more</td>");
    expect(html).toContain("<td>list of lists of whole numbers</td><td>2 to 3</td>");
  });

  test("name types in words", () => {
    const threshold = { name: { type: "string" }, threshold: { type: "number" } };
    const cases: readonly (readonly [JsonObject, string])[] = [
      [{ type: "array", items: { type: "number", format: "double" } }, "list of numbers"],
      [
        { type: "array", items: { type: "array", items: { type: "boolean" } } },
        "list of lists of values true or false",
      ],
      [{ type: "integer", format: "int32" }, "whole number"],
      [{ type: "string", contentEncoding: "binary", contentMediaType: "text/csv" }, "file (text/csv)"],
      [{ type: "string", contentEncoding: "binary", contentMediaType: "application/octet-stream" }, "file"],
      [{ type: "string", format: "uri", contentMediaType: "application/directory" }, "directory"],
      [{ type: "array", items: { type: "string", contentEncoding: "binary" } }, "list of files"],
      [
        { oneOf: [{ contentMediaType: "image/png" }, { contentMediaType: "image/tiff" }] },
        "file (image/png or image/tiff)",
      ],
      [{ type: "object", properties: threshold }, "record of name (text), threshold (number)"],
      [
        { type: "object", properties: { ...threshold, any: {} }, required: ["name", "any"] },
        "record of name (text), threshold (number, optional), any",
      ],
      [
        { type: "object", properties: { inner: { type: "object", properties: threshold } } },
        "record of inner (record of name (text), threshold (number))",
      ],
      [
        { type: "array", items: { type: "object", properties: threshold } },
        "list of records of name (text), threshold (number)",
      ],
      [{ type: "object" }, "object"],
      [{ type: "string", format: "date-time" }, "date and time"],
      [{ type: "string", format: "iri" }, "text (iri)"],
      [{ enum: ["a", "b"] }, "one of a, b"],
      [{ anyOf: [{ type: "null" }, { type: "string" }] }, "text"],
      [{ allOf: [{ format: "ogc-bbox" }] }, "bounding box"],
      [{}, "any value"],
    ];
    for (const [schema, words] of cases)
      expect([schema, table({ one: { schema } })]).toEqual([schema, expect.stringContaining(`<td>${words}</td>`)]);
  });

  test("tell what is said of the members of a record, also of one in a list or in another record", () => {
    const inner = { type: "object", properties: { unit: { type: "string", title: "Unit <b>" }, plain: {} } };
    const properties = { limit: { type: "number", title: "Limit", description: "In *metres*." }, of: inner };
    const told =
      "<ul><li><code>limit</code>: Limit<p>In <em>metres</em>.</p></li><li><code>of.unit</code>: Unit &lt;b&gt;</li></ul>";
    for (const schema of [
      { type: "object", properties },
      { type: "array", items: { type: "object", properties } },
      { anyOf: [{ type: "null" }, { type: "object", properties }] },
    ]) {
      expect(table({ one: { schema } })).toContain(told);
    }
    expect(table({ one: { schema: { type: "object", properties: { a: { type: "string" } } } } })).not.toContain("<ul>");
  });

  test("have no column that says nothing, nor bounds that only say how a number is held", () => {
    const html = table({ n: { schema: { type: "integer", minimum: -2147483648, maximum: 2147483647, default: 1 } } });
    expect(html.match(/<th /g)).toHaveLength(3);
    expect(table({})).toContain("None.");
  });
});

describe("text of people", () => {
  test("has paragraphs, lists, code, bold words and links to the web", () => {
    expect(markdown("One\ntwo\n\n- a `b`\n- **c**")).toBe(
      "<p>One\ntwo</p><ul><li>a <code>b</code></li><li><strong>c</strong></li></ul>",
    );
    expect(markdown("[here](https://example.org/a?b=1&c=2)")).toContain(
      '<a href="https://example.org/a?b=1&amp;c=2" rel="nofollow">here</a>',
    );
  });

  test("has stressed words, also inside of others as CommonMark reads them, but not between spaces", () => {
    expect(markdown("*so* and **so**, 2\\*3\\*4, a * b * c, *x*y")).toBe(
      "<p><em>so</em> and <strong>so</strong>, 2*3*4, a * b * c, <em>x</em>y</p>",
    );
    expect(markdown("2*3*4 a_b_c")).toBe("<p>2<em>3</em>4 a_b_c</p>");
    expect(markdown("*a <b>*")).toBe("<p><em>a &lt;b&gt;</em></p>");
  });

  test("has tables, with what is marked in their cells", () => {
    const html = markdown(
      "Bands:\n| Band | Meaning |\n|:--|---:|\n| `B4` | *red* |\n| a\\|b | <i> | more |\n| alone |",
    );
    expect(html).toContain("<p>Bands:</p>");
    expect(html).toContain('<thead><tr><th scope="col">Band</th><th scope="col">Meaning</th></tr></thead>');
    expect(html).toContain("<tr><td><code>B4</code></td><td><em>red</em></td></tr>");
    expect(html).toContain("<tr><td>a|b</td><td>&lt;i&gt;</td></tr><tr><td>alone</td><td></td></tr>");
    for (const text of ["a | b\nc | d", "a\n---", "| a |"]) expect(markdown(text)).not.toContain("<table");
  });

  test("has no markup of its own, and no other addresses", () => {
    for (const text of [
      "<b>x</b>",
      "[x](javascript:alert(1))",
      '[x](https://a/"onclick=alert(1))',
      "![x](https://a/)",
    ]) {
      expect(markdown(text)).not.toMatch(/<b>|<img|href="javascript|"onclick/);
    }
  });
});
