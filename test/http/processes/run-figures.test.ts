import { expect, test } from "bun:test";
import { openService, type Service } from "../service.ts";

const html = { accept: "text/html" };
const tool = { cwlVersion: "v1.2", class: "CommandLineTool", id: "mine", baseCommand: "true", inputs: {}, outputs: {} };

async function run(service: Service, key: string): Promise<void> {
  const sent = { key, headers: { prefer: "respond-async" }, body: { inputs: {} } };
  const response = await service.send("POST", "/processes/mine/execution", sent);
  expect(response.status).toBe(201);
  await service.finish((response.headers.get("location") ?? "").split("/").at(-1) ?? "");
}

test("who looks after a process sees the figures of all runs of it and no more; others are told that theirs count", async () => {
  await using service = await openService({ holdsJobs: true });
  const [ann, ben] = [await service.createKey("deployer", "ann"), await service.createKey("deployer", "ben")];
  const headers = { "content-type": "application/cwl+json" };
  expect((await service.send("POST", "/processes", { key: ann, headers, body: tool })).status).toBe(201);
  const figures = async (key: string) => {
    const page = await (await service.send("GET", "/jobs?processID=mine&f=html", { key, headers: html })).text();
    return /(?:Last runs of mine|mine:)[^<]*/.exec(page)?.[0] ?? "";
  };
  expect(await figures(ben)).toStartWith("mine: you have not run it yet.");
  await run(service, ben);
  expect(await figures(ben)).toMatch(/^mine: your last run succeeded \(\d{4}-\d\d-\d\d\)/);
  await run(service, ben);
  expect(await figures(ben)).toMatch(/^Last runs of mine: 2 of your last 2 runs, since \d{4}-\d\d-\d\d, succeeded/);
  expect(await figures(ben)).toContain("Only your own runs count.");
  expect(await figures(ben)).not.toContain("dismissed");
  const sent = { key: ben, headers: { prefer: "respond-async" }, body: { inputs: {} } };
  const held = (await service.send("POST", "/processes/mine/execution", sent)).headers.get("location") ?? "";
  expect((await service.send("DELETE", new URL(held).pathname, { key: ben })).status).toBe(200);
  expect(await figures(ben)).toContain(", succeeded (1 dismissed is not counted)");
  const owner = await figures(ann);
  expect(owner).toMatch(/^Last runs of mine: 2 of the last 2 runs, since \d{4}-\d\d-\d\d, succeeded/);
  expect(owner).toContain("Everybody&#39;s runs count, because you look after this process");
  const list = await (await service.send("GET", "/jobs?processID=mine&f=html", { key: ann, headers: html })).text();
  expect(list).not.toContain("ben");
});

test("the page of a process tells the figures of a period that is chosen, of the runs that its reader may see", async () => {
  await using service = await openService({ holdsJobs: true });
  const [ann, ben] = [await service.createKey("deployer", "ann"), await service.createKey("deployer", "ben")];
  const headers = { "content-type": "application/cwl+json" };
  expect((await service.send("POST", "/processes", { key: ann, headers, body: tool })).status).toBe(201);
  const figures = async (key: string, period: string) => {
    const page = await (await service.send("GET", `/processes/mine?f=html${period}`, { key, headers: html })).text();
    // The chosen one is no link.
    const ways = page.match(/<p id="figures".*?<\/p>/s)?.[0] ?? "";
    const isChosen = /^&period=(?:7d|30d|all)$/.test(period);
    expect(ways.match(/<span aria-current="true">/g)?.length ?? 0).toBe(isChosen ? 1 : 0);
    if (isChosen) expect(ways).not.toContain(`${period.slice(1)}#figures`);
    return /<p id="figures".*?<\/p>(?:<p>(.*?)<\/p>)?/s.exec(page)?.[1]?.replaceAll(/<[^>]*>/g, "");
  };
  expect(await figures(ben, "&period=7d")).toBe("The last 7 days: no run has ended.");
  const day = 86_400_000;
  await run(service, ben);
  service.clock.advance(10 * day);
  await run(service, ben);
  const sent = { key: ben, headers: { prefer: "respond-async" }, body: { inputs: {} } };
  const made = async () =>
    (await service.send("POST", "/processes/mine/execution", sent)).headers.get("location") ?? "";
  await service.finish((await made()).split("/").at(-1) ?? "", { failure: { message: "no" } });
  expect((await service.send("DELETE", new URL(await made()).pathname, { key: ben })).status).toBe(200);
  const told = "3 runs; 1 of 2 succeeded, 1 failed, 1 dismissed (not in the share)";
  expect(await figures(ben, "&period=7d")).toStartWith(`The last 7 days: ${told}`);
  expect(await figures(ben, "&period=30d")).toStartWith("The last 30 days: 4 runs; 2 of 3 succeeded, 1 failed");
  expect(await figures(ben, "&period=all")).toStartWith("All that is kept: 4 runs;");
  // Nothing of dismissed jobs is told to who looks after the process, and sees none of them.
  expect(await figures(ann, "&period=7d")).toStartWith("The last 7 days: 2 runs; 1 of 2 succeeded, 1 failed");
  expect(await figures(ann, "&period=7d")).not.toContain("dismissed");
  expect(await figures(ben, "")).toBeUndefined();
  expect(await figures(ben, "&period=1y")).toBeUndefined();
});

