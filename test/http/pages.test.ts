import { expect, test } from "bun:test";
import { openService, submitEcho } from "./service.ts";

const html = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

test.each(["/", "/conformance", "/processes", "/processes/echo", "/jobs", "/processes/echo/jobs"])(
  "%s is a page for a browser, with every link as an anchor",
  async (path) => {
    await using service = await openService();
    await submitEcho(service);
    const page = await service.send("GET", path, { headers: html });
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const text = await page.text();
    expect(text).toStartWith("<!doctype html>");
    const document = JSON.parse(await (await service.send("GET", path)).text());
    for (const { href, rel } of document.links ?? []) {
      if (rel !== "alternate") expect(text.replaceAll("&amp;", "&")).toContain(`href="${href}"`);
    }
  },
);

test("a page is given only when HTML is asked for, by Accept or f", async () => {
  await using service = await openService();
  const typeOf = async (path: string, accept?: string) => {
    const headers = accept === undefined ? {} : { accept };
    return (await service.send("GET", path, { headers })).headers.get("content-type");
  };
  expect(await typeOf("/processes")).toBe("application/json");
  expect(await typeOf("/processes", "*/*")).toBe("application/json");
  expect(await typeOf("/processes?f=html", "application/json")).toStartWith("text/html");
  expect(await typeOf("/processes?f=json", "text/html")).toBe("application/json");
  expect((await service.send("GET", "/processes?f=pdf")).status).toBe(400);
});

test.each([
  ["/processes", "/processes?f=html"],
  ["/processes/echo", "/processes/echo?f=html"],
  ["/processes?limit=2", "/processes?limit=2&f=html"],
  ["/processes?f=json&limit=2", "/processes?f=html&limit=2"],
  ["/processes?q=a%20b", "/processes?q=a+b&f=html"],
  ["/processes/", "/processes?f=html"],
  ["/processes/%65cho", "/processes/%65cho?f=html"],
  ["/x/../processes/echo", "/processes/echo?f=html"],
])("the document at %s names its page", async (path, wanted) => {
  await using service = await openService();
  const document = JSON.parse(await (await service.send("GET", path)).text());
  const [alternate] = document.links.filter(({ rel }: { rel: string }) => rel === "alternate");
  expect(alternate.href).toEndWith(wanted);
  expect(new URL(alternate.href).pathname + new URL(alternate.href).search).toBe(wanted);
});

test("what a client sent is shown on a page, never run or linked", async () => {
  await using service = await openService({ holdsJobs: true });
  const text = { href: "data:text/html,<script>alert(1)</script>" };
  const body = { inputs: { text } };
  const headers = { "content-type": "application/json", prefer: "respond-async" };
  const accepted = JSON.parse(
    await (await service.send("POST", "/processes/echo/execution", { headers, body })).text(),
  );
  const page = await service.send("GET", `/jobs/${accepted.jobID}/inputs`, { headers: html });
  const shown = await page.text();
  expect(shown).not.toContain("<script>");
  expect(shown).not.toContain('href="data:');
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
});

test("everything about a job is a page too: its results, inputs, exceptions and statistics", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  await service.finish(id);
  const job = `/jobs/${id}`;
  for (const path of [job, `${job}/results`, `${job}/inputs`, `${job}/exceptions`, `${job}/statistics`, "/providers"]) {
    const page = await service.send("GET", path, { headers: html });
    expect([path, page.status, page.headers.get("content-type")]).toEqual([path, 200, "text/html; charset=utf-8"]);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  }
});

test("a problem is a page for a browser, and says the same", async () => {
  await using service = await openService({ door: { publicUrl: "https://maps.example/heddle" } });
  for (const path of ["/processes/nothing", "/nothing", "/processes?limit=none"]) {
    const page = await service.send("GET", path, { headers: { ...html, host: "maps.example" } });
    const problem = await service.send("GET", path, { headers: { host: "maps.example" } });
    expect(page.status).toBe(problem.status);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const text = await page.text();
    expect(text).toContain(JSON.parse(await problem.text()).title);
    expect(text).toContain('href="/heddle/processes?f=html"');
  }
});

test("a problem page runs nothing that a client sent", async () => {
  await using service = await openService();
  const page = await service.send("GET", "/processes/%3Cscript%3Ealert(1)%3C%2Fscript%3E", { headers: html });
  expect(page.status).toBe(404);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(await page.text()).not.toContain("<script>");
});
