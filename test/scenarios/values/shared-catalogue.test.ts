import { afterAll, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { ndviExample, ndviSite, shareNdvi } from "../../support/packages/ndvi.ts";
import { serveFile } from "../../support/servers/file-server.ts";

const origin = "https://map.example";
const site = await ndviSite();
afterAll(() => site[Symbol.asyncDispose]());
const server = await serveFile(["--allow-fetch", "127.0.0.1", "--cors", origin]);

const DocumentSchema = v.looseObject({
  type: v.string(),
  links: v.array(v.looseObject({ rel: v.string(), href: v.string() })),
  assets: v.optional(
    v.record(v.string(), v.looseObject({ href: v.string(), "file:size": v.number(), "file:checksum": v.string() })),
  ),
});

/** Reads as a page of another origin does: without a key, and only what that origin may see. */
async function read(url: string): Promise<Response> {
  const answer = await fetch(url, { headers: { origin } });
  const allowed = answer.headers.get("access-control-allow-origin");
  expect([url, answer.status, allowed]).toEqual([url, 200, origin]);
  return answer;
}

test("a package deployed by its URL runs over a STAC item, and its catalogue is read through a share from another origin", async () => {
  const shared = await shareNdvi(server, server.data, site);
  expect(shared.catalog).toStartWith(shared.share);
  expect((await fetch(`${server.url}/jobs/${shared.jobId}/results`)).status).toBe(401);
  expect((await fetch(`${server.url}/outputs/${shared.jobId}/ndvi/ndvi/catalog.json`)).status).toBe(401);

  const documents: string[] = [];
  const assets = new Map<string, string>();
  const queue = [shared.catalog];
  for (const url of queue) {
    const { type, links, assets: own = {} } = v.parse(DocumentSchema, await (await read(url)).json());
    documents.push(type);
    for (const { rel, href } of links) {
      const target = new URL(href, url).href;
      expect(target).toStartWith(shared.share);
      if (rel === "item" || rel === "child") queue.push(target);
      else expect([shared.catalog]).toContain(target);
    }
    for (const [key, { href, ...facts }] of Object.entries(own)) {
      const content = await (await read(new URL(href, url).href)).bytes();
      const digest = new Bun.CryptoHasher("sha256").update(content).digest("hex");
      expect([content.byteLength, `1220${digest}`]).toEqual([facts["file:size"], facts["file:checksum"]]);
      assets.set(key, Buffer.from(content).toString("latin1"));
    }
  }
  expect(documents).toEqual(["Catalog", "Feature"]);
  expect([...assets.keys()]).toEqual(["ndvi", "statistics"]);
  const expected = await readFile(join(ndviExample, "expected/statistics.json"), "latin1");
  expect(assets.get("statistics")).toBe(expected);

  // The third band was not asked for, and what the package runs came along with it.
  const bands = site.asked.filter((path) => path.endsWith(".tif"));
  expect([...new Set(bands)].toSorted()).toEqual(["/ndvi/scene/S2-sample/B04.tif", "/ndvi/scene/S2-sample/B08.tif"]);
  expect(site.asked).toContain("/ndvi/tools/index.mjs");
});
