import { describe, expect, test } from "bun:test";
import { kvpText, parseKvp, parseKvpItems } from "../../src/wire/kvp.ts";

describe("parseKvp()", () => {
  test("takes names in any case, and decodes values when they are asked for", () => {
    const kvp = parseKvp("?SERVICE=WPS&Request=Execute&identifier=a%20b+c&empty=");
    expect([kvpText(kvp, "service"), kvpText(kvp, "REQUEST"), kvpText(kvp, "Identifier")]).toEqual([
      "WPS",
      "Execute",
      "a b c",
    ]);
    expect(kvpText(kvp, "empty")).toBeUndefined();
  });

  test("refuses a parameter that is given twice with other values", () => {
    expect(() => parseKvp("version=1.0.0&VERSION=2.0.0")).toThrow('"version" twice');
  });

  test("leaves broken escapes as they are", () => {
    expect(kvpText(parseKvp("a=100%"), "a")).toBe("100%");
  });
});

describe("parseKvpItems()", () => {
  const attributes = new Map([["mimetype", "text/plain"]]);
  const cases: readonly [string, string, ReturnType<typeof parseKvpItems>][] = [
    [
      "several items",
      "a=1;b=x y",
      [
        { id: "a", value: "1", attributes: new Map() },
        { id: "b", value: "x y", attributes: new Map() },
      ],
    ],
    ["attributes", "a=1@mimeType=text/plain", [{ id: "a", value: "1", attributes }]],
    ["an item without a value", "out@mimeType=text%2Fplain", [{ id: "out", attributes }]],
    ["encoded separators inside a value", "a=1%3B2%402%3D", [{ id: "a", value: "1;2@2=", attributes: new Map() }]],
    [
      "a list that was encoded as a whole",
      "a%3D1%3Bb%3D2%253B",
      [
        { id: "a", value: "1", attributes: new Map() },
        { id: "b", value: "2;", attributes: new Map() },
      ],
    ],
    ["an equals sign inside a value", "a=x=y", [{ id: "a", value: "x=y", attributes: new Map() }]],
    ["nothing", "", []],
  ];
  test.each(cases)("reads %s", (_, list, wanted) => {
    expect(parseKvpItems(list)).toEqual(wanted);
  });
});
