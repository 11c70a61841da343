import { beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { deployCwl, submit, untilFinished } from "../../support/jobs.ts";
import { unzip } from "../../support/packages/unzip.ts";
import { serveFile } from "../../support/servers/file-server.ts";

const server = await serveFile(["--cors", "https://map.example"]);

const script = `
mkdir -p scene/items/deep scene/empty; cd scene
echo '{"type":"Catalog","stac_version":"1.0.0","links":[{"rel":"item","href":"items/one.json"}]}' > catalog.json
echo '{"type":"Feature","stac_version":"1.0.0","assets":{"red":{"href":"deep/a b.tif"}}}' > items/one.json
echo '{"type":"Feature"}' > items/plain.json
printf 0123456789 > 'items/deep/a b.tif'; head -c 300000 /dev/zero > items/zeros.bin
ln -s one.json items/same.json; cd ..; mkdir other; echo x > other/x.txt`;

const directory = (glob: string) => ({ type: "Directory", outputBinding: { glob } }) as const;

const tool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  requirements: { InlineJavascriptRequirement: {} },
  baseCommand: ["sh", "-c", script],
  inputs: {},
  outputs: {
    scene: directory("scene"),
    many: { type: "Directory[]", outputBinding: { glob: ["scene", "other"] } },
    both: {
      type: { type: "record", name: "both", fields: { text: { type: "File" }, all: { type: "Directory" } } },
      outputBinding: {
        glob: ["other/x.txt", "other"],
        outputEval: `\${ return { text: self[0], all: self[1] }; }`,
      },
    },
    nested: {
      type: { type: "array", items: { type: "array", items: ["File", "Directory", "string"] } },
      outputBinding: { glob: ["other/x.txt", "other"], outputEval: `\${ return [[self[0], "text"], [self[1]]]; }` },
    },
  },
} as const;

/** An expression gathers files of another step into a directory that lies nowhere. */
const gather = {
  cwlVersion: "v1.2",
  class: "Workflow",
  requirements: { InlineJavascriptRequirement: {} },
  inputs: {},
  outputs: { all: { type: "Directory", outputSource: "gather/all" } },
  steps: {
    make: {
      run: {
        class: "CommandLineTool",
        baseCommand: ["sh", "-c", "echo a > a.txt; mkdir d; echo b > d/b.txt"],
        inputs: {},
        outputs: { a: { type: "File", outputBinding: { glob: "a.txt" } }, d: directory("d") },
      },
      in: {},
      out: ["a", "d"],
    },
    gather: {
      run: {
        class: "ExpressionTool",
        inputs: { a: "File", d: "Directory" },
        outputs: { all: "Directory" },
        expression: `\${ return { all: { class: "Directory", basename: "all", listing: [
          inputs.a, inputs.d, { class: "File", basename: "note.txt", contents: "made" },
          { class: "Directory", basename: "inner", listing: [{ class: "File", basename: "n.txt", contents: "in" }] } ] } }; }`,
      },
      in: { a: "make/a", d: "make/d" },
      out: ["all"],
    },
  },
} as const;

const LinkSchema = v.object({ href: v.string(), rel: v.string(), type: v.optional(v.string()) });
const DirectorySchema = v.looseObject({ href: v.string(), type: v.string(), links: v.array(LinkSchema) });
const ListingSchema = v.looseObject({
  href: v.string(),
  length: v.number(),
  files: v.array(
    v.looseObject({ name: v.string(), href: v.string(), type: v.string(), length: v.number(), digest: v.string() }),
  ),
  links: v.array(LinkSchema),
});

const digest = (content: string) => `sha-256=:${createHash("sha256").update(content).digest("base64")}:`;
const json = async (url: string) => (await fetch(url, { headers: { accept: "application/json" } })).json();
const listingAt = async (url: string) => v.parse(ListingSchema, await json(url));

let job = "";
let results: Readonly<Record<string, unknown>> = {};
const href = () => v.parse(DirectorySchema, results.scene).href;

beforeAll(async () => {
  await deployCwl(server.url, "scene", tool);
  job = await submit(server.url, "scene", {});
  const end = (await untilFinished(server.url, job)).at(-1);
  expect([end?.status, end?.message]).toEqual(["successful", expect.anything()]);
  results = v.parse(v.record(v.string(), v.unknown()), await json(`${server.url}/jobs/${job}/results`));
});

