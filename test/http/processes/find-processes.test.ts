import { describe, expect, test } from "bun:test";
import type { ProcessDescription } from "../../../src/domain/processes/process.ts";
import { echo } from "../../../src/engines/builtin/echo.ts";
import { completeTexts } from "../../../src/store/processes/find-processes.ts";
import { saveProcess } from "../../../src/store/processes/processes.ts";
import { insertProvider } from "../../../src/store/processes/providers.ts";
import { jsonOf, openService, processOf, type Service, submitEcho } from "../service.ts";

type Changes = Parameters<typeof processOf>[1] & { readonly owner?: string; readonly at?: number };

async function save(
  service: Service,
  description: Partial<ProcessDescription> & { id: string },
  changes: Changes = {},
) {
  const { owner, at = 0, ...process } = changes;
  await saveProcess(service.database, processOf({ ...echo.description, keywords: [], ...description }, process), at, {
    replace: true,
    ...(owner === undefined ? {} : { owner }),
  });
}

async function listed(service: Service, query: string, key?: string) {
  const options = key === undefined ? {} : { key };
  const { processes, links, detail } = await jsonOf(await service.send("GET", `/processes?${query}`, options));
  const list: readonly unknown[] = Array.isArray(processes) ? processes : [];
  const next = [links].flat().find((link) => Object(link).rel === "next");
  return { ids: list.map((one) => Object(one).id), next: String(Object(next).href ?? "").split("?")[1], list, detail };
}

async function withProcesses(): Promise<Service> {
  const service = await openService({ allowAnonymous: "viewer" });
  await save(
    service,
    { id: "water", title: "Élévation d'eau", description: "Finds lakes", keywords: ["NDWI", "lake"] },
    { at: 3 },
  );
  await save(service, { id: "ndvi", title: "Green", description: "Vegetation index", keywords: ["NDVI"] }, { at: 1 });
  await save(
    service,
    { id: "slope", title: "Hills", description: "Of an elevation model", keywords: ["lake shore"] },
    { at: 2 },
  );
  return service;
}

describe("processes are found by", () => {
  for (const [query, ids] of [
    ["q=elevation", ["slope", "water"]],
    ["q=ELEVATION%20lakes", ["slope", "water"]],
    ["q=finds%20ELEVATION", ["water"]],
    ["q=whole%20number%20hills", ["slope"]],
    ["q=elevation&q=model", ["slope"]],
    ["q=ndvi", ["ndvi"]],
    ["q=100%25", []],
    ["q=_", []],
    ["q=%00%01", ["echo", "ndvi", "slope", "water"]],
    ["keyword=lake", ["water"]],
    ["keyword=ndwi,LAKE", ["water"]],
    ["keyword=lake&keyword=ndvi", []],
    ["keyword=lake%20shore", ["slope"]],
    ["keyword=lak", []],
    ["q=lake&keyword=ndwi", ["water"]],
    ["sortby=title&q=e", ["echo", "water", "ndvi", "slope"]],
    ["sortby=-updated&keyword=NDVI", ["ndvi"]],
    ["sortby=-id", ["water", "slope", "ndvi", "echo"]],
  ] as const) {
    test(query, async () => {
      await using service = await withProcesses();
      expect((await listed(service, query)).ids).toEqual([...ids]);
    });
  }

  test("their owner: each user their own, admins anybody's", async () => {
    await using service = await withProcesses();
    await save(service, { id: "hers" }, { owner: "ann", visibility: "private" });
    await save(service, { id: "his" }, { owner: "bob" });
    const [ann, root] = [await service.createKey("deployer", "ann"), await service.createKey("admin", "root")];
    expect((await listed(service, "owner=ann", ann)).ids).toEqual(["hers"]);
    expect((await listed(service, "owner=bob", root)).ids).toEqual(["his"]);
    expect((await service.send("GET", "/processes?owner=bob", { key: ann })).status).toBe(403);
    expect((await service.send("GET", "/processes?owner=bob")).status).toBe(403);
  });

  test("the provider that runs them, as far as the caller may know of it", async () => {
    await using service = await withProcesses();
    const definition = {
      kind: "remote",
      type: "ogc-api-processes",
      url: "https://far.example/a",
      processId: "x",
    } as const;
    await save(service, { id: "far" }, { definition });
    for (const [id, isPublic] of [
      ["open", true],
      ["closed", false],
    ] as const) {
      const provider = {
        id,
        url: definition.url,
        type: "ogc-api-processes",
        isPublic,
        forwardHeaders: [],
        createdAt: 0,
      } as const;
      await insertProvider(service.database, new Uint8Array(32), provider);
    }
    const key = await service.createKey("viewer", "ann");
    expect((await listed(service, "provider=open")).ids).toEqual(["far"]);
    expect((await listed(service, "provider=closed")).ids).toEqual([]);
    expect((await listed(service, "provider=closed", key)).ids).toEqual(["far"]);
    expect((await listed(service, "provider=none", key)).ids).toEqual([]);
  });

  test("nothing that the caller may not see", async () => {
    await using service = await withProcesses();
    await save(service, { id: "secret", title: "lake" }, { visibility: "private" });
    const key = await service.createKey("viewer", "ann");
    expect((await listed(service, "q=lake&sortby=title")).ids).toEqual(["water", "slope"]);
    expect((await listed(service, "q=lake&sortby=title", key)).ids).toEqual(["water", "slope", "secret"]);
    expect((await listed(service, "q=lake&visibility=private", key)).ids).toEqual(["secret"]);
  });

  test("what they say now, and not what an earlier revision said", async () => {
    await using service = await withProcesses();
    await save(service, { id: "water", title: "Rivers", description: "" }, { revision: "sha256:next" });
    expect((await listed(service, "q=finds")).ids).toEqual([]);
    expect((await listed(service, "q=rivers")).ids).toEqual(["water"]);
  });
});

