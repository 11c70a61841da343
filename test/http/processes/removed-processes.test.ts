import { expect, test } from "bun:test";
import { address, jsonOf, openService, type Service } from "../service.ts";

const browser = { accept: "text/html", origin: address };
const cwl = `cwlVersion: v1.2
class: CommandLineTool
id: gone
baseCommand: echo
inputs: {}
outputs: []
`;

/** Nothing runs these jobs: who waited for one would wait for its whole time. */
const atOnce = { "content-type": "application/json", prefer: "respond-async" };

const page = async (service: Service, path: string) => (await service.send("GET", path, { headers: browser })).text();

async function runAndRemove(service: Service): Promise<void> {
  const headers = { "content-type": "application/cwl+yaml" };
  expect((await service.send("POST", "/processes", { headers, body: cwl })).status).toBe(201);
  const execution = { headers: atOnce, body: '{"inputs":{}}' };
  expect((await service.send("POST", "/processes/gone/execution", execution)).status).toBe(201);
  expect(await page(service, "/processes?f=html")).not.toContain("Undeployed processes");
  expect(await page(service, "/jobs?processID=gone&f=html")).not.toContain("It was undeployed");
  expect((await service.send("DELETE", "/processes/gone")).status).toBeLessThan(300);
}

test("who may deploy comes from the list of processes, and from its jobs, to the revisions of one that was removed", async () => {
  await using service = await openService({ holdsJobs: true });
  await runAndRemove(service);
  const revisions = `${address}/processes/gone/revisions?f=html`;
  const list = await page(service, "/processes?f=html");
  expect(list).toContain("Undeployed processes (1)");
  expect(list).toContain(`<a href="${revisions}">gone</a>`);
  expect(await page(service, "/jobs?processID=gone&f=html")).toContain(`It was undeployed: <a href="${revisions}">`);
  expect((await service.send("GET", "/processes/gone/revisions?f=html", { headers: browser })).status).toBe(200);
});

test("a job of a process that was removed says the version that it ran, and leads there", async () => {
  await using service = await openService({ holdsJobs: true });
  await runAndRemove(service);
  const { jobs } = await jsonOf(await service.send("GET", "/jobs"));
  const [job] = Array.isArray(jobs) ? jobs : [];
  const html = await page(service, `/jobs/${Object(job).jobID}?f=html`);
  const [, href = ""] = /<a href="([^"]*\/processes\/gone[^"]*)">version 1\.0\.0<\/a>/.exec(html) ?? [];
  expect(html).toContain('gone <span class="muted">(undeployed)</span>');
  const led = await service.send("GET", href.replaceAll("&amp;", "&"), { headers: browser });
  expect([led.status, await led.text()]).toEqual([200, expect.stringContaining("This is version 1.0.0")]);
});

test("a job of a process that was removed is tried again with the revision that it ran, and the audit names both", async () => {
  await using service = await openService({ holdsJobs: true });
  await runAndRemove(service);
  const [job] = [(await jsonOf(await service.send("GET", "/jobs"))).jobs].flat();
  const { jobID, processRevision } = Object(job);
  await service.finish(jobID, { failure: { message: "no" } });
  const failed = await page(service, `/jobs/${jobID}?f=html`);
  expect(failed).toContain("Its process was undeployed: a retry runs the version that the job ran");
  expect(failed).toContain("Try again from the start");
  expect(failed).not.toContain(">Run again<");
  const retried = await service.send("POST", `/jobs/${jobID}/retry`, { body: {} });
  expect([retried.status, await jsonOf(retried)]).toMatchObject([200, { status: "accepted", processRevision }]);
  const html = await page(service, "/_/audit?f=html&subject=gone");
  const revisions = `${address}/processes/gone/revisions?f=html`;
  const told = [...html.matchAll(/<tr role="row"><td.*?<\/tr>/gs)].map(([row]) => [
    /data-label="Did what"[^>]*>([^<]*)/.exec(row)?.[1],
    row.includes(`<a href="${revisions}">gone</a><span class="muted"> (undeployed)</span>`),
    row.includes(`/jobs/${jobID}?f=html`),
  ]);
  expect(told).toEqual([
    ["tried a job again", true, true],
    ["undeployed a process", true, false],
    ["ran a process", true, true],
    ["deployed a process", true, false],
  ]);
});

