import { beforeAll, expect, test } from "bun:test";
import * as v from "valibot";
import { isJsonObject, type JsonObject } from "../../src/domain/json.ts";
import { relations } from "../../src/domain/links.ts";
import { untilFinished } from "../support/jobs.ts";
import { expectOgcSchema } from "../support/ogc-schemas.ts";
import {
  arrayRequest,
  boxRequest,
  type Described,
  oneOutputRequest,
  suiteInputs,
  suiteRequest,
  wrongFormatRequest,
} from "./official-suite.ts";
import { address, document, expectProblem, get, linksOf, useService } from "./service.ts";

// What the official suite of 1.0 checks, in the way that it checks it, against the echo process. A test has the name of
// the abstract test of OGC 18-062r2, annex A.
useService();

const json = { accept: "application/json" } as const;
const none = "/jobs/invalid-job-6f6a8b0e-0000-4000-8000-000000000000";
const Members = v.custom<JsonObject>(isJsonObject);

let echo: Described;

beforeAll(async () => {
  const { inputs, outputs } = await document(await get("/processes/echo", json), 200);
  echo = { inputs: v.parse(Members, inputs), outputs: v.parse(Members, outputs) };
});

function execute(request: JsonObject, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${address()}/processes/echo/execution`, {
    method: "POST",
    headers: { ...json, "content-type": "application/json; charset=UTF-8", ...headers },
    body: JSON.stringify(request),
  });
}

const isAsync = { prefer: "respond-async " } as const;

/** Expects an execution to be answered at once. */
async function expectSync(request: JsonObject): Promise<string> {
  const response = await execute(request);
  const text = await response.text();
  expect([response.status, text]).toEqual([200, expect.any(String)]);
  return text;
}

/** Expects a job whose status can be read, and gives its address. */
async function expectAsync(request: JsonObject): Promise<string> {
  const response = await execute(request, isAsync);
  expect(response.status).toBe(201);
  const location = response.headers.get("location") ?? "";
  expectOgcSchema("statusInfo", await document(await get(location, json), 200, "StatusInfo"));
  return location;
}

/** Expects the text in one of the parts, in a type that mail libraries give as text. */
async function expectMultipart(response: Response): Promise<void> {
  expect(response.headers.get("content-type")).toStartWith("multipart/related");
  const text = await response.text();
  const boundary = text.slice(0, text.indexOf("\r\n"));
  expect(boundary).toStartWith("--");
  const parts = text.split(boundary).filter((part) => part.includes("teststring"));
  expect(parts.some((part) => /content-type: text\/plain/i.test(part))).toBe(true);
}

/** Follows the links of the status to the results, and asks for them without saying what for. */
async function expectResults(location: string): Promise<void> {
  await untilFinished(address(), location.split("/").at(-1) ?? "");
  const links = linksOf(await document(await get(location, json), 200));
  const results = links.find(({ rel }) => rel === relations.results)?.href ?? "";
  expect(await (await fetch(results)).text()).toContain("teststring");
}

function definitionsOf(part: "inputs" | "outputs") {
  const Definition = v.looseObject({ schema: Members });
  return Object.values(echo[part]).map((definition) => v.parse(Definition, definition));
}

const checks: Readonly<Record<string, () => Promise<unknown>>> = {
  "core/http": async () => expect((await get("/")).status).toBe(200),
  "core/landingpage-op": async () => expect((await get("/", json)).status).toBe(200),
  "core/landingpage-success": async () =>
    expectOgcSchema("landingPage", await document(await get("/", json), 200, "LandingPage")),
  "core/api-definition-op": async () => expect((await get("/api", json)).status).toBe(200),
  "core/api-definition-success": async () =>
    expect(await (await get("/api")).json()).toMatchObject({ openapi: expect.stringMatching(/^3\.0/) }),
  "core/conformance-op": async () => expect((await get("/conformance", json)).status).toBe(200),
  "core/conformance-success": async () => {
    const { conformsTo } = await document(await get("/conformance", json), 200, "ConformanceClasses");
    expect(conformsTo).toContain("http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core");
  },
  "core/process-list": async () =>
    expect((await document(await get("/processes", json), 200, "ProcessList")).processes).not.toEqual([]),
  "core/pl-limit-definition": async () => expect((await get("/processes?limit=10", json)).status).toBe(200),
  "core/pl-limit-response": async () =>
    expect((await document(await get("/processes?limit=1", json), 200)).processes).toHaveLength(1),
  "core/process-list-success": async () =>
    expectOgcSchema("processList", await document(await get("/processes", json), 200, "ProcessList")),
  "core/pl-links": async () =>
    expect(linksOf(await document(await get("/processes?limit=1", json), 200))).not.toEqual([]),
  "core/process": async () => expect((await get("/processes/echo", json)).status).toBe(200),
  "core/process-success": async () =>
    expectOgcSchema("process", await document(await get("/processes/echo", json), 200, "Process")),
  "core/process-exception-no-such-process": async () =>
    expectProblem(await get("/processes/invalid-process-0", json), 404, "no-such-process"),
  "core/job-creation-op": () => expectAsync(suiteRequest(echo)),
  "core/job-creation-auto-execution-mode": () => expectAsync(suiteRequest(echo)),
  "core/job-creation-default-execution-mode": () => expectSync(suiteRequest(echo)),
  "core/job-creation-request": () => expectAsync(suiteRequest(echo)),
  "core/job-creation-inputs": () => expectSync(suiteRequest(echo)),
  "core/job-creation-input-inline": () => expectSync(suiteRequest(echo)),
  "core/job-creation-input-ref": async () => expectMultipart(await execute(suiteRequest(echo))),
  "core/job-creation-input-array": async () => expect(await expectSync(arrayRequest(echo))).toBe("[1,2,3]"),
  "core/job-creation-input-inline-object": () => expectSync(suiteRequest(echo)),
  "core/job-creation-input-inline-mixed": () => expectSync(suiteRequest(echo)),
  "core/job-creation-input-inline-binary": () => expectSync(suiteRequest(echo)),
  "core/job-creation-input-inline-bbox": async () =>
    expect(JSON.parse(await expectSync(boxRequest(echo)))).toMatchObject({ bbox: [51.9, 7, 52, 7.1] }),
  "core/job-creation-input-validation": async () => {
    await expectMultipart(await execute(suiteRequest(echo)));
    const refused = await execute(wrongFormatRequest(echo));
    expect(refused.headers.get("content-type")).toBe("application/json");
    expectOgcSchema("exception", await document(refused, 400, "Exception"));
  },
  "core/job-creation-default-outputs": () => expectSync({ inputs: suiteInputs(echo) }),
  "core/job-creation-sync-raw-value-one": async () =>
    expect(await expectSync(oneOutputRequest(echo, { response: "raw" }))).toContain("teststring"),
  "core/job-creation-sync-raw-value-multi": () => expectSync(suiteRequest(echo, { response: "raw" })),
  "core/job-creation-sync-raw-mixed-multi": () => expectSync(suiteRequest(echo, { response: "raw" })),
  "core/job-creation-sync-raw-ref": () => expectSync(suiteRequest(echo, { response: "raw" })),
  "core/job-creation-sync-document": () => expectSync(suiteRequest(echo, { response: "document" })),
  "core/job-creation-success-async": () => expectAsync(suiteRequest(echo)),
  "core/job-results-sync": async () => {
    // The suite follows a link that says rel=monitor without quotes, and fails at the brackets of its URL.
    const link = (await execute(suiteRequest(echo))).headers.get("link") ?? "";
    expect(link).toContain('rel="monitor"');
    expect(link).not.toContain("rel=monitor");
  },
  "core/job-op": () => expectSync(suiteRequest(echo)),
  "core/job-success": () => expectAsync(suiteRequest(echo)),
  "core/job-exception-no-such-job": async () => expectProblem(await get(none, json), 404, "no-such-job"),
  "core/job-results": () => expectAsync(suiteRequest(echo)),
  "core/job-results-async-raw-value-one": async () =>
    expectResults(await expectAsync(oneOutputRequest(echo, { response: "raw" }))),
  "core/job-results-async-raw-value-multi": () => expectAsync(suiteRequest(echo)),
  "core/job-results-async-raw-ref": () => expectAsync(suiteRequest(echo)),
  "core/job-results-async-raw-mixed-multi": () => expectAsync(suiteRequest(echo)),
  "core/job-results-async-document": () => expectAsync(suiteRequest(echo, { response: "document" })),
  "core/job-results-exception-no-such-job": async () =>
    expectProblem(await get(`${none}/results`, json), 404, "no-such-job"),
  "core/job-results-exception-results-not-ready": async () => {
    const request = oneOutputRequest(echo, { response: "raw" });
    const location = await expectAsync({ ...request, inputs: { ...suiteInputs(echo), pause: 5 } });
    const response = await get(`${location}/results`, json);
    expect(response.headers.get("content-type")).toBe("application/json");
    await expectProblem(response, 404, "result-not-ready");
    await fetch(location, { method: "DELETE" });
  },
  "core/job-results-failed": async () => {
    const refused = await execute({ "invalid-execute-request": "true)" });
    expect(refused.headers.get("content-type")).toBe("application/json");
    expectOgcSchema("exception", await document(refused, 400, "Exception"));
  },
  "ogc-process-description/json-encoding": async () =>
    expectOgcSchema("process", await document(await get("/processes/echo", json), 200, "Process")),
  "ogc-process-description/inputs-def": async () => expect(definitionsOf("inputs")).not.toEqual([]),
  "ogc-process-description/input-def": async () => {
    for (const definition of definitionsOf("inputs")) expectOgcSchema("inputDescription", definition);
  },
  "ogc-process-description/input-mixed-type": async () =>
    expect(definitionsOf("inputs").filter(({ schema }) => Array.isArray(schema.oneOf))).not.toEqual([]),
  "ogc-process-description/outputs-def": async () => expect(definitionsOf("outputs")).not.toEqual([]),
  "ogc-process-description/output-def": async () => {
    for (const definition of definitionsOf("outputs")) expectOgcSchema("outputDescription", definition);
  },
  "ogc-process-description/output-mixed-type": async () =>
    expect(definitionsOf("outputs").filter(({ schema }) => Array.isArray(schema.oneOf))).not.toEqual([]),
};

test.each(Object.entries(checks))("/conf/%s", async (_name, check) => {
  await check();
});
