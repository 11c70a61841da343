import { describe, expect, test } from "bun:test";
import { Markdown } from "../../src/pages/markdown.tsx";
import { DescribedTable } from "../../src/pages/process-tables.tsx";
import { plainTables } from "./frame.ts";

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
    expect(html).toContain("<td>string</td><td>optional</td><td>x</td><td>characters at most 5</td><td></td>");
    expect(html).toContain("<td>image/tiff</td><td>0 or more</td>");
    expect(html).toContain("<td>array of integer</td><td>2 to 3</td>");
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
