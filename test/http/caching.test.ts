import { describe, expect, test } from "bun:test";
import { jsonOf, openService, requestOf, submitEcho } from "./service.ts";

const tool = { cwlVersion: "v1.2", class: "CommandLineTool", id: "tool", baseCommand: "true", inputs: {}, outputs: {} };

describe("a document that the client has already is answered 304, as JSON and as a page:", () => {
  const paths = ["/", "/conformance", "/api", "/api?f=oas31", "/processes", "/processes/echo", "/jobs", "/jobs/JOB"];
  test.each([...paths, "/processes/echo?f=html"])("%s", async (named) => {
    await using service = await openService();
    const path = named.replace("JOB", await submitEcho(service));
    const first = await service.send("GET", path);
    const etag = first.headers.get("etag") ?? "";
    expect([first.status, etag]).toEqual([200, expect.stringMatching(/^"([\w-]{22}\.)?[\w-]{22}"$/)]);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const again = await service.send("GET", path, { headers: { "if-none-match": known } });
      expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", etag]);
      expect(again.headers.get("vary")).toContain("accept");
    }
    expect((await service.send("GET", path, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
    expect((await service.send("HEAD", path)).headers.get("etag")).toBe(etag);
    expect((await service.send("HEAD", path, { headers: { "if-none-match": etag } })).status).toBe(304);
  });
});

test("each representation has a tag of its own, and a change changes it", async () => {
  await using service = await openService();
  const tagOf = async (path: string) => (await service.send("GET", path)).headers.get("etag");
  const [json, html] = [await tagOf("/processes"), await tagOf("/processes?f=html")];
  expect(json).not.toBe(html);
  expect((await service.send("POST", "/processes", { body: tool })).status).toBe(201);
  expect(await tagOf("/processes")).not.toBe(json);
});

test("with CORS, an answer varies by what is accepted by the origin, and by codings", async () => {
  await using service = await openService({ door: { corsOrigins: ["https://app.example"] } });
  const response = await service.send("GET", "/processes", { headers: { origin: "https://app.example" } });
  expect(response.headers.get("vary")).toBe("accept, Origin, Accept-Encoding");
  expect(response.headers.get("access-control-expose-headers")).toContain("ETag");
  const asked = await service.send("OPTIONS", "/processes", { headers: { origin: "https://app.example" } });
  expect(asked.headers.get("access-control-allow-headers")).toContain("If-None-Match");
});

test.each(["/", "/conformance", "/api", "/processes/nothing"])(
  "%s is in English, whichever language is preferred",
  async (path) => {
    await using service = await openService();
    const response = await service.send("GET", path, { headers: { "accept-language": "fr-CA, fr;q=0.5" } });
    expect(response.headers.get("content-language")).toBe("en");
  },
);

const plainPaths = ["/", "/conformance", "/processes", "/processes/echo", "/jobs"];

test.each(plainPaths.slice(1))("a slash after %s does not matter", async (path) => {
  await using service = await openService();
  const [plain, slashed] = [await service.send("GET", path), await service.send("GET", `${path}/`)];
  expect([slashed.status, await slashed.text()]).toEqual([200, await plain.text()]);
});

test("a slash after the path of an execution does not matter", async () => {
  await using service = await openService();
  const body = { inputs: { text: "x" } };
  expect((await service.send("POST", "/processes/echo/execution/", { body })).status).toBe(200);
});

test("HEAD of a stream that has no end is answered", async () => {
  await using service = await openService({ holdsJobs: true });
  for (const path of ["/events", `/jobs/${await submitEcho(service)}/events`]) {
    const response = await service.app.fetch(requestOf("HEAD", path));
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  }
});

test.each(plainPaths)("an unknown query parameter of %s is tolerated", async (path) => {
  await using service = await openService();
  expect((await service.send("GET", `${path}?schema=OGC&unknown=1`)).status).toBe(200);
});

test("an unknown query parameter of an execution is a fault", async () => {
  await using service = await openService();
  const { errors } = await jsonOf(await service.send("GET", "/processes/echo/execution?text=&unknown=1"));
  expect(errors).toMatchObject([{ pointer: "/inputs/unknown" }]);
});
