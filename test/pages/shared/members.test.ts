import { expect, test } from "bun:test";
import { join } from "node:path";
import { parseExact } from "../../../src/domain/values/json.ts";
import { membersOf, oneValueOf } from "../../../src/pages/shared/members.ts";

const textOf = (document: object) => String(membersOf(document));

test("each member stands by its name, whatever it is", () => {
  expect(textOf({ a: 1, b: null, c: true, d: undefined, e: [], f: ["x"], g: { h: "y" }, progress: 5 })).toBe(
    "<dl><dt>a</dt><dd><span>1</span></dd><dt>b</dt><dd><span>null</span></dd><dt>c</dt><dd><span>true</span></dd>" +
      "<dt>e</dt><dd><span>none</span></dd><dt>f</dt><dd><ul><li><span>x</span></li></ul></dd>" +
      "<dt>g</dt><dd><dl><dt>h</dt><dd><span>y</span></dd></dl></dd>" +
      '<dt>progress</dt><dd><span><progress max="100" value="5"></progress> 5 %</span></dd></dl>',
  );
  expect(String(oneValueOf(parseExact("[1.0]")))).toBe("<ul><li><span>1.0</span></li></ul>");
  expect(String(oneValueOf([{ a: 1 }]))).toStartWith('<ul class="records">');
});

test("links are anchors; one that executes is not followed by programs, and an address of another scheme is text", () => {
  expect(textOf({ href: "http://a/jobs", rel: "up", type: "text/html", title: "Jobs" })).toBe(
    '<span><a href="http://a/jobs" rel="up">Jobs</a> up, text/html</span>',
  );
  expect(String(oneValueOf("http://a/processes/x/execution"))).toBe(
    '<a href="http://a/processes/x/execution" rel="nofollow">http://a/processes/x/execution</a>',
  );
  expect(textOf({ href: "javascript:alert(1)" })).not.toContain("<a");
});

test("markup in names, values and addresses is text", () => {
  const evil = `<b x='1' y="2">&`;
  const safe = "&lt;b x=&#39;1&#39; y=&quot;2&quot;&gt;&amp;";
  expect(textOf({ [evil]: evil })).toBe(`<dl><dt>${safe}</dt><dd><span>${safe}</span></dd></dl>`);
  expect(textOf({ href: `http://a/${evil}`, rel: evil, title: evil, type: evil })).toBe(
    `<span><a href="http://a/${safe}" rel="${safe}">${safe}</a> ${safe}, ${safe}</span>`,
  );
});

test("members alone are written as text, and tables of records add attributes to what was written", async () => {
  const pages = join(import.meta.dir, "..", "..", "..", "src", "pages");
  const files = [...new Bun.Glob("**/*.{ts,tsx}").scanSync({ cwd: pages })];
  const texts = await Promise.all(
    files.map(async (file) => ({ file, text: await Bun.file(join(pages, file)).text() })),
  );
  const writers = texts.filter(({ text }) => /hono\/html|dangerouslySetInnerHTML/.test(text)).map(({ file }) => file);
  expect(writers.sort()).toEqual(["shared/members.ts", "shared/record-table.tsx"]);
});

test("a stage is worded for who reads it, with the name that programs know it by", () => {
  expect(String(membersOf({ stage: "monitorLoop" }))).toContain("Running (monitorLoop)");
  expect(String(membersOf({ stage: "<b>" }))).toContain("&lt;b&gt;");
});