test("the figures say which version ran where that was not always the one that runs now", async () => {
  await using service = await openService({ holdsJobs: true });
  const key = await service.createKey("deployer", "ann");
  const headers = { "content-type": "application/cwl+json" };
  const put = (label: string) =>
    service.send("PUT", "/processes/mine", { key, headers, body: { ...tool, label } }).then(({ status }) => status);
  await service.send("POST", "/processes", { key, headers, body: tool });
  const figures = async () => {
    const page = await (await service.send("GET", "/processes/mine?f=html", { key, headers: html })).text();
    return /(?:Last runs of mine|mine:)[\s\S]*?<\/p>/.exec(page)?.[0].replaceAll(/<[^>]*>/g, "") ?? "";
  };
  await run(service, key);
  expect(await figures()).not.toContain("version");
  expect(await put("a")).toBe(204);
  expect(await figures()).toContain("That run was of another version: version 1.0.1 was not run yet.");
  await run(service, key);
  expect(await figures()).toContain("Of these, 1 ran version 1.0.1, and 1 other versions.");
  expect(await put("b")).toBe(204);
  expect(await figures()).toContain("All of them were of other versions: version 1.0.2 was not run yet.");
  const stats = await (await service.send("GET", "/processes/mine?statistics=true", { key })).text();
  expect(stats).not.toContain('"revisions":');
});

/** Each number that leads somewhere, on a page: the number, and where it leads. */
function linkedNumbers(page: string): readonly { readonly count: number; readonly path: string }[] {
  return [...page.matchAll(/<a href="([^"]*)"[^>]*>([^<]*)<\/a>/g)].flatMap(([, href = "", words = ""]) => {
    const counts = [...words.matchAll(/\b(\d+) (?:failed|running|waiting|jobs? runs?|waits?)\b/g)].map(
      ([, count]) => count,
    );
    const isOne = /last run .*$/s.test(page.slice(0, page.indexOf(`${words}</a>`))) && words === "failed";
    if (counts.length === 0 && !isOne) return [];
    const { pathname, search } = new URL(href.replaceAll("&amp;", "&"));
    return [{ count: isOne ? 1 : counts.reduce((sum, count) => sum + Number(count), 0), path: `${pathname}${search}` }];
  });
}

test.each([
  [0, 0],
  [0, 1],
  [1, 1],
  [2, 1],
  [3, 2],
  [9, 4],
  [0, 26],
  [40, 3],
  [45, 12],
  [10, 55],
])(
  "behind each number that is a link stand so many jobs: of %d runs that succeed and %d that fail",
  async (good, bad) => {
    await using service = await openService({ holdsJobs: true });
    const [key, admin] = [await service.createKey("deployer", "ann"), await service.createKey("admin", "root")];
    const headers = { "content-type": "application/cwl+json" };
    expect((await service.send("POST", "/processes", { key, headers, body: tool })).status).toBe(201);
    const run = async (id: string, failure?: { readonly message: string }) => {
      const sent = {
        key,
        headers: { prefer: "respond-async" },
        body: { inputs: id === "echo" ? { message: "a" } : {} },
      };
      const { headers: answered } = await service.send("POST", `/processes/${id}/execution`, sent);
      const job = (answered.get("location") ?? "").split("/").at(-1) ?? "";
      if (failure === undefined) await service.finish(job);
      else await service.finish(job, { failure });
      service.clock.advance(60_000);
    };
    await run("mine", { message: "long ago" });
    service.clock.advance(40 * 86_400_000);
    // Bad ones stand between good ones, old and new.
    const turns = Array.from({ length: good + bad }, (_, at) => (at * 7) % (good + bad) < bad);
    for (const isBad of turns) await run("mine", isBad ? { message: "no" } : undefined);
    await service.send("POST", "/processes/mine/execution", {
      key,
      headers: { prefer: "respond-async" },
      body: { inputs: {} },
    });
    const pages = [
      "/jobs?processID=mine&f=html",
      ...["", "&period=7d", "&period=30d", "&period=all"].map((one) => `/processes/mine?f=html${one}`),
    ];
    let seen = 0;
    for (const [reader, paths] of [
      [key, pages],
      [admin, [...pages, "/?f=html", "/_/system?f=html"]],
    ] as const) {
      for (const path of paths) {
        const page = await (await service.send("GET", path, { key: reader, headers: html })).text();
        for (const { count, path: list } of linkedNumbers(page)) {
          seen += 1;
          const found = await (await service.send("GET", list, { key: reader, headers: html })).text();
          const rows = [...found.matchAll(/<a href="[^"]*\/jobs\/([0-9a-f-]{36})\?f=html" title="\1">/g)].length;
          const isJob = /\/jobs\/[0-9a-f-]{36}$/.test(new URL(list, "http://a").pathname);
          expect([path, list, isJob ? 1 : rows]).toEqual([path, list, count]);
        }
      }
    }
    expect(seen).toBeGreaterThan(4);
  },
  60_000,
);
