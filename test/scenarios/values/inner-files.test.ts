import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import { deployCwl, submit, untilFinished } from "../../support/jobs.ts";
import { zipOf } from "../../support/packages/archives.ts";
import { serveFile } from "../../support/servers/file-server.ts";
import { fileSite } from "../../support/servers/file-site.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const root = await temporaryDirectory();
const archive = zipOf([
  { name: "in/one.txt", content: "1" },
  { name: "in/two.txt", content: "2" },
]);
const site = fileSite({ "/a.txt": "AAA", "/b.txt": "BBB", "/folder.zip": new Uint8Array(archive) });
const flags = ["--input-root", root.path, "--allow-fetch", "127.0.0.1", "--download-tries", "1"];
const server = await serveFile(flags);
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await root[Symbol.asyncDispose]();
});

/** Says each value that it was given, its files by what is in them. */
const script = `
function say(one) {
  if (one === null || typeof one !== "object") return one;
  if (Array.isArray(one)) return one.map(say);
  if (one.class === "Directory") return { dir: one.listing.map(say).sort((a, b) => (a.file < b.file ? -1 : 1)) };
  if (one.class === "File") return { file: one.contents || one.basename };
  var all = {};
  Object.keys(one).forEach(function (name) { all[name] = say(one[name]); });
  return all;
}`;

/** An expression that says what it sees of an input `x` of a type. */
function tool(type: unknown): Readonly<Record<string, unknown>> {
  const x = { type, loadContents: true, loadListing: "shallow_listing" };
  return {
    cwlVersion: "v1.2",
    class: "ExpressionTool",
    requirements: { InlineJavascriptRequirement: { expressionLib: [script] } },
    inputs: { x },
    outputs: { said: "string" },
    expression: ["$", "{ return { said: JSON.stringify(say(inputs.x)) }; }"].join(""),
  };
}

const field = (type: unknown) => ({ type, loadContents: true, loadListing: "shallow_listing" });
const record = {
  type: "record",
  name: "rec",
  fields: { file: field("File"), more: field("File[]?"), folder: field("Directory?"), n: "int?", word: "string?" },
};
const types: Readonly<Record<string, unknown>> = {
  record,
  records: { type: "array", items: record },
  nested: { type: "array", items: { type: "array", items: "File" } },
  "file-or-text": ["File", "string"],
  "file-or-number": ["File", "int"],
  "file-or-files": ["File", { type: "array", items: "File" }],
  optional: ["null", record],
  any: { type: "record", name: "any", fields: { file: field("File"), any: { type: "Any" } } },
  deep: {
    type: "record",
    name: "outer",
    fields: { inner: { type: { ...record, name: "inner" } }, list: field("Directory[]?") },
  },
};

beforeAll(async () => {
  for (const [id, type] of Object.entries(types)) await deployCwl(server.url, id, tool(type));
});

async function execute(id: string, inputs: unknown): Promise<Response> {
  return fetch(`${server.url}/processes/${id}/execution`, {
    method: "POST",
    headers: { "content-type": "application/json", prefer: "respond-async" },
    body: JSON.stringify({ inputs }),
  });
}

/** What the tool saw of `x`, or why it did not run. */
async function see(id: string, x: unknown, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const job = await submit(server.url, id, x === undefined ? {} : { x }, headers);
  const end = (await untilFinished(server.url, job)).at(-1);
  if (end?.status !== "successful") return end?.message;
  return JSON.parse(await (await fetch(`${server.url}/jobs/${job}/results/said`)).text());
}

const a = { href: `${site.url}/a.txt` };
const b = { href: `${site.url}/b.txt` };
const zip = { href: `${site.url}/folder.zip` };
const [A, B] = [{ file: "AAA" }, { file: "BBB" }];

describe("files stand inside the values of an input:", () => {
  test("in a record, by link, by value with a format, and as text", async () => {
    const none = { more: null, folder: null, n: null, word: null };
    expect(await see("record", { file: a })).toEqual({ ...none, file: A });
    expect(await see("record", { value: { file: a, n: 3 } })).toEqual({ ...none, file: A, n: 3 });
    const text = { value: "VALUE", mediaType: "text/plain" };
    expect(await see("record", { file: text, more: [b, a], n: 3, word: "w" })).toEqual({
      ...{ file: { file: "VALUE" }, more: [B, A], folder: null, n: 3, word: "w" },
    });
    expect(await see("record", { file: "TEXT" })).toEqual({ ...none, file: { file: "TEXT" } });
    const packed = { value: Buffer.from("BYTES").toString("base64"), encoding: "base64", mediaType: "text/plain" };
    expect(await see("record", { file: packed })).toEqual({ ...none, file: { file: "BYTES" } });
    const data = { href: "data:text/plain,DATA" };
    expect(await see("record", { file: data })).toEqual({ ...none, file: { file: "DATA" } });
  });

  test("a directory in a record, of an archive", async () => {
    const files = [{ file: "one.txt" }, { file: "two.txt" }];
    expect(await see("record", { file: a, folder: zip })).toMatchObject({ folder: { dir: files } });
    expect(await see("deep", { inner: { file: b, folder: zip }, list: [zip, zip] })).toMatchObject({
      inner: { file: B, folder: { dir: files } },
      list: [{ dir: files }, { dir: files }],
    });
  });

  test("in lists of lists, and in lists of records", async () => {
    expect(await see("nested", [[a, b], [], [b]])).toEqual([[A, B], [], [B]]);
    expect(await see("nested", [[a]])).toEqual([[A]]);
    expect(await see("records", [{ file: a, n: 1 }, { file: b }])).toMatchObject([{ file: A, n: 1 }, { file: B }]);
  });

  test("in place of a plain value, where the type takes both", async () => {
    expect(await see("file-or-text", a)).toEqual(A);
    expect(await see("file-or-text", "text")).toBe("text");
    expect(await see("file-or-number", a)).toEqual(A);
    expect(await see("file-or-number", 5)).toBe(5);
    expect(await see("file-or-number", "text")).toEqual({ file: "text" });
    expect(await see("file-or-files", a)).toEqual(A);
    expect(await see("file-or-files", [a, b])).toEqual([A, B]);
    expect(await see("optional", undefined)).toBe(null);
    expect(await see("optional", { file: b })).toMatchObject({ file: B });
  });

  test("below an input root, and of the vault with its secret, which no job shows", async () => {
    await writeFile(join(root.path, "local.txt"), "LOCAL");
    const local = { href: pathToFileURL(join(root.path, "local.txt")).href };
    const upload = await fetch(`${server.url}/vault`, { method: "POST", body: "SECRET" });
    const UploadSchema = v.looseObject({ id: v.string(), href: v.string(), token: v.string() });
    const { id, href, token } = v.parse(UploadSchema, await upload.json());
    for (const [link, headers] of [
      [{ href }, {}],
      [{ href: `vault://${id}` }, { "x-auth-vault": `token ${token}` }],
    ] as const) {
      const job = await submit(server.url, "record", { x: { file: link, more: [local, link] } }, headers);
      expect((await untilFinished(server.url, job)).at(-1)?.status).toBe("successful");
      const said = JSON.parse(await (await fetch(`${server.url}/jobs/${job}/results/said`)).text());
      expect(said).toMatchObject({ file: { file: "SECRET" }, more: [{ file: "LOCAL" }, { file: "SECRET" }] });
      const shown = await (await fetch(`${server.url}/jobs/${job}/inputs`)).text();
      expect(shown).not.toContain(token);
      expect(JSON.parse(shown)).toMatchObject({
        inputs: { x: { value: { file: { href: `vault://${id}` }, more: [local, { href: `vault://${id}` }] } } },
      });
    }
  });
});

