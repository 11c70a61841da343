import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as v from "valibot";
import { relations } from "../../src/domain/links.ts";
import { isJsonObject, type JsonObject } from "../../src/domain/values/json.ts";
import { untilFinished } from "../support/jobs.ts";
import { expectOgcSchema } from "../support/packages/ogc-schemas.ts";
import {
  arrayRequest,
  binaryRequest,
  boxRequest,
  type Described,
  oneOutputRequest,
  pauseRequest,
  referenceRequest,
  requestWithoutOutputs,
  suiteRequest,
  wrongFormatRequest,
} from "./official-suite.ts";
import { address, document, expectProblem, get, linksOf, useService } from "./service.ts";
import { suitePackages } from "./suite-packages.ts";

// What the official suite of 1.0 checks, in the way that it checks it, against the echo process and four packages as users
// deploy them, of a server for which a synchronous run is no job: the suite takes no Link that a server can send (it looks for
// the text rel=monitor, and takes what stands before the first semicolon for the URL, with its brackets). A test has the
// name of the abstract test of OGC 18-062r2, annex A.
useService({ syncJobs: "never" }, suitePackages);

const json = { accept: "application/json" } as const;
const none = "/jobs/invalid-job-6f6a8b0e-0000-4000-8000-000000000000";
const Members = v.custom<JsonObject>(isJsonObject);

/** The image that it sends, and that it refers to. */
const image = new TextEncoder().encode("II*\0 a picture");
let images: ReturnType<typeof Bun.serve> | undefined;
beforeAll(() => {
  images = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response(image, { headers: { "content-type": "image/tiff" } }),
  });
});
afterAll(() => images?.stop(true));

/** One process, as the suite knows it. */
type Driven = { readonly id: string; readonly described: Described };

async function describedAs(id: string): Promise<Driven> {
  const { inputs, outputs } = await document(await get(`/processes/${id}`, json), 200);
  return { id, described: { inputs: v.parse(Members, inputs), outputs: v.parse(Members, outputs) } };
}

