import { describe, expect, test } from "bun:test";
import type { ListedProcess, ProcessListView } from "../../../src/pages/processes/listed-process.ts";
import { processListPage } from "../../../src/pages/processes/process-list.tsx";
import { frame, plainTables } from "../frame.ts";

function page(
  processes: readonly ListedProcess[],
  { q = "", keyword = "", ...view }: Partial<ProcessListView> = {},
): string {
  const links = [{ href: "http://server/base/processes?after=b&f=html", rel: "next", title: "Next page" }];
  return processListPage({ processes, q, keyword, mayDeploy: false, ...view }).render(frame, {
    processes: [{ id: "a", jobs: 1 }],
    links,
  });
}

describe("the page of a list of processes", () => {
  test("has a row for each process: where it comes from, how its runs went", () => {
    const html = page([
      { id: "a", title: "First", version: "2", keywords: ["x y"], origin: "package", runs: 3, successRate: 2 / 3 },
      { id: "b", origin: "built-in", runs: 0 },
      { id: "c", origin: "provider p", runs: 1, successRate: 1, medianSeconds: 75 },
    ]);
    expect(plainTables(html).match(/<tr>/g)).toHaveLength(4);
    expect(html).toContain('<a href="http://server/base/processes/a?f=html">First</a>');
    expect(html).toContain('href="http://server/base/processes?f=html&amp;keyword=x%20y"');
    expect(html).toContain("67 % of 3");
    expect(html).toContain("not run yet");
    expect(html).toContain("1 min 15 s");
    expect(html).toContain("provider p");
    expect(html).toContain('<a href="http://server/base/processes?after=b&amp;f=html" rel="next">Next page</a>');
  });

  test("marks what is known to be unable to run here, with a sign and in words that say why", () => {
    const html = page([
      { id: "a", origin: "package", cannotRun: "no-image" },
      { id: "b", origin: "provider p", cannotRun: "provider-wants-key" },
      { id: "c", origin: "package" },
    ]);
    const marks = [...html.matchAll(/<small class="purpose cannot-run">(.*?)<\/small>/g)].map(([, mark]) => mark);
    expect(marks).toEqual([
      '<span aria-hidden="true">✕</span> cannot run here: an image is missing',
      '<span aria-hidden="true">✕</span> cannot run here: its provider wants a key',
    ]);
  });

  test("says of each process in one line what it is for, and keys go from one to the next", () => {
    const described = (description: string) => ({ id: "a", origin: "package", keywords: ["k"], description });
    const purposeOf = (text: string) =>
      /<small class="muted purpose">(.*?)<\/small>/.exec(page([described(text)]))?.[1];
    expect(purposeOf("Reads **scenes** given as CSV. Then more.")).toBe("Reads scenes given as CSV.");
    expect(purposeOf("Version 1.2 of a <b>thing</b>, e.g.a.b")).toBe(
      "Version 1.2 of a &lt;b&gt;thing&lt;/b&gt;, e.g.a.b",
    );
    expect(purposeOf("word ".repeat(100))).toMatch(/^(?:word ){10,40}…$/);
    expect(purposeOf("")).toBeUndefined();
    expect(page([described("x")])).toContain('tabindex="-1">k</a>');
    const narrowed = { ...frame, jsonUrl: "http://server/base/processes?f=json&keyword=k" };
    const view = { processes: [described("x")], q: "", keyword: "k", mayDeploy: false };
    const html = processListPage(view).render(narrowed, { processes: [{ id: "a" }], links: [] });
    expect(html).toContain('<span aria-current="true">k</span>');
  });

  test("says whose runs there are none of: nobody's, none that one may see, none of one's own", () => {
    const never = [{ id: "b", origin: "built-in", runs: 0 }];
    const cells = (whose?: "all" | "some" | "own") => {
      const html = plainTables(page(never, whose === undefined ? {} : { whose }));
      return /<td>([^<]*)\s*<\/td><td><\/td><\/tr>/.exec(html)?.[1]?.trim();
    };
    expect([cells(), cells("all")]).toEqual(["not run yet", "not run yet"]);
    expect(cells("some")).toBe("no run that you may see");
    expect(cells("own")).toBe("you have not run it yet");
    expect(page(never, { whose: "own" })).toContain(">Succeeded (your runs)</th>");
    expect(page(never)).toContain(">Succeeded</th>");
  });

  test("has no columns of runs for who may not see runs", () => {
    expect(page([{ id: "a", origin: "package" }])).not.toContain("Succeeded");
  });

  test("searches by a form without JavaScript, and keeps what was searched", () => {
    const html = page([], { q: "<b>", keyword: "k" });
    expect(html).toContain('<form method="get" action="http://server/base/processes"');
    expect(html).toContain('name="q" value="&lt;b&gt;"');
    expect(html).toContain("Nothing has &quot;&lt;b&gt;&quot; and the keyword &quot;k&quot;.");
  });

  test("teaches the next command when there is nothing", () => {
    expect(page([])).toContain("heddle deploy package.cwl --url http://server/base");
  });
});
