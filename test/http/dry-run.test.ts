import { afterAll, beforeAll, expect, test } from "bun:test";
import type { App } from "../../src/app.ts";
import { startTestApp } from "../support/app.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary-directory.ts";

let folder: TemporaryDirectory;
let app: App;

beforeAll(async () => {
  folder = await temporaryDirectory();
  app = await startTestApp(folder.path);
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

function execute(query: string, body: unknown): Promise<Response> {
  return fetch(`${app.url}/processes/echo/execution?${query}`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": "once" },
    body: JSON.stringify(body),
  });
}

async function jobCount(): Promise<number> {
  const response = await fetch(`${app.url}/jobs`);
  return JSON.parse(await response.text()).jobs.length;
}

const request = {
  inputs: { text: { value: "x" }, number: 1, bbox: { bbox: [1, 2, 3, 4] }, image: { href: "data:,x" } },
  outputs: { text: { transmissionMode: "value" } },
  heddle: { priority: 2 },
};
const understood = {
  process: "echo",
  inputs: {
    text: "x",
    number: 1,
    bbox: { bbox: [1, 2, 3, 4], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84" },
    image: { href: "data:,x" },
  },
  outputs: { text: { transmissionMode: "value" } },
  mode: "sync",
  heddle: { priority: 2 },
};

test("a dry run answers the request as it was understood, and neither runs nor stores anything", async () => {
  const response = await execute("dryRun=true", request);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual(understood);
  expect(await jobCount()).toBe(0);
});

test("what a dry run answers is itself a request that means the same", async () => {
  expect(await (await execute("dryRun=true", understood)).json()).toEqual(understood);
});

test("a dry run names all outputs where the request named none", async () => {
  const { outputs } = JSON.parse(await (await execute("dryRun=true", { inputs: { text: "x" } })).text());
  expect(Object.keys(outputs)).toContain("number");
});

test("a dry run answers all faults at once", async () => {
  const response = await execute("dryRun=true", { inputs: { number: "many", other: 1 }, outputs: { nothing: {} } });
  expect(response.status).toBe(400);
  const { errors } = JSON.parse(await response.text());
  const pointers = errors.map((error: { pointer: string }) => error.pointer);
  for (const pointer of ["/inputs/text", "/inputs/number", "/inputs/other", "/outputs/nothing"])
    expect(pointers).toContain(pointer);
  expect(await jobCount()).toBe(0);
});

test("a dry run by query answers the same", async () => {
  const response = await fetch(`${app.url}/processes/echo/execution?text=x&number=1&dryRun=true&prefer=respond-async`);
  expect(await response.json()).toMatchObject({ inputs: { text: "x", number: 1 }, mode: "async" });
  expect(await jobCount()).toBe(0);
});

test("a value that is neither true nor false starts no job", async () => {
  expect((await execute("dryRun=yes", request)).status).toBe(400);
  expect(await jobCount()).toBe(0);
});

test("dryRun=false executes", async () => {
  expect((await execute("dryRun=false", { inputs: { text: "x" } })).status).toBe(200);
  expect(await jobCount()).toBe(1);
});
