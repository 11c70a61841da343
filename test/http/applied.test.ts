import { afterAll, beforeAll, expect, test } from "bun:test";
import type { App } from "../../src/app.ts";
import { startTestApp } from "../support/app.ts";
import { deployCwl } from "../support/jobs.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary-directory.ts";
import { jsonOf } from "./service.ts";

/** A literal, a PNG by its description, files of a list, and a file that may not be there. */
const made = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  requirements: { InlineJavascriptRequirement: {} },
  baseCommand: ["sh", "-c", 'printf one > a.txt; printf two > b.txt; printf png > c.png; printf %s "$1" > said', "x"],
  inputs: { message: { type: "string", inputBinding: {} } },
  outputs: {
    said: { type: "string", outputBinding: { glob: "said", loadContents: true, outputEval: "$(self[0].contents)" } },
    image: { type: "File", format: "iana:image/png", outputBinding: { glob: "c.png" } },
    files: { type: "File[]", format: "iana:text/plain", outputBinding: { glob: "*.txt" } },
    maybe: { type: "File?", outputBinding: { glob: "no.thing" } },
  },
  $namespaces: { iana: "https://www.iana.org/assignments/media-types/" },
} as const;

const profile = "https://www.opengis.net/def/profile/OGC/0/ogc-results";
let folder: TemporaryDirectory;
let app: App;

