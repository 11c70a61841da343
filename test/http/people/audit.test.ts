import { expect, test } from "bun:test";
import * as v from "valibot";
import { fakeWps } from "../../support/servers/fake-wps.ts";
import { address, jsonOf, openService, type Service, submitEcho } from "../service.ts";
import { senderOf, untilEnded } from "./audited.ts";

const Page = v.object({
  entries: v.array(v.looseObject({ action: v.string(), subject: v.string(), outcome: v.string() })),
  links: v.array(v.object({ href: v.string(), rel: v.string() })),
});

async function auditOf(service: Service, key: string, query = "") {
  const response = await service.send("GET", `/_/audit${query}`, { key });
  expect(response.status).toBe(200);
  return v.parse(Page, await jsonOf(response));
}

const toolOf = (word: string) => ({
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  id: "mine",
  baseCommand: ["echo", word],
  inputs: {},
  outputs: { said: "stdout" },
});

const toldOf = async (service: Service, key: string) =>
  (await auditOf(service, key)).entries.map(({ action, subject, user }) => `${action} ${subject} ${user ?? "-"}`);

test("what is done to jobs and shares stands in the audit, with who did it by which request", async () => {
  await using service = await openService();
  const admin = await service.createKey("admin", "ann");
  const send = senderOf(service, admin);
  const jobId = await submitEcho(service, admin);
  await untilEnded(service, jobId);
  await send("POST", `/jobs/${jobId}/share`, {});
  await send("DELETE", `/jobs/${jobId}/share`);
  await send("DELETE", `/jobs/${jobId}`);
  const { entries } = await auditOf(service, admin);
  expect(entries.map(({ action, subject }) => `${action} ${subject}`)).toEqual([
    `remove ${jobId}`,
    `unshare ${jobId}`,
    `share ${jobId}`,
    "execute echo",
    expect.stringMatching(/^create-key [0-9a-z]+$/),
  ]);
  expect(entries[0]).toMatchObject({ user: "ann", role: "admin", requestID: "r-1", outcome: "done" });
  expect(entries[3]).toMatchObject({ user: "ann", role: "admin", jobID: jobId });
  expect(entries[4]).toMatchObject({ role: "operator", address: "local" });
});

test("each line says with which key and by what kind of program it was done, and what a key did is found by its id", async () => {
  await using service = await openService({ holdsJobs: true });
  const admin = await service.createKey("admin", "ann");
  const other = await service.createKey("admin", "ann");
  const idOf = (key: string) => key.split("_")[1] ?? "";
  const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
  const by = (agent: string) => ({ "user-agent": agent, "content-type": "application/json", prefer: "respond-async" });
  const run = async (key: string, agent: string) => {
    const sent = { key, headers: by(agent), body: '{"inputs":{"text":"a"}}' };
    const response = await service.send("POST", "/processes/echo/execution", sent);
    return String((await jsonOf(response)).jobID);
  };
  const jobId = await run(admin, firefox);
  await run(other, '<img src=x onerror="alert(1)">');
  await service.send("DELETE", `/jobs/${jobId}`, { key: other, headers: by("heddle-command") });
  await service.send("POST", `/jobs/${jobId}/retry`, { key: admin, headers: by("curl/8.5.0"), body: "{}" });
  const lines = async (query: string) =>
    (await auditOf(service, admin, query)).entries.map(({ action, keyID, client }) => ({ action, keyID, client }));
  const [first, second] = [idOf(admin), idOf(other)];
  const ofFirst = [
    { action: "retry", keyID: first, client: "curl/8.5.0" },
    { action: "execute", keyID: first, client: "browser" },
  ];
  const ofSecond = [
    { action: "dismiss", keyID: second, client: "command line" },
    { action: "execute", keyID: second, client: "other" },
  ];
  expect(await lines(`?key=${first}`)).toEqual(ofFirst);
  for (const written of [second, `%20${second}%20`, `hdl_${second}_x`, `key%20${second}`])
    expect(await lines(`?key=${written}`)).toEqual(ofSecond);
  expect(await lines("?key=nothing")).toEqual([]);
  const page = async (path: string) => (await service.send("GET", path, { key: admin, headers: by(firefox) })).text();
  const html = await page(`/_/audit?f=html&key=${second}`);
  expect(html).toContain(`key <a href="${address}/_/keys?f=html#key-${second}">${second}</a>`);
  expect(html).toContain("command line");
  expect(html).not.toContain("<img");
  expect(html).toContain(`name="key" value="${second}"`);
  expect(await page("/_/keys?f=html")).toContain(`href="${address}/_/audit?f=html&amp;key=${second}"`);
  expect(await page("/_/audit?f=html&key=nothing")).toContain("with the key nothing");
});

