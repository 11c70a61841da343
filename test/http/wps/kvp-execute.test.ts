import { afterAll, beforeAll, expect, test } from "bun:test";
import type { App } from "../../../src/app.ts";
import { startTestApp } from "../../support/app.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../../support/temporary-directory.ts";

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

function execute(query: string, headers: Readonly<Record<string, string>> = {}, method = "GET") {
  return fetch(`${app.url}/processes/echo/execution?${query}`, { method, headers });
}

test.each([
  ["text", "text=hello", { text: "hello" }],
  ["names in any case", "TEXT=hello", { text: "hello" }],
  ["a number", "text=&number=1.5", { text: "", number: 1.5 }],
  ["a truth value", "text=&flag=true", { text: "", flag: true }],
  ["an array as JSON", "text=&array=[1,2]", { text: "", array: [1, 2] }],
  ["an array with commas", "text=&array=1,2,3", { text: "", array: [1, 2, 3] }],
  ["an object as JSON", 'text=&object={"a":1}', { text: "", object: { value: { a: 1 } } }],
  [
    "a bounding box with its CRS",
    "text=&bbox=1,2,3,4&bbox[crs]=http://www.opengis.net/def/crs/EPSG/0/4326",
    { text: "", bbox: { bbox: [1, 2, 3, 4], crs: "http://www.opengis.net/def/crs/EPSG/0/4326" } },
  ],
  [
    "a qualified value",
    "text=&mixed[value]=<a/>&mixed[mediaType]=application/gml%2Bxml",
    { text: "", mixed: { value: "<a/>", mediaType: "application/gml+xml" } },
  ],
  ["a reference", "text[href]=data:,hello&text[type]=text/plain", { text: "hello" }],
] as const)("a query gives %s", async (_name, query, expected) => {
  const response = await execute(encodeURI(query).replaceAll("%252B", "%2B"), { accept: "application/json" });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual(expected);
});

test("outputs are chosen by include, and answered bare when there is one", async () => {
  const response = await execute("text=hello&number=2&number[include]=true");
  expect(await response.text()).toBe("2");
});

test("preferences and formats stand in the query", async () => {
  const accepted = await execute("text=hello&response[prefer]=respond-async");
  expect(accepted.status).toBe(201);
  expect(accepted.headers.get("preference-applied")).toBe("respond-async");
  const json = await execute("text=hello&text[include]=true&f=json");
  expect(await json.text()).toBe('"hello"');
});

test("a parameter that is neither input nor output is named", async () => {
  const response = await execute("text=hello&colour=red");
  expect(response.status).toBe(400);
  expect(await response.text()).toContain("colour");
});

test("a value of the wrong type is named", async () => {
  const response = await execute("text=hello&number=many");
  expect(response.status).toBe(400);
  expect(await response.text()).toContain("/inputs/number");
});

test("a page of another origin cannot execute by a query", async () => {
  expect((await execute("text=hello", { origin: "http://evil.example" })).status).toBe(403);
  expect((await execute("text=hello", { "sec-fetch-site": "cross-site" })).status).toBe(403);
});

test("HEAD does not execute", async () => {
  expect((await execute("text=hello&response[prefer]=respond-async", {}, "HEAD")).status).toBe(405);
});

test("a format or preference that cannot stand in a header is named", async () => {
  for (const name of ["f", "prefer"]) expect((await execute(`text=x&${name}=%C3%AD%0A`)).status).toBe(400);
});
