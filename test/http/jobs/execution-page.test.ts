import { expect, test } from "bun:test";
import { address, jsonOf, openService, type RequestOptions, type Service } from "../service.ts";

const path = "/processes/echo/execution";
const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8";

async function jobsOf(service: Service): Promise<number> {
  const { jobs } = await jsonOf(await service.send("GET", "/jobs"));
  return Array.isArray(jobs) ? jobs.length : -1;
}

test.each([
  ["a browser", browser, {}],
  ["a crawler", "text/html,application/xhtml+xml,application/signed-exchange;v=b3,application/xml;q=0.9,*/*;q=0.8", {}],
  ["whoever wants HTML alone", "text/html", {}],
  ["whoever wants HTML rather than JSON", "application/json;q=0.5, text/html", {}],
  ["a navigation that names no type", "*/*", { "sec-fetch-mode": "navigate" }],
  ["a browser that reads ahead", "*/*", { "sec-purpose": "prefetch;prerender" }],
  ["a navigation from another site", browser, { "sec-fetch-mode": "navigate", "sec-fetch-site": "cross-site" }],
] as const)("%s gets the page of the process, its form filled by the query", async (_who, accept, headers) => {
  await using service = await openService({ holdsJobs: true });
  for (const query of ["", "?", "?text=a%22%3Cb%3E&number[href]=data:,4&f=json&prefer=respond-async", "?none=1"]) {
    const page = await service.send("GET", `${path}${query}`, { headers: { accept, ...headers } });
    expect([query, page.status, page.headers.get("content-type")]).toEqual([query, 200, "text/html; charset=utf-8"]);
    expect(page.headers.get("content-security-policy")).toContain("form-action 'self'; frame-ancestors 'none'");
    expect(page.headers.get("x-robots-tag")).toBe("noindex, nofollow");
    const text = await page.text();
    expect(text).toContain(`<form method="post" action="${address}/processes/echo/form" enctype="multipart/form-data"`);
    // The script must not ask for the page's own address as JSON: that executes.
    expect(text).toContain(`data-process="${address}/processes/echo?f=json"`);
    if (query.includes("href")) {
      expect(text).toContain('<input type="text" name="/inputs/text" value="a&quot;&lt;b&gt;"');
      expect(text).toMatch(
        /<textarea name="\/inputs\/number\/~json"[^>]*>{&quot;href&quot;:&quot;data:,4&quot;}<\/textarea>/,
      );
    }
  }
  expect(await jobsOf(service)).toBe(0);
});

test("a program without a preference for HTML executes by a query, and never without one", async () => {
  await using service = await openService();
  for (const accept of [
    "application/json",
    "*/*",
    "*/*;q=0.1",
    "application/json, text/html",
    "text/html;q=0.1, */*",
  ]) {
    expect((await service.send("GET", `${path}?text=a`, { headers: { accept } })).status).toBe(200);
  }
  expect(await jobsOf(service)).toBe(5);
  for (const query of ["", "?"]) {
    const refused = await service.send("GET", `${path}${query}`, { headers: { accept: "*/*" } });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("found no query");
  }
  expect((await service.send("GET", `${path}?f=html`)).headers.get("content-type")).toStartWith("text/html");
  expect(await jobsOf(service)).toBe(5);
});

test("a stranger sees the page, and needs a key for anything else", async () => {
  await using service = await openService();
  await service.createKey("admin", "ann");
  expect((await service.send("GET", `${path}?text=a`, { headers: { accept: browser } })).status).toBe(200);
  expect((await service.send("GET", `${path}?text=a`)).status).toBe(401);
  const form = { headers: formHeaders, body: "text=a" };
  const sent = await service.send("POST", path, form);
  expect([sent.status, sent.headers.get("location")]).toEqual([303, expect.stringContaining("/_/sign-in?to=")]);
});

const formHeaders = { "content-type": "application/x-www-form-urlencoded", origin: address, accept: browser };

test("a form without files executes, and leads to the page of the job", async () => {
  await using service = await openService({ holdsJobs: true });
  const body = "text=&number=4&integer=&array=1%2C2&tags=mine";
  const sent = await service.send("POST", path, { headers: formHeaders, body });
  expect(sent.status).toBe(303);
  const location = sent.headers.get("location") ?? "";
  expect(location).toMatch(/\/jobs\/[^/]+\?f=html$/);
  const job = location.replace("?f=html", "");
  expect(await jsonOf(await service.send("GET", job))).toMatchObject({ tags: expect.arrayContaining(["mine"]) });
  expect(await jsonOf(await service.send("GET", `${job}/inputs`))).toMatchObject({
    inputs: { text: "", number: 4, array: [1, 2] },
    mode: "async",
  });
});

test.each([
  ["of no page", { "content-type": formHeaders["content-type"] }],
  ["of another site", { ...formHeaders, origin: "https://evil.example" }],
  ["of a page without an origin", { ...formHeaders, origin: "null" }],
  ["of another site by fetch metadata", { ...formHeaders, "sec-fetch-site": "cross-site" }],
] as const)("a form %s is refused", async (_name, headers) => {
  await using service = await openService({ holdsJobs: true });
  const request: RequestOptions = { headers, body: "text=a" };
  expect((await service.send("POST", path, request)).status).toBe(403);
  expect(await jobsOf(service)).toBe(0);
});

test("links that execute are not to be followed", async () => {
  await using service = await openService();
  const page = await (await service.send("GET", "/processes/echo", { headers: { accept: browser } })).text();
  expect(page).toContain(`<a href="${address}${path}" rel="http://www.opengis.net/def/rel/ogc/1.0/execute nofollow">`);
  const { links } = await jsonOf(await service.send("GET", "/processes/echo"));
  expect(links).toContainEqual(
    expect.objectContaining({ rel: "http://www.opengis.net/def/rel/ogc/1.0/execute", href: `${address}${path}` }),
  );
});

test("/robots.txt lets crawlers read what is offered, below the public path", async () => {
  await using service = await openService({ door: { publicUrl: "https://maps.example/heddle" } });
  const answer = await service.send("GET", "/robots.txt", { headers: { host: "maps.example" } });
  expect(answer.headers.get("content-type")).toStartWith("text/plain");
  const rules = (await answer.text()).split("\n");
  expect(rules[0]).toBe("User-agent: *");
  expect(rules).toContain("Disallow: /heddle/processes/*/execution");
  expect(rules).toContain("Allow: /heddle/processes/");
  expect(rules.at(-2)).toBe("Disallow: /heddle/");
});
