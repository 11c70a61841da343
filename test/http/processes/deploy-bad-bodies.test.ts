import { describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { tarOf, zipOf } from "../../support/packages/archives.ts";
import { type FileSite, fileSite } from "../../support/servers/file-site.ts";
import { jsonOf, openService, type Service } from "../service.ts";

const tool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  id: "bad",
  baseCommand: "true",
  inputs: { word: { type: "string", inputBinding: {} } },
  outputs: { said: { type: "stdout" } },
};
const whole = { processDescription: { process: { id: "bad" } }, executionUnit: [{ unit: tool }] };

/** Statuses of what is wrong with a request. */
const refusals = [400, 409, 412, 413, 415, 422];

type Sent = {
  readonly body?: unknown;
  readonly type?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Sends what cannot be deployed by POST, and by PUT in the place of what is there; expects that nothing came of it. */
async function expectRefused(service: Service, sent: Sent): Promise<string> {
  const { body, type = "application/json", query = "", headers = {} } = sent;
  const bytes = typeof body === "string" || body instanceof Uint8Array ? body : (JSON.stringify(body) ?? "");
  const facts = { headers: { "content-type": type, ...headers }, body: new Blob([Buffer.from(bytes)]) };
  const before = await stateOf(service);
  const texts: string[] = [];
  for (const [method, path] of [
    ["POST", "/processes"],
    ["PUT", "/processes/kept"],
  ] as const) {
    for (const dry of ["", "dryRun=true"]) {
      const all = [query, dry].filter((one) => one !== "").join("&");
      const response = await service.send(method, `${path}${all === "" ? "" : `?${all}`}`, facts);
      const text = await response.text();
      texts.push(text);
      expect([response.status, text]).toEqual([expect.any(Number), expect.stringContaining('"detail"')]);
      expect(refusals).toContain(response.status);
      expect(await stateOf(service)).toEqual(before);
    }
  }
  return texts[0] ?? "";
}

async function stateOf(service: Service) {
  const listed = await jsonOf(await service.send("GET", "/processes"));
  const revisions = await (await service.send("GET", "/processes/kept/revisions")).text();
  const names = await readdir(service.layout.dataDirectory, { recursive: true });
  return { listed, revisions, names: names.toSorted() };
}

async function openWithKept(): Promise<Service> {
  const service = await openService();
  const response = await service.send("POST", "/processes", { body: { ...tool, id: "kept" } });
  expect(response.status).toBe(201);
  return service;
}

describe("what other servers refuse is refused:", () => {
  const rows: readonly [string, unknown][] = [
    ["no description and an empty id", { executionUnit: [{ unit: { ...tool, id: "" } }] }],
    ["a description that is null", { ...whole, processDescription: null }],
    ["a process that is null", { ...whole, processDescription: { process: null } }],
    ["an id that is no text", { ...whole, processDescription: { process: { id: 5 } } }],
    ["no units", { processDescription: whole.processDescription }],
    ["units that are null", { ...whole, executionUnit: null }],
    ["an empty unit", { ...whole, executionUnit: {} }],
    ["an empty list of units", { ...whole, executionUnit: [] }],
    ["a unit that is an arbitrary text", { ...whole, executionUnit: [{ unit: "something" }] }],
    ["a unit that is null", { ...whole, executionUnit: [{ unit: null }] }],
    ["a link that is an object", { ...whole, executionUnit: [{ href: {} }] }],
    ["a unit and a link", { ...whole, executionUnit: [{ unit: tool, href: "http://127.0.0.1/x.cwl" }] }],
    [
      "control options that are none",
      { ...whole, processDescription: { process: { id: "bad", jobControlOptions: ["never"] } } },
    ],
  ];
  test.each(rows)("%s", async (_, body) => {
    await using service = await openWithKept();
    await expectRefused(service, { body });
    await expectRefused(service, { body: JSON.stringify(body), type: "application/ogcapppkg+yaml" });
  });
});

describe("a body is refused that is", () => {
  const cwl = "application/cwl";
  const circle = { ...tool, inputs: { $import: "#a" }, requirements: [{ id: "a", $import: "#a" }] };
  const rows: readonly [string, Sent, string][] = [
    ["empty JSON", { body: "" }, "JSON"],
    ["empty YAML", { body: "", type: cwl }, "package.cwl"],
    ["a list", { body: [whole] }, "InvalidParameterValue"],
    ["a number", { body: "5" }, "InvalidParameterValue"],
    ["a text", { body: '"x"', type: cwl }, "an object"],
    ["an HTML page", { body: "<html><body>Sign in</body></html>", type: cwl }, "package.cwl"],
    ["bytes that are no text", { body: new Uint8Array([0xff, 0xfe, 0]), type: cwl }, "0xFF"],
    ["of no type", { body: whole, type: "" }, "Content-Type"],
    ["of another type", { body: whole, type: "application/xml" }, "application/xml"],
    ["in another charset", { body: whole, type: "application/json; charset=utf-16" }, "utf-16"],
    ["in an unknown coding", { body: whole, headers: { "content-encoding": "br" } }, "Content-Encoding"],
    ["in broken gzip", { body: "no gzip", headers: { "content-encoding": "gzip" } }, "gzip"],
    [
      "a bomb in gzip",
      { body: gzipSync(Buffer.alloc(2 ** 20, " ")), headers: { "content-encoding": "gzip" } },
      "65536",
    ],
    ["more than may be sent", { body: { ...whole, x: "x".repeat(70_000) } }, "65536"],
    ["nested without end", { body: `${"[".repeat(5000)}${"]".repeat(5000)}` }, "nesting"],
    ["nested without end in YAML", { body: `a: ${"[".repeat(500)}${"]".repeat(500)}`, type: cwl }, "package.cwl"],
    [
      "YAML whose anchors multiply",
      {
        body: `a: &a [x]\n${Array.from("bcdefgh", (c, n) => `${c}: &${c} [${Array.from("123456789", () => `*${"abcdefgh"[n]}`)}]`).join("\n")}`,
        type: cwl,
      },
      "package.cwl",
    ],
    ["YAML with a tag of a language", { body: "!!python/object/apply:os.system ['id']", type: cwl }, "object"],
    ["YAML with a name twice", { body: "cwlVersion: v1.2\nclass: x\nclass: y", type: cwl }, "package.cwl:3"],
    ["CWL of no version that there is", { body: { ...tool, cwlVersion: "v9" } }, "v1.2"],
    ["CWL of no class", { body: { ...tool, class: undefined } }, "class"],
    ["CWL without inputs that are such", { body: { ...tool, inputs: 5 } }, "/inputs"],
    ["CWL that imports a file", { body: { ...tool, inputs: { $import: "inputs.yml" } } }, "$import"],
    ["CWL that imports itself", { body: circle }, "inputs"],
    ["CWL that includes a file of the server", { body: { ...tool, doc: { $include: "/etc/passwd" } } }, "doc"],
    [
      "a workflow that runs a file",
      {
        body: {
          ...tool,
          class: "Workflow",
          baseCommand: undefined,
          outputs: [],
          steps: { a: { run: "file:///etc/passwd", in: [], out: [] } },
        },
      },
      "/etc/passwd",
    ],
    [
      "a workflow that runs itself",
      {
        body: {
          cwlVersion: "v1.2",
          $graph: [
            { id: "main", class: "Workflow", inputs: [], outputs: [], steps: { a: { run: "#main", in: [], out: [] } } },
          ],
        },
        query: "id=bad",
      },
      "run themselves",
    ],
    ["a graph of nothing", { body: { cwlVersion: "v1.2", $graph: [] } }, "graph"],
    ["a graph that is no list", { body: { cwlVersion: "v1.2", $graph: { main: tool } } }, "$graph"],
    ["a graph of null", { body: { cwlVersion: "v1.2", $graph: [null] } }, "$graph"],
    [
      "a graph without the wanted process",
      { body: { cwlVersion: "v1.2", $graph: [tool] }, query: "w=other" },
      "workflow-not-found",
    ],
    [
      "a default file of the server",
      {
        body: { ...tool, inputs: { f: { type: "File", default: { class: "File", location: "file:///etc/passwd" } } } },
      },
      "/etc/passwd",
    ],
    ["an id that leads out", { body: tool, query: "id=..%2Fx" }, "?id"],
    ["an id of 200 characters", { body: { ...tool, id: "x".repeat(200) } }, "128"],
    ["an id with a version", { body: { ...tool, id: "bad:1.0" } }, "/id"],
    ["a description of another id than is asked for", { body: whole, query: "id=other" }, "?id"],
    [
      "an input of a schema that is none",
      { body: { ...whole, processDescription: { id: "bad", inputs: { word: { schema: { type: "wrong" } } } } } },
      "/processDescription/inputs/word/schema",
    ],
    [
      "an input that must occur less than 0 times",
      { body: { ...whole, processDescription: { id: "bad", inputs: { word: { minOccurs: -1 } } } } },
      "minOccurs",
    ],
    ["a later deployment", { body: { ...whole, immediateDeployment: false } }, "/immediateDeployment"],
    [
      "a list of too many units",
      { body: { ...whole, executionUnit: Array.from({ length: 101 }, () => ({ unit: 1 })) } },
      "101",
    ],
    ["multipart that is none", { body: "hello", type: "multipart/related; boundary=b" }, "multipart"],
    [
      "a zip with a link",
      { body: zipOf([{ name: "a.cwl", content: "/etc/passwd", mode: 0o120777 }]), type: "application/zip" },
      "a link",
    ],
    [
      "a tar that leads out",
      { body: tarOf([{ name: "../../a.cwl", content: "x" }]), type: "application/x-tar" },
      "stay in",
    ],
    ["a tar with a device", { body: tarOf([{ name: "a.cwl", kind: "3" }]), type: "application/x-tar" }, "a device"],
    ["gzip of no tar", { body: gzipSync("x"), type: "application/gzip" }, "gzip of something else"],
    [
      "a zip of another zip",
      { body: zipOf([{ name: "a.zip", content: zipOf([]) }]), type: "application/zip" },
      "a.zip",
    ],
  ];
  test.each(rows)("%s", async (_, sent, words) => {
    await using service = await openWithKept();
    expect(await expectRefused(service, sent)).toContain(words);
  });

  test("not wanted by its preconditions", async () => {
    await using service = await openWithKept();
    const headers = { "content-type": "application/json" };
    const kept = { ...tool, id: "kept" };
    const before = await stateOf(service);
    const statuses = [
      (await service.send("POST", "/processes", { headers: { ...headers, "if-none-match": "*" }, body: kept })).status,
      (await service.send("POST", "/processes", { headers, body: kept })).status,
      (await service.send("PUT", "/processes/kept", { headers: { ...headers, "if-match": '"x"' }, body: kept })).status,
    ];
    expect(statuses).toEqual([412, 409, 412]);
    expect(await stateOf(service)).toEqual(before);
  });
});

describe("a link is refused that answers", () => {
  const text = JSON.stringify({ ...tool, doc: { $include: "other.txt" } });
  const rows: readonly [string, Parameters<typeof fileSite>[0], string][] = [
    ["HTML", { "/a.cwl": { text: "<!DOCTYPE html>", type: "text/html" } }, "an HTML page"],
    ["404", {}, "404"],
    ["500", { "/a.cwl": { text: "", status: 500 } }, "500"],
    ["a redirect inward", { "/a.cwl": { redirect: "http://192.168.0.1/a.cwl" } }, "--allow-fetch"],
    ["a redirect to a file", { "/a.cwl": { redirect: "file:///etc/passwd" } }, "http or https"],
    ["redirects without end", { "/a.cwl": { redirect: "/a.cwl" } }, "redirects"],
    ["a missing import", { "/a.cwl": text }, "other.txt"],
    ["an import that is too large", { "/a.cwl": text, "/other.txt": "x".repeat(1_100_000) }, "1048576"],
    ["a picture", { "/a.cwl": { text: new Uint8Array([0x89, 0x50]), type: "image/png" } }, "found"],
    ["a zip", { "/a.cwl": { text: zipOf([]), type: "application/zip" } }, "found"],
  ];
  test.each(rows)("%s", async (_, files, words) => {
    await using service = await openWithKept();
    await using site: FileSite = fileSite(files);
    const body = { processDescription: { id: "bad" }, executionUnit: { href: `${site.url}/a.cwl` } };
    expect(await expectRefused(service, { body })).toContain(words);
  });

  test("more than 2 GB, of which no more than a document is read", async () => {
    await using service = await openWithKept();
    let sentBytes = 0;
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () =>
        new Response(
          new ReadableStream({
            async pull(controller) {
              sentBytes += 2 ** 16;
              if (sentBytes > 2 ** 31) controller.close();
              else controller.enqueue(new Uint8Array(2 ** 16).fill(0x20));
            },
          }),
        ),
    });
    const body = {
      processDescription: { id: "bad" },
      executionUnit: { href: `http://127.0.0.1:${server.port}/a.cwl` },
    };
    expect(await expectRefused(service, { body })).toContain("1048576");
    await server.stop(true);
    expect(sentBytes).toBeLessThan(2 ** 30);
  });
});
