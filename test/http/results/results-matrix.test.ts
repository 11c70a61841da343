import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { App } from "../../../src/app.ts";
import { startTestApp } from "../../support/app.ts";
import { deployCwl, submit, untilFinished } from "../../support/jobs.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../../support/temporary-directory.ts";
import { clientsDocument } from "../clients-document.ts";
import { cases, type Row, resultsRows } from "./results-rows.ts";

/** A literal, a text file and a JSON file, each made from the message. */
const results = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: [
    "sh",
    "-c",
    'printf %s "$1" > result.txt; printf \'{"data":"%s"}\' "$1" > result.json; printf \'{"data":"%s"}\' "$1" > cwl.output.txt',
    "tool",
  ],
  inputs: { message: { type: "string", inputBinding: {} } },
  outputs: {
    output_data: {
      type: "string",
      outputBinding: { glob: "result.txt", loadContents: true, outputEval: "$(self[0].contents)" },
    },
    output_text: { type: "File", format: "iana:text/plain", outputBinding: { glob: "result.txt" } },
    output_json: { type: "File", format: "iana:application/json", outputBinding: { glob: "result.json" } },
  },
  $namespaces: { iana: "https://www.iana.org/assignments/media-types/" },
} as const;

let folder: TemporaryDirectory;
let app: App;

beforeAll(async () => {
  folder = await temporaryDirectory();
  app = await startTestApp(folder.path);
  await deployCwl(app.url, "results", results);
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function check(row: Omit<Row, "body">, response: Response): Promise<void> {
  const text = await response.text();
  expect(response.status).toBe(row.status);
  if (row.type !== undefined) expect(response.headers.get("content-type")).toStartWith(row.type);
  if (row.text !== undefined) expect(text).toBe(row.text);
  for (const part of row.holds ?? []) expect(`${text}\n${response.headers.get("link")}`).toContain(part);
  if (row.type === "multipart/related") {
    const boundary = /boundary=([^;]+)/.exec(response.headers.get("content-type") ?? "")?.[1];
    expect(text).toStartWith(`--${boundary}\r\n`);
    expect(text).toEndWith(`--${boundary}--\r\n`);
  }
}

function execute(body: Row["body"], headers: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(`${app.url}/processes/results/execution`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ inputs: { message: "test" }, ...body }),
  });
}

/** Runs a job to its end and gives its address. */
async function finished(body: Row["body"]): Promise<string> {
  const accepted = await execute(body, { prefer: "respond-async" });
  expect(accepted.status).toBe(201);
  const location = accepted.headers.get("location") ?? "";
  await untilFinished(app.url, location.split("/").at(-1) ?? "");
  return location;
}

function rowsOf(version: "first" | "second") {
  return cases.flatMap((one) => (one[version] === undefined ? [] : [[one.name, one[version]] as const]));
}

describe.each([
  ["1.0", rowsOf("first")],
  ["2.0", rowsOf("second")],
] as const)("a %s request answered synchronously:", (_, rows) => {
  test.each(rows)("%s", async (_name, row) => {
    await check(row, await execute(row.body, { accept: "*/*", ...row.headers }));
  });
});

describe("the results of a job of a 1.0 request, as its request said:", () => {
  test.each(rowsOf("first"))("%s", async (_name, row) => {
    const location = await finished(row.body);
    await check(row, await fetch(`${location}/results`, { headers: { accept: "*/*", ...row.headers } }));
  });
});

describe("the results of a job of a 2.0 request:", () => {
  test.each(resultsRows.map((row) => [row.name, row] as const))("%s", async (_name, row) => {
    const location = await finished(row.outputs === undefined ? {} : { outputs: row.outputs });
    await check(row, await fetch(`${location}${row.path}`, { headers: { accept: "*/*", ...row.headers } }));
  });
});

test("an item of an output with several values is found by its number", async () => {
  const job = await submit(app.url, "echo", { text: "x", array: [11, 22] });
  await untilFinished(app.url, job);
  expect(await (await fetch(`${app.url}/jobs/${job}/results/array/1`)).text()).toBe("22");
  expect((await fetch(`${app.url}/jobs/${job}/results/array/2`)).status).toBe(404);
});

test("docs/clients.md tells what these tests check", async () => {
  expect(await Bun.file(join(import.meta.dir, "..", "..", "..", "docs", "clients.md")).text()).toBe(clientsDocument());
});
