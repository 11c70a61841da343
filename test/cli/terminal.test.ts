import { describe, expect, test } from "bun:test";
import { failureText } from "../../src/cli/client/explain-job.ts";
import { UsageError } from "../../src/cli/command.ts";
import { hasColour } from "../../src/cli/terminal/colour.ts";
import { formatTable, oneLine, plainText } from "../../src/cli/terminal/table.ts";
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

test("a text of somebody else keeps its lines, and nothing that a terminal would obey", () => {
  expect(plainText("\u001b[31mError\u001b[0m:\tbad\u0007\n\u001b]52;c;aGk=\u0007\u202eend\r\n")).toBe(
    "Error:\tbad\n]52;c;aGk=end\n",
  );
});

test("why a job failed says nothing that a terminal would obey", () => {
  const text = failureText({
    ...{ jobID: "j", processID: "p", status: "failed", progress: 85, stage: "error", message: "" },
    exception: { detail: "found \u001b[2Jx\u0000", exitCode: 4, stderrTail: "\u001b[31mError\n\u001b]0;t\u0007end" },
  });
  expect(text).toContain("found x\nexit code: 4\n");
  expect(text).toContain("  Error\n  ]0;tend\n");
});