function execute(
  { id }: Driven,
  request: JsonObject,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${address()}/processes/${id}/execution`, {
    method: "POST",
    headers: { ...json, "content-type": "application/json; charset=UTF-8", ...headers },
    body: JSON.stringify(request),
  });
}

const isAsync = { prefer: "respond-async " } as const;

/** Expects an execution to be answered at once. What the suite skips is undefined. */
async function expectSync(driven: Driven, request: JsonObject | undefined): Promise<string> {
  if (request === undefined) return "";
  const response = await execute(driven, request);
  const text = await response.text();
  expect([response.status, text]).toEqual([200, expect.any(String)]);
  return text;
}

/** Expects a job whose status can be read, and gives its address. */
async function expectAsync(driven: Driven, request: JsonObject): Promise<string> {
  const response = await execute(driven, request, isAsync);
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

function definitionsOf({ described }: Driven, part: "inputs" | "outputs") {
  const Definition = v.looseObject({ schema: Members });
  return Object.values(described[part]).map((definition) => v.parse(Definition, definition));
}

/** Expects that the answer has no Link, or one that the suite can follow. */
async function expectLink(response: Response): Promise<void> {
  expect(response.status).toBe(200);
  const link = response.headers.get("link");
  if (link === null) return;
  expect(link).toContain("rel=monitor");
  await document(await get(link.split(";")[0] ?? "", json), 200, "StatusInfo");
}

async function expectNotReady(driven: Driven): Promise<void> {
  const request = pauseRequest(driven.described);
  if (request === undefined) return;
  const location = await expectAsync(driven, request);
  const response = await get(`${location}/results`, json);
  expect(response.headers.get("content-type")).toBe("application/json");
  await expectProblem(response, 404, "result-not-ready");
  await fetch(location, { method: "DELETE" });
}

async function expectValidation(driven: Driven): Promise<void> {
  await expectMultipart(await execute(driven, suiteRequest(driven.described)));
  const wrong = wrongFormatRequest(driven.described);
  if (wrong !== undefined) await expectRefusal(await execute(driven, wrong));
}

async function expectRefusal(refused: Response): Promise<void> {
  expect(refused.headers.get("content-type")).toBe("application/json");
  expectOgcSchema("exception", await document(refused, 400, "Exception"));
}

/** What it checks of the service. */
const serviceChecks: Readonly<Record<string, () => Promise<unknown>>> = {
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
  "core/process-exception-no-such-process": async () =>
    expectProblem(await get("/processes/invalid-process-0", json), 404, "no-such-process"),
  "core/job-exception-no-such-job": async () => expectProblem(await get(none, json), 404, "no-such-job"),
  "core/job-results-exception-no-such-job": async () =>
    expectProblem(await get(`${none}/results`, json), 404, "no-such-job"),
};

/** What it checks of a process. */
const processChecks: Readonly<Record<string, (driven: Driven) => Promise<unknown>>> = {
  "core/process": async ({ id }) => expect((await get(`/processes/${id}`, json)).status).toBe(200),
  "core/process-success": async ({ id }) =>
    expectOgcSchema("process", await document(await get(`/processes/${id}`, json), 200, "Process")),
  "core/job-creation-op": (driven) => expectAsync(driven, suiteRequest(driven.described)),
  "core/job-creation-auto-execution-mode": (driven) => expectAsync(driven, suiteRequest(driven.described)),
  "core/job-creation-default-execution-mode": (driven) => expectSync(driven, suiteRequest(driven.described)),
  "core/job-creation-request": (driven) => expectAsync(driven, suiteRequest(driven.described)),
  "core/job-creation-inputs": (driven) => expectSync(driven, suiteRequest(driven.described)),
  "core/job-creation-input-inline": (driven) => expectSync(driven, suiteRequest(driven.described)),
  "core/job-creation-input-ref": async (driven) =>
    expectMultipart(await execute(driven, referenceRequest(driven.described, `${images?.url}scene.tif`))),
  "core/job-creation-input-array": (driven) => expectSync(driven, arrayRequest(driven.described)),
  "core/job-creation-input-inline-object": (driven) => expectSync(driven, suiteRequest(driven.described)),
  "core/job-creation-input-inline-mixed": (driven) => expectSync(driven, suiteRequest(driven.described)),
  "core/job-creation-input-inline-binary": (driven) => expectSync(driven, binaryRequest(driven.described, image)),
  "core/job-creation-input-inline-bbox": (driven) => expectSync(driven, boxRequest(driven.described)),
  "core/job-creation-input-validation": expectValidation,
  "core/job-creation-default-outputs": (driven) => expectSync(driven, requestWithoutOutputs(driven.described)),
  "core/job-creation-sync-raw-value-one": async (driven) =>
    expect(await expectSync(driven, oneOutputRequest(driven.described))).toContain("teststring"),
  "core/job-creation-sync-raw-value-multi": (driven) =>
    expectSync(driven, suiteRequest(driven.described, { response: "raw" })),
  "core/job-creation-sync-raw-mixed-multi": (driven) =>
    expectSync(driven, suiteRequest(driven.described, { response: "raw" })),
  "core/job-creation-sync-raw-ref": (driven) => expectSync(driven, suiteRequest(driven.described, { response: "raw" })),
  "core/job-creation-sync-document": (driven) =>
    expectSync(driven, suiteRequest(driven.described, { response: "document" })),
  "core/job-creation-success-async": (driven) => expectAsync(driven, suiteRequest(driven.described)),
  "core/job-results-sync": async (driven) => expectLink(await execute(driven, suiteRequest(driven.described))),
  "core/job-op": (driven) => expectSync(driven, suiteRequest(driven.described)),
  "core/job-success": (driven) => expectAsync(driven, suiteRequest(driven.described)),
  "core/job-results": (driven) => expectAsync(driven, suiteRequest(driven.described)),
  "core/job-results-async-raw-value-one": async (driven) =>
    expectResults(await expectAsync(driven, oneOutputRequest(driven.described))),
  "core/job-results-async-raw-value-multi": (driven) => expectAsync(driven, suiteRequest(driven.described)),
  "core/job-results-async-raw-ref": (driven) => expectAsync(driven, suiteRequest(driven.described)),
  "core/job-results-async-raw-mixed-multi": (driven) => expectAsync(driven, suiteRequest(driven.described)),
  "core/job-results-async-document": (driven) =>
    expectAsync(driven, suiteRequest(driven.described, { response: "document" })),
  "core/job-results-exception-results-not-ready": expectNotReady,
  "core/job-results-failed": async (driven) =>
    expectRefusal(await execute(driven, { "invalid-execute-request": "true)" })),
  "ogc-process-description/json-encoding": async ({ id }) =>
    expectOgcSchema("process", await document(await get(`/processes/${id}`, json), 200, "Process")),
  "ogc-process-description/inputs-def": async (driven) => expect(definitionsOf(driven, "inputs")).not.toEqual([]),
  "ogc-process-description/input-def": async (driven) => {
    for (const definition of definitionsOf(driven, "inputs")) expectOgcSchema("inputDescription", definition);
  },
  "ogc-process-description/outputs-def": async (driven) => expect(definitionsOf(driven, "outputs")).not.toEqual([]),
  "ogc-process-description/output-def": async (driven) => {
    for (const definition of definitionsOf(driven, "outputs")) expectOgcSchema("outputDescription", definition);
  },
};

test.each(Object.entries(serviceChecks))("/conf/%s", async (_name, check) => {
  await check();
});

describe.each(["echo", ...Object.keys(suitePackages)])("%s", (id) => {
  test.each(Object.entries(processChecks))("/conf/%s", async (_name, check) => {
    await check(await describedAs(id));
  });
});

test.each(["inputs", "outputs"] as const)("/conf/ogc-process-description/%s of mixed types", async (part) => {
  const definitions = definitionsOf(await describedAs("echo"), part);
  expect(definitions.filter(({ schema }) => Array.isArray(schema.oneOf))).not.toEqual([]);
});

test("what the suite sends reaches the tools, and comes back", async () => {
  const echo = await describedAs("echo");
  expect(await expectSync(echo, arrayRequest(echo.described))).toBe("[1,2,3]");
  expect(JSON.parse(await expectSync(echo, boxRequest(echo.described)))).toMatchObject({ bbox: [51.9, 7, 52, 7.1] });
  const [withFile, withBox] = [await describedAs("with-file"), await describedAs("with-box")];
  expect(JSON.parse(await expectSync(withBox, boxRequest(withBox.described)))).toMatchObject({
    bbox: [51.9, 7, 52, 7.1],
  });
  const bytes = String(image.byteLength);
  expect(await expectSync(withFile, binaryRequest(withFile.described, image))).toContain(bytes);
  const reference = referenceRequest(withBox.described, `${images?.url}scene.tif`);
  expect(await expectSync(withBox, reference)).toContain(bytes);
});