test("pages of each order go on where the page before ended, also behind one that is gone", async () => {
  await using service = await withProcesses();
  for (const id of ["b", "a"]) await save(service, { id, title: "Hills" }, { at: 2 });
  for (const order of ["id", "-id", "title", "-title", "updated", "-updated"]) {
    const all = (await listed(service, `sortby=${order}`)).ids;
    const seen: unknown[] = [];
    let query: string | undefined = `sortby=${order}&limit=2`;
    while (query !== undefined) {
      const page = await listed(service, query);
      seen.push(...page.ids);
      query = page.next;
    }
    expect([order, seen]).toEqual([order, all]);
  }
  const key = await service.createKey("admin", "root");
  const { next = "" } = await listed(service, "sortby=title&limit=2");
  expect((await service.send("DELETE", "/processes/ndvi", { key })).status).toBe(403);
  await save(service, { id: "ndvi", title: "Green" }, { isMutable: true });
  service.clock.advance(2000);
  expect((await service.send("DELETE", "/processes/ndvi", { key })).status).toBe(204);
  expect((await listed(service, next)).ids).toEqual(["a", "b"]);
});

test("too many words are refused, as is a place that no link named", async () => {
  await using service = await openService();
  const many = Array.from({ length: 33 }, (_, index) => `word${index}`).join("+");
  expect((await listed(service, `q=${many}`)).detail).toContain("33 words and keywords");
  expect((await listed(service, "sortby=title&after=nowhere")).detail).toContain('after "nowhere"');
});

test("processes of before are found once the service has started again", async () => {
  await using service = await withProcesses();
  await service.database.write([{ sql: "delete from process_texts", args: [] }]);
  expect((await listed(service, "q=finds")).ids).toEqual([]);
  await completeTexts(service.database);
  expect((await listed(service, "q=finds")).ids).toEqual(["water"]);
});

test("a search reads no long rows", async () => {
  await using service = await withProcesses();
  const plans: string[] = [];
  const { findProcesses } = await import("../../../src/store/processes/find-processes.ts");
  const noting = {
    ...service.database,
    read: async <Row>(statement: Parameters<typeof service.database.read<Row>>[0]) => {
      const rows = await service.database.read({ sql: `explain query plan ${statement.sql}`, args: statement.args });
      plans.push(...rows.map((row) => String(Object(row).detail)));
      return service.database.read(statement);
    },
  };
  const order = { key: "title", isDescending: false } as const;
  await findProcesses(noting, { limit: 10, withPrivate: false, search: { needles: ["e"] }, order });
  expect(plans.filter((plan) => /process_revisions_seen/.test(plan))).toHaveLength(1);
  expect(plans.filter((plan) => /SCAN/.test(plan) && !/SCAN (process_texts USING INDEX|json_each)/.test(plan))).toEqual(
    [],
  );
});