test("a job of a process that was removed is called by the title that the process had last, in lists too", async () => {
  await using service = await openService({ holdsJobs: true });
  const headers = { "content-type": "application/cwl+yaml" };
  const titled = (title: string) => `${cwl}label: ${title}\n`;
  await service.send("POST", "/processes", { headers, body: titled("Old words") });
  await service.send("POST", "/processes/gone/execution", { headers: atOnce, body: '{"inputs":{}}' });
  service.clock.advance(1000);
  await service.send("PUT", "/processes/gone", { headers, body: titled("New words") });
  await service.send("POST", "/processes/gone/execution", { headers: atOnce, body: '{"inputs":{}}' });
  const namesOf = async () =>
    [...(await page(service, "/jobs?f=html")).matchAll(/>(\w+ words), <code>/g)].map(([, name]) => name).toSorted();
  expect(await namesOf()).toEqual(["New words", "Old words"]);
  expect((await service.send("DELETE", "/processes/gone")).status).toBeLessThan(300);
  const { jobs } = await jsonOf(await service.send("GET", "/jobs"));
  const ids = (Array.isArray(jobs) ? jobs : []).map((job) => String(Object(job).jobID));
  const pages = await Promise.all(ids.map((id) => page(service, `/jobs/${id}?f=html`)));
  // Each job has the words of the revision that it ran.
  expect(pages.map((html) => /(\w+ words) <span class="muted">\(undeployed\)/.exec(html)?.[1]).toSorted()).toEqual([
    "New words",
    "Old words",
  ]);
  const list = await page(service, "/jobs?f=html");
  expect(await namesOf()).toEqual(["New words", "Old words"]);
  expect(list.match(/ <span class="muted">\(undeployed\)/g)).toHaveLength(2);
});

test("a job keeps the defaults that it used when its process is undeployed", async () => {
  await using service = await openService({ holdsJobs: true });
  const headers = { "content-type": "application/cwl+yaml" };
  const body = cwl.replace("inputs: {}", "inputs: {style: {type: string, default: outline}, size: int}");
  expect((await service.send("POST", "/processes", { headers, body })).status).toBe(201);
  const inputs = JSON.stringify({ inputs: { style: "outline", size: 3 } });
  const short = JSON.stringify({ inputs: { size: 3 } });
  for (const one of [short, inputs])
    await service.send("POST", "/processes/gone/execution", { headers: atOnce, body: one });
  const read = async () => {
    const { jobs } = await jsonOf(await service.send("GET", "/jobs"));
    const ids = (Array.isArray(jobs) ? jobs : []).map((job) => String(Object(job).jobID));
    const pages = await Promise.all(ids.map((id) => page(service, `/jobs/${id}?f=html`)));
    const tables = pages.map(
      (html) => /<table[^>]*>\s*<thead[^>]*>\s*<tr[^>]*>\s*<th[^>]*>Input[\s\S]*?<\/table>/.exec(html)?.[0],
    );
    const lines = [...(await page(service, "/jobs?f=html")).matchAll(/size: 3[^<]*/g)].map(([line]) => line);
    return { tables, lines };
  };
  const before = await read();
  expect(before.tables.join("").match(/<span class="muted"> default<\/span>/g)).toHaveLength(1);
  expect(before.lines.length).toBeGreaterThan(0);
  expect((await service.send("DELETE", "/processes/gone")).status).toBe(204);
  expect(await read()).toEqual(before);
});

test("the jobs of one process tell how its last runs ended, and whose runs count", async () => {
  await using service = await openService();
  const execution = { headers: { "content-type": "application/json" }, body: '{"inputs":{"text":"a"}}' };
  expect(await page(service, "/jobs?processID=echo&f=html")).toContain("echo: not run yet.");
  expect((await service.send("POST", "/processes/echo/execution", execution)).status).toBeLessThan(300);
  const html = await page(service, "/jobs?processID=echo&f=html");
  expect(html).toMatch(
    /echo: the last run succeeded \([\d-]+\), usual time (?:less than 1 ms|[\d.]+ m?s)\. Everybody&#39;s runs count\.|echo: not run yet\./,
  );
  expect(await page(service, "/jobs?f=html")).not.toContain("runs count");
});
