import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { readPeak, resetPeak } from "../support/machine/peak-memory.ts";
import { startServer } from "../support/servers/executable.ts";
import { serveFile } from "../support/servers/file-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { whileHealthy } from "./watch-health.ts";

const mebibyte = 2 ** 20;
/** What the server may grow by: the body, its text, and what it is looked over with. */
const mostGrowth = 350 * mebibyte;

const server = await serveFile();

type Attack = {
  readonly path?: string;
  readonly method?: string;
  readonly type?: string;
  /** It is a file that a form is filled in from. */
  readonly fills?: boolean;
  readonly body: () => string;
  readonly status: number;
  readonly says: string;
  /** The longest answer, in characters; 1 MiB when absent. */
  readonly most?: number;
};

const many = (count: number, one: (index: number) => string) => Array.from({ length: count }, (_, index) => one(index));
const manyValues = "found more than 200000 values, wanted data of this size as a file: POST it to /vault";
const integers = () => `[${"1,".repeat(16 * mebibyte - 100)}1]`;

const filling = { path: "/processes/echo/fill-form", fills: true, status: 422 } as const;
const ofForm = () => ({ "content-type": "multipart/form-data; boundary=X", origin: server.url, accept: "text/html" });
/** What a page says is wrong. */
const told = (html: string) =>
  (/class="notice notice-bad[\s\S]*?<\/(?:div|section)>|<main[\s\S]*/.exec(html)?.[0] ?? html).slice(0, 60_000);
const file = (text: string) =>
  `--X\r\ncontent-disposition: form-data; name="file"; filename="job.yml"\r\n\r\n${text}\r\n--X--\r\n`;

const attacks: Readonly<Record<string, Attack>> = {
  "1,000,000 unknown inputs": {
    body: () => `{"inputs":{${many(1_000_000, (index) => `"x${index}":1`).join(",")}}}`,
    status: 413,
    says: manyValues,
  },
  "32 MB of integers": { body: () => `{"inputs":{"x":${integers().slice(32)}}}`, status: 413, says: manyValues },
  "150,000 unknown inputs": {
    body: () => `{"inputs":{${many(150_000, (index) => `"x${index}":1`).join(",")}}}`,
    status: 400,
    says: "and 149901 more",
  },
  "a list of 90,000 values of one input": {
    body: () => `{"inputs":[${many(90_000, () => '{"id":"x","value":1}').join(",")}]}`.replaceAll(',"value":1', ""),
    status: 400,
    says: "wanted one of the inputs",
  },
  "a list of 60,000 values of an input that there is": {
    body: () => `{"inputs":[${many(60_000, () => '{"id":"text","value":1}').join(",")}]}`,
    status: 400,
    says: "found 60000 occurrences, wanted 1",
  },
  "100,000 members of one input": {
    body: () => `{"inputs":{"text":{"href":"data:,x",${many(100_000, (index) => `"x${index}":1`).join(",")}}}}`,
    status: 400,
    says: "more",
  },
  "unknown outputs": {
    body: () => `{"inputs":{"text":"x"},"outputs":{${many(90_000, (index) => `"x${index}":{}`).join(",")}}}`,
    status: 400,
    says: "more",
  },
  "20,000,000 levels": { body: () => `{"inputs":${"[".repeat(20_000_000)}`, status: 400, says: "more than 128 levels" },
  "one unknown input of 30 MB": {
    body: () => JSON.stringify({ inputs: { unknown: "x".repeat(30_000_000) } }),
    status: 400,
    says: "wanted one of the inputs",
  },
  "a deployment of many values": { path: "/processes", body: integers, status: 413, says: "more than 200000 values" },
  "a deployment of many faults": {
    path: "/processes",
    body: () =>
      `{"processDescription":{"id":"p","keywords":[${many(150_000, () => "1").join(",")}]},"executionUnit":{}}`,
    status: 400,
    says: "more",
  },
  "a package in YAML of 80,000 members": {
    path: "/processes",
    type: "application/cwl+yaml",
    body: () => many(80_000, (index) => `k${index}: 1`).join("\n"),
    status: 400,
    says: "found more than 20000 values",
  },
  "a package in YAML of comments": {
    path: "/processes",
    type: "application/cwl+yaml",
    body: () => "#a\n".repeat(340_000),
    status: 400,
    says: "found more than 20000 values",
  },
  "a provider of many values": { path: "/providers", body: integers, status: 413, says: "more than 200000 values" },
  "a dismissal of many values": {
    path: "/jobs",
    method: "DELETE",
    body: () => `{"jobs":${integers().slice(32)}}`,
    status: 413,
    says: "more than 200000 values",
  },
  "JSON of many values inside WPS": {
    path: "/wps",
    type: "text/xml",
    body: () => wpsExecute(`<wps:ComplexData mimeType="application/json">${integers().slice(4096)}</wps:ComplexData>`),
    status: 413,
    says: "more than 200000 values",
  },
  "a number of WPS of 5,000,000 digits and a letter": {
    path: "/wps",
    type: "text/xml",
    body: () => wpsExecute(`<wps:LiteralData>${"1".repeat(5_000_000)}x</wps:LiteralData>`, "number"),
    status: 400,
    says: "number",
  },
  "300,000 inputs of WPS": {
    path: "/wps",
    type: "text/xml",
    body: () =>
      wpsExecute("", "text").replace("</wps:DataInputs>", `${"<wps:Input/>".repeat(300_000)}</wps:DataInputs>`),
    status: 413,
    says: "elements",
  },
  "a file of 60,000 values of one input": {
    ...filling,
    body: () => file(`{"inputs":[${many(60_000, () => '{"id":"text","value":1}').join(",")}]}`),
    most: 2 * mebibyte,
    says: "Any text",
  },
  "a file of 60,000 files of one input": {
    ...filling,
    body: () => file(`{"text":[${many(60_000, () => '{"class":"File","path":"a"}').join(",")}]}`),
    says: "59800 more were left out",
  },
  "a file of 1 MB of one text": {
    ...filling,
    body: () => file(JSON.stringify({ text: "<".repeat(1_000_000) })),
    status: 200,
    most: 6 * mebibyte,
    says: "Any text",
  },
  "a file of 150,000 unknown inputs": {
    ...filling,
    body: () => file(`{${many(150_000, (index) => `"x${index}":1`).join(",")}}`),
    says: "149800 more were left out",
  },
  "a file of 1 MB of quotes": { ...filling, body: () => file('"'.repeat(1_000_000)), says: "more than 20000 values" },
  "a file of 1 MB of brackets in quotes": {
    ...filling,
    body: () => file('"]'.repeat(500_000)),
    says: "more than 20000 values",
  },
  "a file of 1 MB of tags": {
    ...filling,
    body: () => file(`[${'"!'.repeat(500_000)}`),
    says: "more than 20000 values",
  },
  "a file of directives": { ...filling, body: () => file("%a\n".repeat(150_000)), says: "more than 20000 values" },
  "a file of 1 MB of closing brackets": {
    ...filling,
    body: () => file("]".repeat(1_000_000)),
    says: "Nothing was filled in",
  },
  "a file of 2 MB of comment": { ...filling, body: () => file("#".repeat(2_000_000)), says: "more than 1048576 bytes" },
  "a file of 30 MB of comment": { ...filling, body: () => file("#".repeat(30_000_000)), status: 413, says: "2097152" },
};

function wpsExecute(data: string, input = "geometry"): string {
  return `<?xml version="1.0"?><wps:Execute service="WPS" version="1.0.0" xmlns:wps="http://www.opengis.net/wps/1.0.0" xmlns:ows="http://www.opengis.net/ows/1.1"><ows:Identifier>echo</ows:Identifier><wps:DataInputs><wps:Input><ows:Identifier>${input}</ows:Identifier><wps:Data>${data}</wps:Data></wps:Input></wps:DataInputs></wps:Execute>`;
}

describe("a body that holds very much is answered, and holds nobody up", () => {
  for (const [
    name,
    { path = "/processes/echo/execution", method = "POST", fills, type, body, status, says, most = mebibyte },
  ] of Object.entries(attacks)) {
    test(name, async () => {
      const written = body();
      const before = await resetPeak(server.pid);
      const answer = await whileHealthy(server.url, `large bodies: ${name}`, async () => {
        const response = await fetch(`${server.url}${path}`, {
          method,
          headers: fills === true ? ofForm() : { "content-type": type ?? "application/json" },
          body: written,
        });
        const text = await response.text();
        const parsed: unknown = type === undefined && fills !== true ? JSON.parse(text) : undefined;
        return {
          status: response.status,
          text: fills === true ? told(text) : text.slice(0, 60_000),
          parsed,
          length: text.length,
        };
      });
      expect({ status: answer.status, text: answer.text }).toEqual({ status, text: expect.stringContaining(says) });
      if (typeof answer.parsed === "object" && answer.parsed !== null && "errors" in answer.parsed) {
        expect(answer.parsed.errors).toBeArray();
        expect(Array.isArray(answer.parsed.errors) ? answer.parsed.errors.length : 0).toBeLessThanOrEqual(100);
      }
      expect(answer.length).toBeLessThan(most);
      expect((await readPeak(server.pid)) - before).toBeLessThan(mostGrowth);
    }, 60_000);
  }
});

test("a setting says how many values there may be", async () => {
  await using own = await temporaryDirectory();
  await using strict = await startServer(join(own.path, "data"), ["--max-body-values", "10"]);
  const send = (count: number) =>
    fetch(`${strict.url}/processes/echo/execution`, {
      method: "POST",
      headers: { "content-type": "application/json", prefer: "respond-async" },
      body: JSON.stringify({ inputs: { text: many(count, () => "x") } }),
    });
  expect((await send(20)).status).toBe(413);
  expect((await send(3)).status).toBe(400);
});
