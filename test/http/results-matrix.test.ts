import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { App } from "../../src/app.ts";
import { startTestApp } from "../support/app.ts";
import { deployCwl, submit, untilFinished } from "../support/jobs.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary-directory.ts";

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

type Row = {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly type?: string;
  readonly text?: string;
  /** Parts of the body or of the Link header. */
  readonly holds?: readonly string[];
};

const value = { transmissionMode: "value" } as const;
const reference = { transmissionMode: "reference" } as const;

/** OGC 18-062r2 table 11. */
const first: readonly Row[] = [
  {
    name: "raw, one literal by value: the bare value",
    body: { response: "raw", outputs: { output_data: value } },
    status: 200,
    type: "text/plain; charset=utf-8",
    text: "test",
  },
  {
    name: "raw, one file by value: its bytes",
    body: { response: "raw", outputs: { output_json: value } },
    status: 200,
    type: "application/json",
    text: '{"data":"test"}',
  },
  {
    name: "raw without response, as transmissionMode tells a 1.0 request: the bare value",
    body: { outputs: { output_data: value } },
    status: 200,
    text: "test",
  },
  {
    name: "raw, several by value: multipart, with the text of each",
    body: { response: "raw", outputs: { output_data: value, output_json: value } },
    headers: { accept: "application/json" },
    status: 200,
    type: "multipart/related",
    holds: ["Content-ID: output_data", "Content-Type: text/plain", "\r\n\r\ntest\r\n", '{"data":"test"}'],
  },
  {
    name: "raw, all outputs: multipart",
    body: { response: "raw" },
    status: 200,
    type: "multipart/related",
    holds: ["Content-ID: output_text", "Content-ID: output_json"],
  },
  {
    name: "raw, one by reference: no body and a link",
    body: { response: "raw", outputs: { output_json: reference } },
    status: 204,
    text: "",
    holds: ["/output_json/result.json>", 'title="output_json"', 'type="application/json"'],
  },
  {
    name: "raw, several by reference: no body and a link for each",
    body: { response: "raw", outputs: { output_json: reference, output_data: reference } },
    status: 204,
    text: "",
    holds: ['title="output_json"', "/results/output_data>"],
  },
  {
    name: "raw, mixed: multipart, the referenced part empty with its location",
    body: { response: "raw", outputs: { output_data: value, output_json: reference } },
    status: 200,
    type: "multipart/related",
    holds: ["\r\n\r\ntest\r\n", "/output_json/result.json\r\n\r\n\r\n--"],
  },
  {
    name: "document, one by value: the document",
    body: { response: "document", outputs: { output_data: value } },
    status: 200,
    type: "application/json",
    text: '{"output_data":"test"}',
  },
  {
    name: "document, mixed: as asked for each",
    body: { response: "document", outputs: { output_json: value, output_text: reference } },
    status: 200,
    type: "application/json",
    holds: ['{"output_json":{"value":{"data":"test"},"mediaType":"application/json"}', '"output_text":{"href":"'],
  },
  {
    name: "document, nothing said: by value",
    body: { response: "document" },
    status: 200,
    type: "application/json",
    holds: ['"output_text":{"value":"test","mediaType":"text/plain"}'],
  },
];

/** OGC 18-062r3 7.11. */
const second: readonly Row[] = [
  { name: "one output: the bare value", body: { outputs: { output_data: {} } }, status: 200, text: "test" },
  {
    name: "one output, JSON accepted: as JSON",
    body: { outputs: { output_data: {} } },
    headers: { accept: "application/json" },
    status: 200,
    type: "application/json",
    text: '"test"',
  },
  {
    name: "one output, the results profile asked for: the document",
    body: { outputs: { output_data: {} } },
    headers: { prefer: 'profile="https://www.opengis.net/def/profile/OGC/0/ogc-results"' },
    status: 200,
    type: "application/json",
    text: '{"output_data":"test"}',
  },
  {
    name: "several outputs: the document with its profile, files as links",
    body: { outputs: { output_data: {}, output_json: {} } },
    status: 200,
    type: "application/json",
    holds: ['"output_data":"test"', '"output_json":{"href":"', 'ogc-results>; rel="profile"'],
  },
  {
    name: "no outputs named: all of them",
    body: {},
    status: 200,
    holds: ["output_data", "output_text", "output_json"],
  },
  {
    name: "several outputs, return=representation: all by value",
    body: {},
    headers: { prefer: "return=representation" },
    status: 200,
    holds: ['"output_text":{"value":"test"', '"output_json":{"value":{"data":"test"}'],
  },
  {
    name: "several outputs, multipart accepted: multipart",
    body: {},
    headers: { accept: "multipart/related" },
    status: 200,
    type: "multipart/related",
    holds: ["Content-ID: output_text"],
  },
  { name: "outputs {}: nothing", body: { outputs: {} }, status: 204, text: "" },
];

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
  ["1.0", first],
  ["2.0", second],
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
  test.each(first.map((row) => [row.name, row] as const))("%s", async (_name, row) => {
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
