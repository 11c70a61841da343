import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { holdsScript } from "../../src/cwl/document/load/template.ts";
import { readOntology } from "../../src/cwl/values/broader-formats.ts";
import { formatMediaType, isFormat } from "../../src/cwl/values/formats.ts";
import { ProviderBodySchema } from "../../src/domain/processes/provider.ts";
import { withoutEndSlashes } from "../../src/domain/words/text.ts";
import { noToolProgress, readToolProgress } from "../../src/executors/local/tool-progress.ts";
import { areaFormOf } from "../../src/pages/form/boxes.ts";
import { splitOutsideQuotes } from "../../src/wire/header-list.ts";
import { parseDisposition } from "../../src/wire/multipart.ts";
import { tableShapeOf } from "../../src/wire/table-shape.ts";
import { literalValue } from "../../src/wire/wps/literal-types.ts";

const many = 300_000;

/** Each of these took minutes, or would never have ended, when it was tried again from each character on. */
describe("a text of any kind is read in time that grows as the text does", () => {
  test("slashes that are not at the end", () => {
    expect(withoutEndSlashes(`${"/".repeat(many)}x//`)).toBe(`${"/".repeat(many)}x`);
  });

  test("a number of very many digits that is none", () => {
    const text = `${"1".repeat(many)}x`;
    expect(literalValue(text, { type: "number" })).toBe(text);
    expect(literalValue("-12.5e3", { type: "number" })).toBe(-12500);
    expect(literalValue("12.", { type: "number" })).toBe(12);
    expect(literalValue(".5", { type: "number" })).toBe(0.5);
  });

  test("a table with a cell of very many digits that is no number", () => {
    for (const end of ["x", ".x", "e", "e+", ".5x"]) {
      expect(tableShapeOf(`${"1".repeat(many)}${end}\n1\n`).hasHead).toBe(true);
    }
    expect(tableShapeOf("1.,2.5,.5,1e3\n1.,2.5,.5,1e3").hasHead).toBe(false);
  });

  test("an area whose type stands before very many blanks", () => {
    for (const end of ["x", "Z", "M", "Z M", "ZM x"]) {
      const blanks = " ".repeat(many / 2);
      expect(areaFormOf(`POINT${blanks}${end.replace(" ", blanks)}`)).toBeUndefined();
    }
    for (const type of ["POINT", "POINT Z", "POINTZ", "POINT ZM", "POINT  M "])
      expect(areaFormOf(`${type}(1 2)`)).toBe("wkt");
  });

  test("a format of very many blanks", () => {
    const prefix = "https://www.iana.org/assignments/media-types/";
    expect(formatMediaType(`${prefix}text/csv ; a=1;  b=2`)).toBe("text/csv; a=1; b=2");
    expect(formatMediaType(`${prefix}a/b${" ".repeat(many)}c`)?.length).toBe(many + 4);
  });

  test("formats to which very many ways lead", () => {
    const broader = Object.fromEntries(
      Array.from({ length: 60 }, (_, level) =>
        ["a", "b"].map((one) => [`${one}${level}`, [`a${level + 1}`, `b${level + 1}`]]),
      ).flat(),
    );
    expect(isFormat("a0", "b60", broader)).toBe(true);
    expect(isFormat("a0", "other", broader)).toBe(false);
  });

  test("an ontology that is none", () => {
    for (const text of ["<".repeat(many), `"${'\\"'.repeat(many)}`, ".".repeat(many)]) {
      const into = new Map<string, Set<string>>();
      readOntology(text, into);
      expect(into.size).toBe(0);
    }
  });

  test("a header of quotes that are not closed", () => {
    expect(splitOutsideQuotes(`a;${'"\\'.repeat(many)}`, ";").length).toBe(2);
    expect(splitOutsideQuotes('a="1;2";b=\\";c', ";")).toEqual(['a="1;2"', 'b=\\"', "c"]);
    expect(parseDisposition(';a="\\'.repeat(many)).name).toBeUndefined();
  });

  test("a line of progress with very many blanks", () => {
    const told = (line: string) => readToolProgress(noToolProgress, `${line}\n`).told;
    expect(told(`PROGRESS 5${" ".repeat(4000)}\u2028x`)).toEqual([{ percent: 5, message: "x" }]);
    expect(told("PROGRESS 42 % half done")).toEqual([{ percent: 42, message: "half done" }]);
    expect(told("PROGRESS 42%")).toEqual([{ percent: 42 }]);
    expect(told("PROGRESS 42nd")).toEqual([]);
    expect(told("PROGRESS 1234")).toEqual([]);
    expect(told("PROGRESS 42.x")).toEqual([]);
  });

  test("the URL of a provider with very many question marks", () => {
    const body = (url: string) => v.safeParse(ProviderBodySchema, { id: "p", url }).success;
    expect(body(`http://example.org/${"?".repeat(many)}#`)).toBe(false);
    expect(body("http://example.org/wps?a=b@c&d=?")).toBe(true);
    expect(body("http://example.org/w@ps")).toBe(false);
  });
});

test("a template of very many expressions that are not closed is read in one go", () => {
  const many = 300_000;
  expect(holdsScript("$(".repeat(many))).toBe(false);
  expect(holdsScript(`\${${"/".repeat(many)}`)).toBe(false);
  expect(holdsScript(`\${${"/* ".repeat(many)}`)).toBe(false);
  expect(holdsScript("$(a $(1 + 1)")).toBe(true);
  expect(holdsScript(`\${ /* } */ return 1; }`)).toBe(true);
});