describe("an output directory", () => {
  test("is linked by an address that ends with a slash, with its archive and its catalogue", () => {
    const { type, links } = v.parse(DirectorySchema, results.scene);
    expect(href()).toBe(`${server.url}/outputs/${job}/scene/scene/`);
    expect(type).toBe("application/directory");
    expect(links.map((link) => [link.rel, link.type, link.href])).toEqual([
      ["item", "application/json", `${href()}catalog.json`],
      ["enclosure", "application/zip", `${href()}?f=zip`],
    ]);
  });

  test("lists each file with size, media type and digest, at its own address and as the result", async () => {
    for (const url of [href(), `${server.url}/jobs/${job}/results/scene`]) {
      const { files, length } = await listingAt(url);
      expect(files.map(({ name, type, length: bytes }) => [name, type, bytes])).toEqual([
        ["catalog.json", "application/json", 91],
        ["items/deep/a b.tif", "image/tiff; application=geotiff", 10],
        ["items/one.json", "application/geo+json", 83],
        ["items/plain.json", "application/json", 19],
        ["items/same.json", "application/geo+json", 83],
        ["items/zeros.bin", "application/octet-stream", 300_000],
      ]);
      expect(length).toBe(300_286);
      expect(files[1]?.digest).toBe(digest("0123456789"));
      expect(files[1]?.["file:checksum"]).toBe(`1220${createHash("sha256").update("0123456789").digest("hex")}`);
    }
  });

  test("serves each file below its own address, in parts, to other origins", async () => {
    const catalog = await fetch(`${href()}catalog.json`, { headers: { origin: "https://map.example" } });
    expect(catalog.headers.get("access-control-allow-origin")).toBe("https://map.example");
    const item = await fetch(new URL("items/one.json", catalog.url));
    expect(item.headers.get("content-type")).toBe("application/geo+json");
    expect(item.headers.get("repr-digest")).not.toBeNull();
    const asset = await fetch(new URL("deep/a b.tif", item.url), { headers: { range: "bytes=2-4" } });
    expect([asset.status, await asset.text(), asset.headers.get("repr-digest")]).toEqual([
      206,
      "234",
      digest("0123456789"),
    ]);
  });

  test("is a page for a browser, and so is a directory inside it", async () => {
    const page = await fetch(href(), { headers: { accept: "text/html" } });
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(await page.text()).toContain(`href="${href()}items/deep/a%20b.tif"`);
    const inner = await listingAt(`${href()}items/`);
    expect(inner.files.map(({ name }) => name)).toEqual([
      "deep/a b.tif",
      "one.json",
      "plain.json",
      "same.json",
      "zeros.bin",
    ]);
    expect((await fetch(`${href()}?f=html`)).status).toBe(200);
    expect((await fetch(`${href()}?f=tar`)).status).toBe(400);
  });

  test("without the slash leads to the address with it", async () => {
    const bare = await fetch(`${href().slice(0, -1)}?f=html`, { redirect: "manual" });
    expect([bare.status, bare.headers.get("location")]).toEqual([308, `${href()}?f=html`]);
    expect((await fetch(`${href()}nothing`)).status).toBe(404);
    expect((await fetch(`${href()}nothing/`)).status).toBe(404);
    expect((await fetch(`${href()}../../../${job}.xml/`)).status).toBe(404);
  });

  test("is one zip by Accept and by f", async () => {
    for (const [url, accept] of [
      [`${href()}?f=zip`, "*/*"],
      [`${server.url}/jobs/${job}/results/scene`, "application/zip"],
      [`${server.url}/jobs/${job}/results/many/0?f=zip`, "*/*"],
    ] as const) {
      const answer = await fetch(url, { headers: { accept } });
      expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/zip"]);
      const archive = join(server.folder, "all.zip");
      await writeFile(archive, await answer.bytes());
      const files = await unzip(archive);
      expect(Object.keys(files)).toContain("scene/items/deep/a b.tif");
      expect([files["scene/items/deep/a b.tif"], files["scene/items/zeros.bin"]?.length]).toEqual([
        "0123456789",
        300_000,
      ]);
    }
    expect((await fetch(`${href()}?f=zip`, { method: "HEAD" })).headers.get("content-type")).toBe("application/zip");
  });
});

test("lists, records and nested lists hold files and directories", async () => {
  const link = (type: string, path: string) =>
    expect.objectContaining({ type, href: `${server.url}/outputs/${job}/${path}` });
  const folder = "application/directory";
  expect(results).toMatchObject({
    many: [link(folder, "many/0/scene/"), link(folder, "many/1/other/")],
    both: { value: { text: link("text/plain", "both/text/x.txt"), all: link(folder, "both/all/other/") } },
    nested: [[link("text/plain", "nested/0/0/x.txt"), "text"], [link(folder, "nested/1/0/other/")]],
  });
  expect(await (await fetch(`${server.url}/jobs/${job}/results/both/text`)).text()).toBe("x\n");
  expect((await listingAt(`${server.url}/jobs/${job}/results/both/all`)).files.map(({ name }) => name)).toEqual([
    "x.txt",
  ]);
});

test("a directory that an expression lists is published with what lies elsewhere", async () => {
  await deployCwl(server.url, "gather", gather);
  const id = await submit(server.url, "gather", {});
  await untilFinished(server.url, id);
  const { files } = await listingAt(`${server.url}/jobs/${id}/results/all`);
  expect(files.map(({ name }) => name)).toEqual(["a.txt", "d/b.txt", "note.txt", "inner/n.txt"]);
  expect(await (await fetch(files[1]?.href ?? "")).text()).toBe("b\n");
});

test("a raw request for one directory is answered with its list", async () => {
  const send = (accept: string) =>
    fetch(`${server.url}/processes/scene/execution`, {
      method: "POST",
      headers: { "content-type": "application/json", accept },
      body: JSON.stringify({ inputs: {}, outputs: { scene: {} }, response: "raw" }),
    });
  expect(v.parse(ListingSchema, await (await send("application/json")).json()).files.length).toBe(6);
  expect((await send("application/zip")).headers.get("content-type")).toBe("application/zip");
});
