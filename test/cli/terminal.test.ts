import { describe, expect, test } from "bun:test";
import { UsageError } from "../../src/cli/command.ts";
import { hasColour } from "../../src/cli/terminal/colour.ts";
import { formatTable, oneLine } from "../../src/cli/terminal/table.ts";
import { fillTemplate, missingMembers, readTemplate } from "../../src/cli/terminal/template.ts";

describe("a table", () => {
  const columns = [{ title: "ID" }, { title: "TITLE", gives: true }, { title: "N", alignsRight: true }];
  const rows = [
    ["one", "a short title", "1"],
    ["two", "a title that is much too long for a narrow terminal", "1000"],
  ];

  test("is as wide as what it holds without a terminal", () => {
    expect(formatTable(columns, rows)).toBe(
      [
        "ID   TITLE                                                   N",
        "one  a short title                                           1",
        "two  a title that is much too long for a narrow terminal  1000",
        "",
      ].join("\n"),
    );
  });

  test.each([20, 30, 40, 60])("fits a terminal of %p cells", (width) => {
    const lines = formatTable(columns, rows, { width }).split("\n");
    for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(width);
    expect(lines[2]).toContain("…");
    expect(lines[2]).toEndWith("1000");
  });

  test("counts wide letters as two cells, and cuts between letters", () => {
    const [, line = ""] = formatTable([{ title: "T", gives: true }], [["河川流域の分析 👩‍🔬"]], { width: 9 }).split(
      "\n",
    );
    expect(Bun.stringWidth(line)).toBeLessThanOrEqual(9);
    expect(line).toBe("河川流域…");
  });

  test("shows nothing that a terminal would obey", () => {
    expect(oneLine("a\u001b[2Jb\r\nc\u202ed\u0007")).toBe("a [2Jb c d");
    const table = formatTable([{ title: "T" }], [["\u001b]0;owned\u0007x"]]);
    expect(table).not.toContain("\u001b");
  });
});

test("colours are for a terminal, unless nobody wants them", () => {
  expect(hasColour({ columns: 80, environment: {} })).toBe(true);
  expect(hasColour({ environment: {} })).toBe(false);
  expect(hasColour({ columns: 80, environment: { NO_COLOR: "1" } })).toBe(false);
  expect(hasColour({ columns: 80, environment: { NO_COLOR: "" } })).toBe(true);
  expect(hasColour({ columns: 80, environment: { TERM: "dumb" } })).toBe(false);
});

describe("a template", () => {
  const job = { jobID: "j", n: 5, tags: ["a", "b"], links: [{ href: "h" }], exception: { detail: "why" } };

  test.each([
    ["{jobID}", "j"],
    ["{jobID}\\t{n}", "j\t5"],
    ["{links.0.href} {exception.detail}", "h why"],
    ["{tags}", '["a","b"]'],
    ["{nothing}|{tags.9}|{n.more}", "||"],
    ["{{jobID}} 100%", "{jobID} 100%"],
    ["a\\\\b\\n", "a\\b\n"],
  ])("%p gives %p", (text, wanted) => {
    expect(fillTemplate(readTemplate(text), job)).toBe(wanted);
  });

  test.each(["{", "{jobID", "jobID}", "{}", "{a b}", "\\x", "{{{"])("%p cannot be read", (text) => {
    expect(() => readTemplate(text)).toThrow(UsageError);
  });

  test("names the members that no document has", () => {
    expect(missingMembers(readTemplate("{jobID} {x} {y.z}"), [job, { x: 1 }])).toEqual(["y.z"]);
  });
});