test("a job that is stopped and run again stands in the audit", async () => {
  await using service = await openService({ holdsJobs: true });
  const admin = await service.createKey("admin", "ann");
  const send = senderOf(service, admin);
  const jobId = await submitEcho(service, admin);
  await send("DELETE", `/jobs/${jobId}`);
  await send("POST", `/jobs/${jobId}/retry`, {});
  expect((await toldOf(service, admin)).slice(0, 2)).toEqual([`retry ${jobId} ann`, `dismiss ${jobId} ann`]);
});

test("each change of a process stands in the audit once", async () => {
  await using service = await openService();
  const admin = await service.createKey("admin", "ann");
  const send = senderOf(service, admin);
  await send("POST", "/processes", toolOf("one"));
  await send("PUT", "/processes/mine", toolOf("two"));
  const patch = { "content-type": "application/merge-patch+json" };
  await send("PATCH", "/processes/mine", JSON.stringify({ title: "Mine" }), patch);
  await send("PATCH", "/processes/mine", JSON.stringify({ visibility: "private" }), patch);
  await send("POST", "/processes/mine/revisions/1.0.0/restore", {});
  await send("DELETE", "/processes/mine:1.0.1");
  await send("DELETE", "/processes/mine");
  const told = (await toldOf(service, admin)).map((line) => line.replace(/sha256:[0-9a-f]+/, "R"));
  expect(told.slice(0, -1)).toEqual([
    "undeploy mine ann",
    "withdraw mine@R ann",
    "restore mine@R ann",
    "patch mine ann",
    "patch mine ann",
    "replace mine ann",
    "deploy mine ann",
  ]);
});

test("providers that are added and removed stand in the audit, without what they are signed in to with", async () => {
  await using server = await fakeWps();
  await using service = await openService();
  const admin = await service.createKey("admin", "ann");
  const send = senderOf(service, admin);
  const auth = { type: "bearer", token: "s3cret" };
  await send("POST", "/providers", { id: "open", url: `${server.url}/wps`, type: "wps-1.0.0", auth });
  await send("DELETE", "/providers/open");
  expect((await toldOf(service, admin)).slice(0, 2)).toEqual(["remove-provider open ann", "add-provider open ann"]);
  expect(JSON.stringify(await auditOf(service, admin))).not.toContain("s3cret");
});

test("what was not done leaves no line", async () => {
  await using service = await openService();
  const admin = await service.createKey("admin", "ann");
  const before = (await auditOf(service, admin)).entries.length;
  const statuses = [
    await service.send("DELETE", "/processes/nothing", { key: admin }),
    await service.send("DELETE", "/processes/echo", { key: admin }),
    await service.send("DELETE", "/jobs/0190b5a0-0000-7000-8000-000000000000", { key: admin }),
    await service.send("DELETE", "/providers/nothing", { key: admin }),
    await service.send("POST", "/processes/echo/execution", { key: admin, body: { inputs: 1 } }),
  ].map(({ status }) => status);
  expect(statuses).toEqual([404, 403, 404, 404, 400]);
  expect((await auditOf(service, admin)).entries).toHaveLength(before);
});

test("the audit is found by the short id of a job, and by its process whatever was done to the job", async () => {
  await using service = await openService();
  const admin = await service.createKey("admin", "ann");
  const send = senderOf(service, admin);
  const [jobId, other] = [await submitEcho(service, admin), await submitEcho(service, admin)];
  await untilEnded(service, jobId);
  await send("POST", `/jobs/${jobId}/share`, {});
  const found = async (subject: string) =>
    (await auditOf(service, admin, `?subject=${encodeURIComponent(subject)}`)).entries.map(
      ({ action, jobID, subject: id }) => `${action} ${jobID ?? id}`,
    );
  const own = [`share ${jobId}`, `execute ${jobId}`];
  for (const short of [jobId, jobId.slice(-8), jobId.slice(-8).toUpperCase(), `${address}/jobs/${jobId}?f=html`])
    expect([short, await found(short)]).toEqual([short, own]);
  // Jobs of one moment begin alike.
  expect(await found(jobId.slice(0, 8))).toEqual(expect.arrayContaining(own));
  expect(await found("echo")).toEqual([`share ${jobId}`, `execute ${other}`, `execute ${jobId}`]);
  expect(await found("ech")).toEqual([]);
});

