import { describe, expect, test } from "bun:test";
import { Markdown } from "../../src/pages/markdown.tsx";

const markdown = (text: string) => String(Markdown({ text }));

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
    ["lines of another system", "a\r\n\r\n- b\r\n- c\r\n", "<p>a</p><ul><li>b</li><li>c</li></ul>"],
  ])("%s", (_, text, html) => {
    expect(markdown(text)).toContain(html);
  });

  test("what stands between fences stays as it is", () => {
    expect(markdown("```sh\na <b>\n\n  *c*\n```\nend")).toBe('<pre class="code">a &lt;b&gt;\n\n  *c*</pre><p>end</p>');
  });
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
  ];
  for (const text of hostile) expect(markdown(text).length).toBeGreaterThan(8);
}, 20_000);