describe("on request a process tells of its last runs", () => {
  test("in the list and in the description: how many succeeded, how long they took, and the last five", async () => {
    await using service = await openService({ holdsJobs: true });
    const ids: unknown[] = [];
    for (let run = 0; run < 6; run += 1) {
      const sent = { body: { inputs: { text: "a" } }, headers: { prefer: "respond-async" } };
      const { jobID } = await jsonOf(await service.send("POST", "/processes/echo/execution", sent));
      ids.unshift(jobID);
      service.clock.advance(1000);
      await service.finish(String(jobID), run < 2 ? { failure: { message: "no" } } : {});
    }
    const expected = { runs: 6, successRate: 4 / 6, lastRuns: ids.slice(0, 5).map((jobID) => ({ jobID })) };
    const { list } = await listed(service, "statistics=true");
    expect(list).toMatchObject([{ id: "echo", statistics: expected }]);
    const one = await jsonOf(await service.send("GET", "/processes/echo?statistics=true"));
    expect(one.statistics).toMatchObject({ ...expected, medianSeconds: expect.any(Number) });
    expect(await jsonOf(await service.send("GET", "/processes/echo"))).not.toHaveProperty("statistics");
  });

  test("of which a user sees their own, and a stranger none", async () => {
    await using service = await openService({ holdsJobs: true });
    const [ann, bob] = [await service.createKey("runner", "ann"), await service.createKey("runner", "bob")];
    const sent = { key: ann, body: { inputs: { text: "a" } }, headers: { prefer: "respond-async" } };
    const { jobID } = await jsonOf(await service.send("POST", "/processes/echo/execution", sent));
    await service.finish(String(jobID));
    const runsOf = async (key: string) => (await listed(service, "statistics=true", key)).list;
    expect(await runsOf(ann)).toMatchObject([{ statistics: { runs: 1 } }]);
    expect(await runsOf(bob)).toMatchObject([{ statistics: { runs: 0, lastRuns: [] } }]);
    expect((await service.send("GET", "/processes?statistics=true")).status).toBe(401);
  });
});

test("the page of the list shows what was searched, and runs to who may see them", async () => {
  await using service = await openService({ holdsJobs: true });
  await service.finish(await submitEcho(service));
  const headers = { accept: "text/html" };
  const html = await (await service.send("GET", "/processes?q=echo&keyword=test", { headers })).text();
  expect(html).toContain('name="q" value="echo"');
  expect(html).toContain('name="keyword" value="test"');
  expect(html).toContain("in any order: id, title, description, keywords, inputs and outputs</small>");
  expect(html).toContain("whole keywords, as the column shows them</small>");
  expect(html).toContain("100 % of 1");
  expect(html).toContain("built-in");
  const nothing = await (await service.send("GET", "/processes?q=nothing", { headers })).text();
  expect(nothing).toContain("Nothing has &quot;nothing&quot;.");
  expect(nothing).toContain(">The 1 process that there is<");
  const empty = await service.send("GET", "/processes?f=html&q=&keyword=", { headers });
  expect([empty.status, await empty.text()]).toEqual([200, expect.stringContaining(">Echo</a>")]);
  await service.createKey("admin", "ann");
  const stranger = await (await service.send("GET", "/processes", { headers })).text();
  expect(stranger).not.toContain("Succeeded");
});

const headers = { accept: "text/html" };

