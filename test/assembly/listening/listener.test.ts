import { expect, test } from "bun:test";
import { openListener } from "../../../src/assembly/listening/listener.ts";

test("during the start every request is answered 503, by a problem document or a page", async () => {
  await using listener = openListener({ host: "127.0.0.1", port: 0 });
  for (const path of ["/", "/healthz", "/processes/echo/execution?text=a"]) {
    const response = await fetch(`${listener.url}${path}`);
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ status: 503, type: expect.any(String), title: expect.any(String) });
  }
  const page = await fetch(listener.url, { headers: { accept: "text/html" } });
  expect([page.status, page.headers.get("content-type")]).toEqual([503, "text/html; charset=utf-8"]);
  expect(await (await fetch(listener.url, { method: "HEAD" })).text()).toBe("");
});
