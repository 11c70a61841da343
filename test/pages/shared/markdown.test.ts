import { describe, expect, test } from "bun:test";
import { Inline, Markdown } from "../../../src/pages/shared/markdown.tsx";
import { plainText } from "../../../src/pages/shared/markdown-tree.ts";

const markdown = (text: string) => String(Markdown({ text }));
const inline = (text: string) => String(Inline({ text }));

describe("a text of Markdown is shown as it is meant:", () => {
  test.each([
    ["a list right below a line", "Steps:\n- a\n- b", "<p>Steps:</p><ul><li>a</li><li>b</li></ul>"],
    ["a list with numbers", "3. c\n4. d", '<ol start="3"><li>c</li><li>d</li></ol>'],
    ["a list in a list", "- a\n  - b\n  - c\n- d", "<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>"],
    ["an item over two lines", "1. a\n   b\n\n   c\n2. d", '<ol start="1"><li>a\nb<p>c</p></li><li>d</li></ol>'],
    ["items with a line between", "* a\n\n* b\n\nc", "<ul><li>a</li><li>b</li></ul><p>c</p>"],
    ["two lists", "- a\n* b", "<ul><li>a</li></ul><ul><li>b</li></ul>"],
    ["a heading right above a text", "# About #\nText", "<p><strong>About</strong></p><p>Text</p>"],
    ["a heading with a line below", "About\n=====\nText", "<p><strong>About</strong></p><p>Text</p>"],
    ["code between fences", "Run:\n```sh\na <b>\n\n  *c*\n```\nend", "<p>Run:</p>"],
    ["code that is indented", "Run:\n\n    a --b\n      c\n\nend", '<pre class="code">a --b\n  c</pre><p>end</p>'],
    ["a fence without an end", "```\na", '<pre class="code">a</pre>'],
    ["a quote", "> a\n> *b*\n\nc", "<blockquote><p>a\n<em>b</em></p></blockquote><p>c</p>"],
    ["a line across", "a\n\n---\n\nb", "<p>a</p><hr/><p>b</p>"],
    ["the end of a line", "a  \nb\\\nc", "<p>a<br/>b<br/>c</p>"],
    ["emphasis of both kinds", "_a_ __b__ a_b_c", "<p><em>a</em> <strong>b</strong> a_b_c</p>"],
    ["code in bold words", "**a `b` *c***", "<strong>a <code>b</code>"],
    ["bold words over two lines", "**a\nb**", "<p><strong>a\nb</strong></p>"],
    ["an address", "See https://a.example/b?c=1.", '<a href="https://a.example/b?c=1" rel="nofollow">'],
    ["an address between signs", "<https://a.example/>", '<p><a href="https://a.example/" rel="nofollow">'],
    ["a link with a title", '[a](https://a.example "b")', '<a href="https://a.example" rel="nofollow">a</a>'],
    ["an image", "![a](https://a.example/b.png)", '<p><a href="https://a.example/b.png" rel="nofollow">a</a></p>'],
    ["what is escaped", "\\*a\\* 1\\. `\\*`", "<p>*a* 1. <code>\\*</code></p>"],
    ["a year at the begin of a line", "It was\n1984. Then", "<p>It was\n1984. Then</p>"],
    ["a negative number", "-5 and\n+3", "<p>-5 and\n+3</p>"],
    ["stressed parts of a word", "2*3*4 un*do*ne a_b_c", "<p>2<em>3</em>4 un<em>do</em>ne a_b_c</p>"],
    ["words of both kinds", "***a*** **b**c", "<p><em><strong>a</strong></em> <strong>b</strong>c</p>"],
    [
      "a list in a list of another kind",
      "1. a\n   - b\n     * c\n2. d",
      "<li>a<ul><li>b<ul><li>c</li></ul></li></ul></li>",
    ],
    ["code in an item", "- a\n  ```sh\n  b c\n  ```", '<ul><li>a<pre class="code">b c</pre></li></ul>'],
    [
      "a link by a name",
      "[a][b] [b]\n\n[b]: https://a.example",
      '">a</a> <a href="https://a.example" rel="nofollow">b</a></p>',
    ],
    ["a name without an address", "a[^1]\n\n[^1]: note", "<p>a[^1]</p><p>[^1]: note</p>"],
    ["an address with signs", "https://a.example/_b_/c_(d)_e.", '">https://a.example/_b_/c_(d)_e</a>.</p>'],
    ["an address of mail", "<a@b.example>", '<a href="mailto:a@b.example" rel="nofollow">a@b.example</a>'],
    [
      "an image in a link",
      "[![a](https://a.example/b.png)](https://c.example)",
      '<p><a href="https://c.example" rel="nofollow">a</a></p>',
    ],
    ["an image without words", "![](https://a.example/b.png)", '">https://a.example/b.png</a>'],
    ["a link without words", "[](https://a.example)", '">https://a.example</a>'],
    ["a link to no address of the web", "[a](b.md) ![c](d.png)", "<p>[a](b.md) ![c](d.png)</p>"],
    ["names of signs", "&copy; &lt;b&gt; \\<b\\>", "<p>\u00a9 &lt;b&gt; &lt;b&gt;</p>"],
    ["markup", "<details>\n*a* <br>\n</details>", "<p>&lt;details&gt;\n<em>a</em> &lt;br&gt;\n&lt;/details&gt;</p>"],
    ["lines of another system", "a\r\n\r\n- b\r\n- c\r\n", "<p>a</p><ul><li>b</li><li>c</li></ul>"],
  ])("%s", (_, text, html) => {
    expect(markdown(text)).toContain(html);
  });

  test("what stands between fences stays as it is", () => {
    expect(markdown("```sh\na <b>\n\n  *c*\n```\nend")).toBe('<pre class="code">a &lt;b&gt;\n\n  *c*</pre><p>end</p>');
  });
});

