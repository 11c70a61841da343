import { expect, test } from "bun:test";
import { openService } from "../service.ts";

test("the list of jobs is a page that loads its script from the service", async () => {
  await using service = await openService();
  const page = await service.send("GET", "/jobs", { headers: { accept: "text/html" } });
  const html = await page.text();
  const [, url = ""] = /<script type="module" src="([^"]+)">/.exec(html) ?? [];
  expect(page.headers.get("content-security-policy")).toContain(`script-src ${url};`);
  const { pathname } = new URL(url);
  expect(pathname).toMatch(/^\/_\/console\/job-list-[a-z0-9]{8}\.js$/);
  const script = await service.send("GET", pathname);
  expect(script.status).toBe(200);
  expect(script.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  expect(script.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(await script.text()).toContain("getTimezoneOffset");
});

test("a script that no page loads is not found", async () => {
  await using service = await openService();
  expect((await service.send("GET", "/_/console/other.js")).status).toBe(404);
});

test("every page loads the style sheet of the service, and no styles of its own", async () => {
  await using service = await openService({ door: { publicUrl: "https://maps.example/heddle" } });
  for (const path of ["/processes", "/nothing"]) {
    const page = await service.send("GET", path, { headers: { accept: "text/html" } });
    const html = await page.text();
    const [, url = ""] = /<link rel="stylesheet" href="([^"]+)"/.exec(html) ?? [];
    expect(url).toMatch(/^\/heddle\/_\/console\/pages-[a-z0-9]{8}\.css$/);
    expect(page.headers.get("content-security-policy")).toContain("style-src 'self';");
    expect(html).not.toMatch(/<style| style=/);
    const sheet = await service.send("GET", url.replace("/heddle", ""));
    expect([sheet.status, sheet.headers.get("content-type")]).toEqual([200, "text/css; charset=utf-8"]);
    expect(await sheet.text()).toContain(".button-danger");
  }
});

test("every page has the icon of the service, and lets a browser show it", async () => {
  await using service = await openService({ door: { publicUrl: "https://maps.example/heddle" } });
  for (const path of [
    "/",
    "/processes",
    "/processes/echo",
    "/jobs",
    "/conformance",
    "/_/sign-in",
    "/api.html",
    "/nothing",
  ]) {
    const page = await service.send("GET", path, { headers: { accept: "text/html" } });
    const [, url = ""] = /<link rel="icon" type="image\/svg\+xml" href="([^"]+)"/.exec(await page.text()) ?? [];
    expect([path, url]).toEqual([path, "/heddle/favicon.ico"]);
    expect(page.headers.get("content-security-policy")).toMatch(/; img-src 'self'[ ;]/);
  }
  const icon = await service.send("GET", "/favicon.ico");
  expect([icon.status, icon.headers.get("content-type")]).toEqual([200, "image/svg+xml"]);
});
