import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { App } from "../../src/app.ts";
import { startTestApp } from "../support/app.ts";
import { deployCwl, submit, untilFinished } from "../support/jobs.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary-directory.ts";
import { clientsDocument } from "./clients-document.ts";
import { firstRows, type Row, secondRows } from "./results-rows.ts";

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

async function check(row: Row, response: Response): Promise<void> {
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

function body(row: Row): string {
  return JSON.stringify({ inputs: { message: "test" }, ...row.body });
}

describe.each([
  ["1.0", firstRows],
  ["2.0", secondRows],
] as const)("a %s request answered synchronously:", (_, rows) => {
  test.each(rows.map((row) => [row.name, row] as const))("%s", async (_name, row) => {
    const response = await fetch(`${app.url}/processes/results/execution`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "*/*", ...row.headers },
      body: body(row),
    });
    await check(row, response);
  });
});

describe("the results of a job of a 1.0 request, as its request said:", () => {
  test.each(firstRows.map((row) => [row.name, row] as const))("%s", async (_name, row) => {
    const accepted = await fetch(`${app.url}/processes/results/execution`, {
      method: "POST",
      headers: { "content-type": "application/json", prefer: "respond-async" },
      body: body(row),
    });
    expect(accepted.status).toBe(201);
    const location = accepted.headers.get("location") ?? "";
    await untilFinished(app.url, location.split("/").at(-1) ?? "");
    await check(row, await fetch(`${location}/results`, { headers: { accept: "*/*", ...row.headers } }));
  });
});

describe("the results of a job of a 2.0 request:", () => {
  const submitted = (outputs?: Readonly<Record<string, unknown>>) => {
    const request = { inputs: { message: "test" }, ...(outputs === undefined ? {} : { outputs }) };
    return fetch(`${app.url}/processes/results/execution`, {
      method: "POST",
      headers: { "content-type": "application/json", prefer: "respond-async" },
      body: JSON.stringify(request),
    }).then(async (response) => {
      const location = response.headers.get("location") ?? "";
      await untilFinished(app.url, location.split("/").at(-1) ?? "");
      return location;
    });
  };

  test("are a document, also for one output; bare when JSON is not accepted", async () => {
    const job = await submitted({ output_data: {} });
    expect(await (await fetch(`${job}/results`)).text()).toBe('{"output_data":"test"}');
    const bare = await fetch(`${job}/results`, { headers: { accept: "text/plain" } });
    expect(await bare.text()).toBe("test");
  });

  test("are 404 result-not-available when none was asked for", async () => {
    const job = await submitted({});
    const response = await fetch(`${job}/results`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("result-not-available");
  });

  test("are 406 when neither JSON nor multipart is accepted", async () => {
    const job = await submitted();
    expect((await fetch(`${job}/results`, { headers: { accept: "image/png" } })).status).toBe(406);
  });

  test("can be chosen by ?outputs=, and an unknown one is 400", async () => {
    const job = await submitted();
    expect(
      Object.keys(JSON.parse(await (await fetch(`${job}/results?outputs=output_text,output_data`)).text())).sort(),
    ).toEqual(["output_data", "output_text"]);
    const wrong = await fetch(`${job}/results?outputs=nothing`);
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toContain("invalid-query-parameter-value");
  });
});

test("an item of an output with several values is found by its number", async () => {
  const job = await submit(app.url, "echo", { text: "x", array: [11, 22] });
  await untilFinished(app.url, job);
  expect(await (await fetch(`${app.url}/jobs/${job}/results/array/1`)).text()).toBe("22");
  expect((await fetch(`${app.url}/jobs/${job}/results/array/2`)).status).toBe(404);
});

test("docs/clients.md tells what these tests check", async () => {
  expect(await Bun.file(join(import.meta.dir, "..", "..", "docs", "clients.md")).text()).toBe(clientsDocument());
});