test.each([
  "[a](javascript:alert(1))",
  "[a](JaVaScRiPt:alert(1))",
  "[a](&#106;avascript:alert(1))",
  "[a](<java\nscript:alert(1)>)",
  "[a](data:text/html,b)",
  "[a](//b.example)",
  "[a](vbscript:b)",
  "<javascript:alert(1)>",
  "[a]\n\n[a]: javascript:alert(1)",
  "![a](data:image/png;base64,AA)",
  "<a href='ftp://b.example'>c</a>",
])("%j gives no link", (text) => {
  expect(markdown(text)).not.toMatch(/<a |<img/);
});

describe("inside of a line", () => {
  test.each([
    [
      "words and addresses are marked",
      "`a` *b* https://c.example",
      '<code>a</code> <em>b</em> <a href="https://c.example"',
    ],
    ["blocks are text", "- a\n\n# b\n> c\n\n| d |\n|---|", "- a\n\n# b\n&gt; c\n\n| d |\n|---|"],
    ["markup is text", "<b>c</b>", "&lt;b&gt;c&lt;/b&gt;"],
  ])("%s", (_, text, html) => {
    expect(inline(text)).toStartWith(html);
  });
});

test("the end of what is too long, too deep or has too many marks is shown as it is written, the begin as it is meant", () => {
  for (const end of ["b\n".repeat(3000), "c ".repeat(30_000), `${"> ".repeat(40)}d`, "*e* ".repeat(4000)]) {
    const html = markdown(`*a*\n\n${end}`);
    expect(html).toStartWith("<p><em>a</em></p>");
    expect(html).toContain('<pre class="code">');
    expect(html.replaceAll("&gt;", ">")).toContain(end.slice(-20));
  }
  expect(markdown(`${"- ".repeat(60)}-\n\n${"> ".repeat(12)}a`)).toStartWith("<hr/><blockquote>");
  expect(markdown("*a* ".repeat(300)).match(/<em>/g)).toHaveLength(100);
});

test("text that is made to take long is shown in a moment, and nothing of it is lost", () => {
  const hostile = [
    `${"- ".repeat(20_000)}a`,
    `# a${" ".repeat(49_000)}b`,
    `a |\n${" ".repeat(49_000)}| b`,
    `a |\n---|${" ".repeat(49_000)}b`,
    `a${" ".repeat(49_000)}b`,
    "> ".repeat(20_000),
    "a\n\n".repeat(15_000),
    "*a ".repeat(16_000),
    "_a ".repeat(16_000),
    "[".repeat(50_000),
    "`".repeat(49_999),
    `a${"**".repeat(24_000)}`,
    "https://".repeat(6000),
    `${" ".repeat(49_000)}*a`,
    "|-".repeat(25_000),
    "1. ".repeat(16_000),
    "- a\n".repeat(12_000),
    "- a\n\n".repeat(9000),
    `${"*".repeat(20_000)}a${"*".repeat(20_000)}`,
    "*a _b ".repeat(4000) + "c* d_ ".repeat(4000),
    ">".repeat(20_000),
    "> - 1. ".repeat(3000),
    `${"> ".repeat(25)}a\n${"b\n".repeat(20_000)}`,
    Array.from({ length: 300 }, (_, depth) => `${"  ".repeat(depth)}- a\n`).join(""),
    "a\n=\n".repeat(10_000),
    "a\r".repeat(20_000),
    `-${" ".repeat(49_000)}a`,
    `${"- ".repeat(20_000)}-\na`,
    "a|b\n-|-\n\n".repeat(4000),
    `${"|a".repeat(5000)}\n${"|-".repeat(5000)}`,
    `${"[".repeat(5000)}a${"](b)".repeat(5000)}`,
    "http://a.example ".repeat(2000),
  ];
  for (const text of hostile) {
    expect(markdown(text).length).toBeGreaterThan(8);
    expect(inline(text)).not.toBe("");
  }
}, 20_000);

test.each([
  ["**Bold** and `code`, _stressed_", "Bold and code, stressed"],
  ["# Water\n\nFinds [lakes](https://example.org).\n\n- one\n- two", "Water: Finds lakes. one two"],
  ["# Only a head", "Only a head"],
  ["![a map](m.png) of\nit", "a map of it"],
  ["| a | b |\n|---|---|\n| 1 | 2 |", "a b 1 2"],
  ["1 < 2 & <b>plain</b>", "1 < 2 & <b>plain</b>"],
  ["[x][y]\n\n[y]: https://example.org", "x"],
  ["> said\n\n```\nrun it\n```", "said run it"],
  ["snake_case_name and 2 * 3", "snake_case_name and 2 * 3"],
  ["", ""],
])("%j is %j without marks", (text, plain) => {
  expect(plainText(text)).toBe(plain);
});