test("the description says where files stand", async () => {
  const answer = await fetch(`${server.url}/processes/record`, { headers: { accept: "application/json" } });
  const shape = v.looseObject({ inputs: v.looseObject({ x: v.looseObject({ schema: v.unknown() }) }) });
  const file = { type: "string", contentEncoding: "binary", contentMediaType: "application/octet-stream" };
  expect(v.parse(shape, await answer.json()).inputs.x.schema).toMatchObject({
    type: "object",
    properties: {
      file,
      more: { type: "array", items: file },
      folder: { type: "string", format: "uri", contentMediaType: "application/directory" },
      n: { type: "integer" },
    },
    required: ["file"],
  });
});

describe("what is wrong inside a value is told with its place, and no job is made:", () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ["record", { file: 5 }, "/inputs/x/file"],
    ["record", {}, "/inputs/x"],
    ["record", { file: { href: 5 } }, "/inputs/x/file/href"],
    ["record", { file: { href: "ftp://x/y" } }, "/inputs/x/file/href"],
    ["record", { file: { href: "file:///etc/passwd" } }, "/inputs/x/file/href"],
    ["record", { file: { href: "vault://unknown" } }, "/inputs/x/file/href"],
    ["record", { file: { value: "%", encoding: "base64" } }, "/inputs/x/file"],
    ["record", { file: { value: "a", encoding: "rot13" } }, "/inputs/x/file/encoding"],
    ["record", { file: a, more: a }, "/inputs/x/more"],
    ["record", { file: a, more: [a, 5] }, "/inputs/x/more/1"],
    ["record", { file: a, n: "three" }, "/inputs/x/n"],
    ["record", { file: a, folder: { value: { a: 1 } } }, "/inputs/x/folder"],
    ["record", [a], "/inputs/x"],
    ["nested", [[a], 5], "/inputs/x/1"],
    ["nested", [[a], [7]], "/inputs/x/1/0"],
    ["nested", [[{ href: "ftp://x/y" }]], "/inputs/x/0/0/href"],
    ["file-or-number", true, "/inputs/x"],
    ["file-or-number", [a], "/inputs/x"],
    ["deep", { inner: { file: { href: "x" } } }, "/inputs/x/inner/file/href"],
    ["record", { file: { class: "File", path: "/etc/passwd" } }, "/inputs/x/file"],
    ["record", { file: { class: "File", location: "file:///etc/passwd" } }, "/inputs/x/file"],
  ];
  for (const [id, x, pointer] of cases) {
    test(`${id} ${JSON.stringify(x).replaceAll(site.url, "")}`, async () => {
      const answer = await execute(id, { x });
      const text = await answer.text();
      expect([answer.status, text]).toEqual([400, expect.stringContaining(pointer)]);
    });
  }

  test("a path of this machine beside a file is none that a tool gets", async () => {
    for (const any of [{ class: "File", path: "/etc/passwd" }, [{ class: "Directory", location: "file:///etc" }]]) {
      expect(await see("any", { file: a, any })).toContain("found the path or location of a file inside a value");
    }
  });

  test("a link that leads nowhere fails the job, with the input", async () => {
    expect(await see("record", { file: { href: `${site.url}/gone.txt` } })).toContain('Cannot read input "x"');
    expect(await see("nested", [[a], [{ href: `${site.url}/gone.txt` }]])).toContain("404");
  });

  test("a description that hides where the files of a record stand is refused", async () => {
    const body = JSON.stringify({
      processDescription: { id: "hidden", inputs: { x: { schema: { type: "object" } } } },
      executionUnit: { unit: tool(record), type: "application/cwl" },
    });
    const headers = { "content-type": "application/ogcapppkg+json" };
    const answer = await fetch(`${server.url}/processes`, { method: "POST", headers, body });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("/inputs/x/schema")]);
  });
});
