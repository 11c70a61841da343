import { describe, expect, test } from "bun:test";
import { Problem } from "../../src/domain/problem.ts";
import { attribute, child, children, childText, decodeXml, parseXml, rawText, text } from "../../src/wire/xml.ts";
import { markup, writeElement, writeXml } from "../../src/wire/xml-write.ts";

function problemOf(source: string): Problem {
  try {
    parseXml(source, { isTolerant: true });
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("Nothing was refused");
}

describe("parseXml()", () => {
  test("resolves namespaces of elements and attributes, whatever their prefixes", () => {
    const root = parseXml('<p:a xmlns:p="urn:one" xmlns="urn:two" p:x="1" y="2"><b/><p:c xmlns:p="urn:three"/></p:a>');
    expect([root.namespace, root.local]).toEqual(["urn:one", "a"]);
    expect(children(root).map((one) => one.namespace)).toEqual(["urn:two", "urn:three"]);
    expect([attribute(root, "x", "urn:one"), attribute(root, "x"), attribute(root, "y")]).toEqual([
      "1",
      undefined,
      "2",
    ]);
  });

  test("reads text across CDATA sections, references and comments", () => {
    const root = parseXml("<a> x &amp; <![CDATA[<y>]]><!-- no --> &#65; <b>inner</b></a>");
    expect(rawText(root)).toBe(" x & <y> A ");
    expect(text(root)).toBe("x & <y> A");
    expect(childText(root, [""], "b")).toBe("inner");
    expect(child(root, ["urn:other"], "b")).toBeUndefined();
  });

  const refused: readonly [string, string, string][] = [
    ["a DOCTYPE", '<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>', "DOCTYPE"],
    [
      "a DOCTYPE behind comments",
      '<?xml version="1.0"?><!-- --><?p ?>\n<!doctype a [<!ENTITY b "c">]><a>&b;</a>',
      "DOCTYPE",
    ],
    ["a prefix that is not declared", "<p:a/>", 'prefix "p"'],
    ["an attribute's prefix that is not declared", "<a p:x='1'/>", 'prefix "p"'],
    ["two roots", "<a/><b/>", "error"],
    ["a tag that is not closed", "<a><b></a>", "error"],
    ["no document", "  ", "nothing"],
    ["text", "hello", "error"],
    ["JSON", '{"a": 1}', "error"],
    ["nesting that would exhaust the stack", `${"<a>".repeat(200_000)}${"</a>".repeat(200_000)}`, "nesting"],
    ["nesting beyond the limit", `${"<a>".repeat(129)}${"</a>".repeat(129)}`, "levels"],
    [
      "too many attributes",
      `<a ${Array.from({ length: 257 }, (_, index) => `a${index}=""`).join(" ")}/>`,
      "attributes",
    ],
  ];
  test.each(refused)("refuses %s", (_, source, words) => {
    const problem = problemOf(source);
    expect(problem.message).toContain(words);
    expect(["invalid-parameter-value", "content-too-large"]).toContain(problem.kind);
  });

  test("refuses more elements and characters than its limits", () => {
    const limits = { maxCharacters: 100, maxDepth: 5, maxElements: 3, maxAttributes: 5 };
    expect(() => parseXml("<a><b/><b/><b/></a>", { limits })).toThrow("more elements");
    expect(() => parseXml(`<a>${'<b c="" d="" e=""/>'.repeat(4)}</a>`, { limits })).toThrow("elements and attributes");
    expect(rawText(parseXml(`<a><![CDATA[${"<".repeat(50)}]]></a>`, { limits }))).toHaveLength(50);
    expect(() => parseXml(`<a>${"x".repeat(100)}</a>`, { limits })).toThrow("more characters");
  });

  test("leaves a document alone whose CDATA holds a DOCTYPE", () => {
    expect(rawText(parseXml("<a><![CDATA[<!DOCTYPE html><p>]]></a>"))).toBe("<!DOCTYPE html><p>");
  });

  test("repairs broken escapes only when told to", () => {
    const broken = "<a b='1 & 2'>x < 5 &nbsp; &#31; \u0007<![CDATA[& < \u0007]]></a>";
    expect(() => parseXml(broken)).toThrow("Cannot read XML");
    const root = parseXml(broken, { isTolerant: true });
    expect(rawText(root)).toBe("x < 5 &nbsp; \uFFFD \uFFFD& < \uFFFD");
    expect(attribute(root, "b")).toBe("1 & 2");
  });
});

describe("decodeXml()", () => {
  const cases: readonly [string, Uint8Array, string][] = [
    ["UTF-8 without a declaration", Buffer.from("<a>é</a>"), "é"],
    ["a declared ISO-8859-1", Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>', "latin1"), "é"],
    ["UTF-16 by its mark", Buffer.from("\ufeff<a>é</a>", "utf16le"), "é"],
    ["a UTF-8 mark", Buffer.from("\ufeff<a>é</a>"), "é"],
  ];
  test.each(cases)("decodes %s", (_, bytes, wanted) => {
    expect(text(parseXml(decodeXml(bytes)))).toBe(wanted);
  });

  test("refuses an unknown encoding", () => {
    expect(() => decodeXml(Buffer.from('<?xml version="1.0" encoding="EBCDIC"?><a/>'))).toThrow('encoding "EBCDIC"');
  });
});

describe("writeXml()", () => {
  test("escapes what would end a text or an attribute", () => {
    const written = writeXml(markup("p:a", { x: '"<&>\n' }, "</p:a>&\r\u0000"), { p: "urn:one" });
    const root = parseXml(written);
    expect([attribute(root, "x"), rawText(root)]).toEqual(['"<&>\n', "</p:a>&\r\uFFFD"]);
  });

  test("keeps the namespaces of an element that was parsed, also those of names in values", () => {
    const outer = parseXml('<a xmlns="urn:d" xmlns:q="urn:q"><q:b t="q:name"><c xmlns=""/></q:b></a>');
    const [inner] = children(outer);
    if (inner === undefined) throw new Error("No element");
    const again = parseXml(writeXml(markup("p:x", {}, inner), { p: "urn:p" }));
    const [read] = children(again);
    expect([read?.namespace, read?.scope.get("q")]).toEqual(["urn:q", "urn:q"]);
    expect(read === undefined ? undefined : children(read)[0]?.namespace).toBe("");
    expect(parseXml(writeElement(inner)).local).toBe("b");
  });
});