test("the page of a search has the process first whose id was typed, wherever it stands in the order", async () => {
  await using service = await openService();
  // Each of the others names it in its description, and stands before it in the order.
  for (let number = 10; number < 70; number += 1) {
    await save(service, { id: `a-${number}`, title: `About ${number}`, description: "like water, but slower" });
  }
  await save(service, { id: "water", title: "About water", keywords: ["hydrology"] });
  const rowsOf = async (query: string) => {
    const html = await (await service.send("GET", `/processes?f=html&${query}`, { headers })).text();
    return [...html.matchAll(/<td[^>]*><a href="[^"]*\/processes\/([^"?]+)\?f=html">/g)].map(([, id]) => id);
  };
  const found = await rowsOf("q=water");
  expect([found[0], found[1], found.length]).toEqual(["water", "a-10", 51]);
  expect((await rowsOf("q=%20water%20"))[0]).toBe("water");
  expect(await rowsOf("q=water&keyword=hydrology")).toEqual(["water"]);
  expect((await rowsOf("q=water&page=1")).at(-1)).toBe("water");
  expect((await rowsOf("q=wat"))[0]).toBe("a-10");
  expect(await rowsOf("q=hydrology")).toEqual(["water"]);
  expect(await rowsOf("q=about%20WATER%20hydro")).toEqual(["water"]);
  // A program gets the order that it asked for.
  const { processes } = await jsonOf(await service.send("GET", "/processes?q=water&limit=1"));
  expect(processes).toMatchObject([{ id: "a-10" }]);
});

test("a search that finds nothing says what to do, and names what may have been meant", async () => {
  await using service = await withProcesses();
  const wrong = await (await service.send("GET", "/processes?f=html&q=sloep+of+elevatoin+zzz", { headers })).text();
  expect(wrong).toContain("looked for in id, title, description, keywords, inputs and outputs");
  expect(wrong).toMatch(/Did you mean <a href="[^"]*\/processes\/slope\?f=html">Hills<\/a>/);
  expect(wrong).toContain("Nothing has &quot;sloep of elevatoin zzz&quot;.");
  expect(wrong).toContain(">All 4 processes<");
  const keywords = /Keywords that processes have: (.*?)<\/p>/s.exec(wrong)?.[1] ?? "";
  expect(keywords).toContain('/processes?f=html&amp;keyword=lake%20shore">lake shore</a>');
  expect(keywords.match(/<a /g)?.length).toBeLessThanOrEqual(8);
  const html = await (await service.send("GET", "/processes?f=html&q=ehco", { headers })).text();
  expect(html).toContain("Nothing has &quot;ehco&quot;.");
  expect(html).toMatch(/Did you mean <a href="[^"]*\/processes\/echo\?f=html">Echo<\/a>\?/);
  expect(html).toContain("try fewer words");
  const keyword = await (await service.send("GET", "/processes?f=html&keyword=none", { headers })).text();
  expect(keyword).toContain("must have all these keywords as they are written");
  expect(keyword).toContain("Nothing has the keyword &quot;none&quot;.");
  expect(keyword).not.toContain("Did you mean");
});

test("a search that nothing has all words of shows what has some: the most words first, then the rarest", async () => {
  await using service = await withProcesses();
  const found = async (query: string) => {
    const html = await (await service.send("GET", `/processes?f=html&${query}`, { headers })).text();
    const rows = [...html.matchAll(/<td[^>]*><a href="[^"]*\/processes\/([^"?]+)\?f=html">.*?<\/td>/gs)];
    return { html, rows: rows.map(([row, id]) => [id, /Has: ([^<]*)</.exec(row)?.[1]]) };
  };
  const both = await found("q=vegetation+lakes");
  expect(both.html).toContain("None has all of the words &quot;vegetation lakes&quot;. These have some of them");
  expect(both.html).not.toContain("Nothing has");
  expect(both.html).not.toContain("Did you mean");
  expect(both.rows).toEqual([
    ["ndvi", "vegetation"],
    ["slope", "lakes"],
    ["water", "lakes"],
  ]);
  expect((await found("q=vegetation+hills+model+of")).rows).toEqual([
    ["slope", "hills, model"],
    ["ndvi", "vegetation"],
  ]);
  expect((await found("q=%C3%89L%C3%89VATION+ndvi")).rows[0]).toEqual(["ndvi", "ndvi"]);
  // All else that is asked for still holds, and a misspelt word is still guessed.
  const withKeyword = await found("q=vegetation+lakes&keyword=lake");
  expect(withKeyword.rows).toEqual([["water", "lakes"]]);
  expect(withKeyword.html).toContain("all of the words &quot;vegetation lakes&quot; and the keyword &quot;lake&quot;.");
  expect(withKeyword.html).toContain("This one has some of them:");
  expect((await found("q=elevation+grene")).html).toMatch(/Did you mean <a href="[^"]*\/processes\/ndvi/);
  expect((await found("q=vegetation+lakes&visibility=private")).rows).toEqual([]);
  expect((await found("q=%3Cb%3E+lakes")).html).not.toContain("<b>");
  // A program gets what it asked for.
  expect((await listed(service, "q=vegetation%20lakes")).ids).toEqual([]);
});