beforeAll(async () => {
  folder = await temporaryDirectory();
  app = await startTestApp(folder.path, { syncLimitSeconds: 20 });
  await deployCwl(app.url, "made", made);
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

function execute(body: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${app.url}/processes/made/execution`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ inputs: { message: "hi" }, ...body }),
  });
}

const image = { outputs: { image: {} } };
const two = { outputs: { image: {}, said: {} } };
const one = (id: string, transmissionMode: string) => ({ response: "raw", outputs: { [id]: { transmissionMode } } });

for (const [what, body, prefer, applied] of [
  ["minimal, of a whole file", image, "return=minimal", null],
  ["representation, of a whole file", image, "return=representation", "return=representation"],
  ["minimal, of a literal", { outputs: { said: {} } }, "return=minimal", "return=minimal"],
  ["minimal, of a document of links", two, "return=minimal", "return=minimal"],
  ["representation, of a document of values", two, "return=representation", "return=representation"],
  ["minimal, of a document by value", { ...two, response: "document" }, "return=minimal", null],
  [
    "representation, of a link in a document",
    { response: "document", outputs: { image: { transmissionMode: "reference" } } },
    "return=representation",
    null,
  ],
  ["representation, of links", one("image", "reference"), "return=representation", null],
  ["minimal, of links", one("image", "reference"), "return=minimal", "return=minimal"],
  ["minimal, of parts by value", { response: "raw", outputs: { image: {}, said: {} } }, "return=minimal", null],
  ["a wait that was kept", image, "wait=15", "wait=15"],
  ["a wait that was cut", image, "wait=600", null],
  ["a wait and a return", two, "wait=15, return=minimal", "wait=15, return=minimal"],
  ["respond-async, with a wait that was kept", image, "respond-async, wait=15", "wait=15"],
] as const) {
  test(`What was applied is told: ${what}`, async () => {
    const response = await execute(body, { prefer });
    expect(response.status).toBeLessThan(205);
    expect(response.headers.get("preference-applied")).toBe(applied);
  });
}

for (const [accept, status, type] of [
  ["image/png", 200, "image/png"],
  ["image/*;q=0.5", 200, "image/png"],
  ["image/jpeg", 406, undefined],
  ["text/html", 406, undefined],
  ["application/json", 200, "application/json"],
  ["multipart/mixed", 200, "multipart/mixed"],
  ["multipart/related", 200, "multipart/related"],
  ["image/jpeg, multipart/mixed;q=0.1", 200, "multipart/mixed"],
  ["image/jpeg, */*;q=0.1", 200, "image/png"],
] as const) {
  test(`One output with Accept "${accept}" is ${status} ${type ?? ""}`, async () => {
    const response = await execute(image, { accept });
    expect(response.status).toBe(status);
    if (type !== undefined) expect(response.headers.get("content-type")).toStartWith(type);
  });
}

test("Several outputs are sent as mixed parts when only those are taken", async () => {
  const mixed = await execute(two, { accept: "multipart/mixed" });
  expect(mixed.headers.get("content-type")).toStartWith("multipart/mixed; boundary=");
  const both = await execute(two, { accept: "multipart/mixed, multipart/related" });
  expect(both.headers.get("content-type")).toStartWith("multipart/related");
  const first = await execute({ response: "raw", outputs: { image: {}, said: {} } }, { accept: "multipart/mixed" });
  expect(first.headers.get("content-type")).toStartWith("multipart/mixed");
});

test("A list of files by value is values, and by default links", async () => {
  expect(await (await execute(one("files", "value"))).json()).toEqual([
    { value: "one", mediaType: "text/plain" },
    { value: "two", mediaType: "text/plain" },
  ]);
  expect(await (await execute({ outputs: { files: {} } })).json()).toMatchObject([
    { type: "text/plain" },
    { rel: "item" },
  ]);
  const parts = await (await execute({ response: "raw", outputs: { files: {}, said: {} } })).text();
  expect(parts).toContain('[{"value":"one"');
});

test("An optional output that is absent answers 204", async () => {
  for (const body of [{ outputs: { maybe: {} } }, one("maybe", "value"), one("maybe", "reference")]) {
    const response = await execute(body);
    expect([response.status, await response.text()]).toEqual([204, ""]);
  }
  expect(await (await execute({ outputs: { maybe: {}, said: {} } })).json()).toEqual({ said: "hi" });
});

async function finished(body: object): Promise<string> {
  const response = await execute(body);
  return /<([^>]*)>; rel="?monitor"?/.exec(response.headers.get("link") ?? "")?.[1] ?? "";
}

test("The first item of a single output is that output", async () => {
  const job = await finished({});
  expect(await (await fetch(`${job}/results/said/0`)).text()).toBe("hi");
  expect(await (await fetch(`${job}/results/image/0`)).text()).toBe("png");
  expect(await (await fetch(`${job}/results/files/1`)).text()).toBe("two");
  for (const path of ["said/1", "image/2", "files/2", "said/x"]) {
    expect((await fetch(`${job}/results/${path}`)).status).toBe(404);
  }
});

test("A link names the type that its target has", async () => {
  const linked = await execute({ response: "document", outputs: { said: { transmissionMode: "reference" } } });
  const { said } = await jsonOf(linked);
  expect(said).toMatchObject({ type: "text/plain" });
  for (const id of ["said", "image", "files"]) {
    const response = await execute(one(id, "reference"));
    const [, href = "", type] =
      /<([^>]*)>; rel="[^"]*results"; type="([^"]*)"/.exec(response.headers.get("link") ?? "") ?? [];
    const target = await fetch(href);
    expect(target.headers.get("content-type")?.split(";")[0]).toBe(type);
  }
});

test("A log is text or JSON, under both of its names", async () => {
  const job = await finished({});
  for (const path of ["log", "logs"]) {
    const text = await fetch(`${job}/${path}`);
    expect(text.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    const lines = (await text.text()).trimEnd().split("\n");
    for (const [query, accept] of [
      ["", "application/json"],
      ["?f=json", "*/*"],
    ] as const) {
      const json = await fetch(`${job}/${path}${query}`, { headers: { accept } });
      expect(json.headers.get("content-type")).toBe("application/json");
      expect(await json.json()).toEqual(lines);
    }
    expect(await (await fetch(`${job}/${path}?f=json&tail=1`)).json()).toEqual(lines.slice(-1));
    expect((await fetch(`${job}/${path}`, { headers: { accept: "image/png" } })).status).toBe(406);
    expect((await fetch(`${job}/${path}?f=xml`)).status).toBe(400);
  }
});

for (const [what, headers] of [
  ["Prefer", { prefer: `profile="${profile}"` }],
  ["Accept-Profile", { "accept-profile": `<${profile}>` }],
  ["Accept", { accept: `application/json;profile="${profile}"` }],
] as const) {
  test(`Who names the results profile by ${what} is a client of 2.0, whatever the request says`, async () => {
    for (const body of [
      { response: "raw" },
      { response: "document" },
      { response: "raw", outputs: { said: {}, image: {} } },
      {},
    ]) {
      const response = await execute(body, headers);
      expect(response.headers.get("content-profile")).toBe(`<${profile}>`);
      expect(response.headers.get("link")).toContain(`<${profile}>; rel="profile"`);
      // Files are links in 2.0, and values in 1.0.
      expect(await response.json()).toMatchObject({ said: "hi", image: { rel: "item", type: "image/png" } });
    }
  });
}

test("A request in gzip that tells its length is read, and an answer is packed once", async () => {
  const body = Bun.gzipSync(JSON.stringify({ inputs: { message: "hi" }, outputs: { said: {} } }));
  const headers = { "content-type": "application/json", "content-encoding": "gzip" };
  const response = await fetch(`${app.url}/processes/made/execution`, { method: "POST", headers, body });
  expect([response.status, await response.text()]).toEqual([200, "hi"]);
  const packed = await fetch(`${app.url}/api`, { headers: { "accept-encoding": "gzip", accept: "application/json" } });
  expect(packed.headers.get("content-encoding")).toBe("gzip");
  expect(await packed.json()).toHaveProperty("paths");
});