test("pages of the audit follow each other by the next link", async () => {
  await using service = await openService();
  const admin = await service.createKey("admin", "ann");
  for (let number = 0; number < 3; number += 1) await submitEcho(service, admin);
  const first = await auditOf(service, admin, "?limit=2&action=execute");
  const next = first.links.find(({ rel }) => rel === "next")?.href ?? "";
  const second = await auditOf(service, admin, new URL(next).search);
  expect([first.entries.length, second.entries.length]).toEqual([2, 1]);
  expect(second.links.some(({ rel }) => rel === "next")).toBe(false);
});

test("a browser gets the audit as a page", async () => {
  await using service = await openService();
  const admin = await service.createKey("admin", "ann");
  const page = await service.send("GET", "/_/audit", { key: admin, headers: { accept: "text/html" } });
  expect(page.headers.get("content-type")).toStartWith("text/html");
  expect(await page.text()).toContain("create-key");
});

test("filters of the page that cannot be read stand in it again, with why; a program gets the problem", async () => {
  await using service = await openService();
  const key = await service.createKey("admin", "ann");
  for (const [path, typed, words] of [
    ["/_/audit?action=keys&user=ada&since=7d", 'value="ada"', "found action"],
    ["/_/audit?since=some+week&user=ada", 'value="some week"', "found since"],
    ["/jobs?datetime=some+week&q=ada", 'value="some week"', "found for Created"],
  ] as const) {
    const page = await service.send("GET", path, { key, headers: { accept: "text/html" } });
    expect([path, page.status, page.headers.get("etag")]).toEqual([path, 400, null]);
    const text = await page.text();
    for (const part of ['role="alert"', words, typed, 'value="ada"'])
      expect([path, text]).toEqual([path, expect.stringContaining(part)]);
    expect(text).not.toMatch(/Nothing was|No jobs/);
    const problem = await service.send("GET", path, { key });
    expect([problem.status, problem.headers.get("content-type")]).toEqual([400, "application/problem+json"]);
  }
  const deployer = await service.createKey("deployer", "dan");
  const refused = await service.send("GET", "/_/audit?action=keys", {
    key: deployer,
    headers: { accept: "text/html" },
  });
  expect(refused.status).toBe(403);
});

test("only admins read the audit", async () => {
  await using service = await openService();
  const deployer = await service.createKey("deployer", "dan");
  expect((await service.send("GET", "/_/audit")).status).toBe(401);
  expect((await service.send("GET", "/_/audit", { key: deployer })).status).toBe(403);
});

test.each([
  ["since=soon", "since"],
  ["until=2030-99-01", "until"],
  ["action=deplyo", "deploy"],
  ["outcome=lost", "done or refused"],
  ["limit=0", "limit"],
  ["after=x", "after"],
  ["before=7", "before"],
  ["usr=ann", "user"],
  ["subjct=p", "subject"],
])("the query %s is refused, naming %s", async (query, word) => {
  await using service = await openService();
  const admin = await service.createKey("admin", "ann");
  const response = await service.send("GET", `/_/audit?${query}`, { key: admin });
  expect(response.status).toBe(400);
  expect(String((await jsonOf(response)).detail)).toContain(word);
});

test("who reads the job of another user is told", async () => {
  const reads: string[] = [];
  await using service = await openService({
    onForeignRead: ({ user }, { id }) => void reads.push(`${user} ${id}`),
  });
  const ann = await service.createKey("runner", "ann");
  const admin = await service.createKey("admin", "eve");
  const jobId = await submitEcho(service, ann);
  await service.send("GET", `/jobs/${jobId}`, { key: ann });
  expect(reads).toEqual([]);
  await service.send("GET", `/jobs/${jobId}/results`, { key: admin });
  expect(reads).toEqual([`eve ${jobId}`]);
});
