import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import {
  absoluteReference,
  makeResultsAbsolute,
  makeResultsRelative,
  type OutputLocations,
  ResultsSchema,
} from "../../../src/domain/values/results.ts";
import type { FileResult, Results } from "../../../src/domain/values/values.ts";

const settings: OutputLocations = {
  outputsDirectory: "/data/outputs",
  outputsPath: "/outputs",
  outputsUrl: "https://files.example.org/wps/outputs",
};
const job = "9b2f6e0c-8c4e-4a55-9f43-0d8f6a3f2c11";

function file(reference: string, secondaryFiles?: readonly FileResult[]): FileResult {
  const fields = { kind: "file", reference, basename: "f", mediaType: "text/plain", sizeBytes: 1 } as const;
  return secondaryFiles === undefined ? fields : { ...fields, secondaryFiles };
}

function relativeOf(reference: string, changed: Partial<OutputLocations> = {}): string | undefined {
  const result = makeResultsRelative({ out: file(reference) }, { ...settings, ...changed }).out;
  return result?.kind === "file" ? result.reference : undefined;
}

const everyKind: Results = {
  literal: { kind: "value", value: "/outputs/stays/as/it/is" },
  nested: { kind: "value", value: { href: "/outputs/stays" } },
  file: file(`/outputs/${job}/file/a%20b.txt`, [
    file(`/outputs/${job}/file/a%20b.txt.idx`, [file(`/outputs/${job}/x`)]),
  ]),
  link: { kind: "link", href: `${settings.outputsUrl}/${job}/link/l` },
  remote: { kind: "link", href: "https://elsewhere.example.org/outputs/x" },
  list: {
    kind: "list",
    items: [
      file(`${settings.outputsUrl}/${job}/list/0/f`),
      { kind: "list", items: [file(`/outputs/${job}/list/1/0/f`)] },
      { kind: "value", value: 3 },
    ],
  },
};

describe("makeResultsRelative()", () => {
  test("takes the URL, else the path, from the beginning of a reference", () => {
    expect(relativeOf(`${settings.outputsUrl}/${job}/o/f`)).toBe(`/${job}/o/f`);
    expect(relativeOf(`/outputs/${job}/o/f`)).toBe(`/${job}/o/f`);
  });

  test("keeps what follows unchanged, percent signs included", () => {
    expect(relativeOf(`/outputs/${job}/o/item%20%231.txt?a=/outputs/b`)).toBe(`/${job}/o/item%20%231.txt?a=/outputs/b`);
  });

  test("does not mind a slash at the end of a setting", () => {
    const changed = { outputsPath: "/outputs/", outputsUrl: `${settings.outputsUrl}/` };
    expect(relativeOf(`/outputs/${job}/f`, changed)).toBe(`/${job}/f`);
    expect(relativeOf(`${settings.outputsUrl}/${job}/f`, changed)).toBe(`/${job}/f`);
  });

  test("keeps every reference when the outputs are served from the root", () => {
    expect(relativeOf(`/${job}/f`, { outputsPath: "/", outputsUrl: "https://h.example.org" })).toBe(`/${job}/f`);
    expect(
      relativeOf(`https://h.example.org/${job}/f`, { outputsPath: "/", outputsUrl: "https://h.example.org" }),
    ).toBe(`/${job}/f`);
  });

  for (const reference of [
    "/outputs2/j/f",
    "/outputs",
    "/other/outputs/j/f",
    "outputs/j/f",
    "https://files.example.org/wps/outputs2/j/f",
    "https://files.example.org/outputs/j/f",
    "https://elsewhere.example.org/wps/outputs/j/f",
    `/${job}/o/f`,
    "data:,x",
    "",
  ]) {
    test(`keeps "${reference}"`, () => {
      expect(relativeOf(reference)).toBe(reference);
    });
  }

  test("enters arrays and secondary files, and leaves literals and remote references alone", () => {
    expect(makeResultsRelative(everyKind, settings)).toEqual({
      ...everyKind,
      file: file(`/${job}/file/a%20b.txt`, [file(`/${job}/file/a%20b.txt.idx`, [file(`/${job}/x`)])]),
      link: { kind: "link", href: `/${job}/link/l` },
      list: {
        kind: "list",
        items: [
          file(`/${job}/list/0/f`),
          { kind: "list", items: [file(`/${job}/list/1/0/f`)] },
          { kind: "value", value: 3 },
        ],
      },
    });
  });

  test("done twice is the same as done once", () => {
    const references = ["", "/", "/outputs", "/outputs/", "/outputs2/x", settings.outputsUrl, "https://h/x"];
    const parts = [...references, `/${job}/f`, "/a"];
    for (const first of parts) {
      for (const second of parts) {
        const once = relativeOf(first + second);
        expect(relativeOf(once ?? "")).toBe(once ?? "absent");
      }
    }
    const once = makeResultsRelative(everyKind, settings);
    expect(makeResultsRelative(once, settings)).toEqual(once);
  });
});

describe("absoluteReference()", () => {
  test("turns relative references into URLs, and leaves the others", () => {
    expect(absoluteReference(`/${job}/o/f`, settings)).toBe(`${settings.outputsUrl}/${job}/o/f`);
    for (const other of ["https://h.example.org/x", "//h.example.org/x", "data:,x"]) {
      expect(absoluteReference(other, settings)).toBe(other);
    }
  });

  test("undoes makeResultsRelative(), at a new address too", () => {
    const relative = makeResultsRelative(everyKind, settings);
    expect(makeResultsRelative(makeResultsAbsolute(relative, settings), settings)).toEqual(relative);
    const moved = { ...settings, outputsUrl: "https://new.example.org/o" };
    expect(makeResultsAbsolute(relative, moved).link).toEqual({
      kind: "link",
      href: `https://new.example.org/o/${job}/link/l`,
    });
  });
});

describe("ResultsSchema", () => {
  test("reads back every kind of result", () => {
    expect(v.parse(ResultsSchema, JSON.parse(JSON.stringify(everyKind)))).toEqual(everyKind);
  });

  test("refuses what is no result", () => {
    expect(v.is(ResultsSchema, { out: { kind: "file", reference: 3 } })).toBe(false);
    expect(v.is(ResultsSchema, { out: "text" })).toBe(false);
  });
});
