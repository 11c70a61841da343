import { expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import { submit, untilFinished } from "../support/jobs.ts";
import { makeArchive } from "../support/packages/list-tool.ts";
import { runExecutable } from "../support/servers/executable.ts";
import { serveFile } from "../support/servers/file-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const example = join(import.meta.dir, "../../examples/ndvi");
const origin = "https://map.example";
const server = await serveFile(["--input-root", example, "--cors", origin]);
const environment = { PATH: process.env.PATH ?? "/usr/bin:/bin" };

const LinksSchema = v.looseObject({ links: v.array(v.looseObject({ rel: v.string(), href: v.string() })) });
const AssetSchema = v.looseObject({ href: v.string(), "file:size": v.number(), "file:checksum": v.string() });
const ItemSchema = v.looseObject({ id: v.string(), assets: v.record(v.string(), AssetSchema) });

/** Follows a catalogue by its relative links as a page of another origin does: its items, and the bytes of their assets. */
async function follow(catalogUrl: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const read = async (url: URL | string) => {
    const answer = await fetch(url, { headers: { origin } });
    expect([String(url), answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([
      String(url),
      200,
      origin,
    ]);
    return answer;
  };
  const bytes = new Map<string, Uint8Array>();
  const { links } = v.parse(LinksSchema, await (await read(catalogUrl)).json());
  for (const { href } of links.filter(({ rel }) => rel === "item")) {
    const answer = await read(new URL(href, catalogUrl));
    expect(answer.headers.get("content-type")).toBe("application/geo+json");
    const item = v.parse(ItemSchema, await answer.json());
    for (const [key, asset] of Object.entries(item.assets)) {
      const content = await (await read(new URL(asset.href, answer.url))).bytes();
      const checksum = new Bun.CryptoHasher("sha256").update(content).digest("hex");
      expect([key, content.byteLength, `1220${checksum}`]).toEqual([key, asset["file:size"], asset["file:checksum"]]);
      bytes.set(`${item.id}/${key}`, content);
    }
  }
  return bytes;
}

const expected = () => readFile(join(example, "expected/statistics.json"), "utf8");

test("the package runs over HTTP, and its catalogue is read to the last asset through a share", async () => {
  const deployed = await runExecutable(["deploy", join(example, "ndvi.cwl"), "--url", server.url], { environment });
  expect([deployed.exitCode, deployed.talk]).toEqual([0, expect.anything()]);
  await using folder = await temporaryDirectory();
  const script = `import os
with zipfile.ZipFile(path, 'w') as z:
  for top, _, names in os.walk(${JSON.stringify(join(example, "scene"))}):
    for n in names: z.write(os.path.join(top, n), os.path.relpath(os.path.join(top, n), ${JSON.stringify(example)}))`;
  await makeArchive(join(folder.path, "scene.zip"), script);
  const upload = await fetch(`${server.url}/vault`, { method: "POST", body: Bun.file(join(folder.path, "scene.zip")) });
  const { href, token } = v.parse(v.looseObject({ href: v.string(), token: v.string() }), await upload.json());
  const catalog = pathToFileURL(join(example, "scene/catalog.json")).href;
  for (const [scene, headers] of [
    [{ href: catalog, assets: ["red", "nir"] }, {}],
    [{ href: pathToFileURL(join(example, "scene")).href }, {}],
    [{ href }, { "x-auth-vault": `token ${token}` }],
  ] as const) {
    const job = await submit(server.url, "ndvi", { scene }, headers);
    expect((await untilFinished(server.url, job)).at(-1)).toMatchObject({ status: "successful" });
    const answer = await fetch(`${server.url}/jobs/${job}/share`, { method: "POST" });
    const shared = v.parse(v.looseObject({ href: v.string() }), await answer.json());
    const LinkedSchema = v.looseObject({ ndvi: LinksSchema });
    const results = v.parse(LinkedSchema, await (await fetch(shared.href)).json());
    const item = results.ndvi.links.find(({ rel }) => rel === "item")?.href ?? "";
    expect(item).toStartWith(shared.href);
    for (const address of [item, `${server.url}/outputs/${job}/ndvi/ndvi/catalog.json`]) {
      const assets = await follow(address);
      expect([...assets.keys()]).toEqual(["S2-sample-ndvi/ndvi", "S2-sample-ndvi/statistics"]);
      expect(Buffer.from(assets.get("S2-sample-ndvi/statistics") ?? []).toString()).toBe(await expected());
    }
  }
});

test("heddle results downloads a directory with all that is in it", async () => {
  await using folder = await temporaryDirectory();
  const scene = { href: pathToFileURL(join(example, "scene")).href };
  const job = await submit(server.url, "ndvi", { scene });
  await untilFinished(server.url, job);
  const words = ["results", job, "--output-dir", folder.path, "--url", server.url];
  expect(await runExecutable(words, { environment })).toMatchObject({ exitCode: 0, out: `${folder.path}/ndvi/ndvi\n` });
  const item = join(folder.path, "ndvi/ndvi/S2-sample-ndvi");
  expect(await readFile(join(item, "statistics.json"), "utf8")).toBe(await expected());
  expect((await readdir(item)).length).toBe(3);
});

test("the package makes the same in heddle run", async () => {
  await using folder = await temporaryDirectory();
  const words = ["run", "--outdir", folder.path, join(example, "ndvi.cwl"), join(example, "job.yml")];
  expect((await runExecutable(words, { environment })).exitCode).toBe(0);
  const item = join(folder.path, "ndvi/S2-sample-ndvi");
  expect((await readdir(item)).toSorted()).toEqual(["S2-sample-ndvi.json", "ndvi.tif", "statistics.json"]);
  expect(await readFile(join(item, "statistics.json"), "utf8")).toBe(await expected());
});
