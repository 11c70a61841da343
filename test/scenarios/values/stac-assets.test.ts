import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deployCwl, readStatus, type StatusDocument, submit, until, untilFinished } from "../../support/jobs.ts";
import { listTool } from "../../support/packages/list-tool.ts";
import { keyHeaders } from "../../support/packages/ndvi.ts";
import { startServer } from "../../support/servers/executable.ts";
import { serveFile } from "../../support/servers/file-server.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

type Sent = { readonly body: string | Uint8Array<ArrayBuffer>; readonly etag?: string; readonly name?: string };
const web = new Map<string, Sent>();
const asked: string[] = [];
const remote = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request) {
    const { pathname, search } = new URL(request.url);
    asked.push(`${request.method} ${pathname}`);
    const found = web.get(pathname + search);
    if (found === undefined) return new Response("no", { status: 404 });
    const headers = new Headers({ "content-type": "application/octet-stream" });
    if (found.etag !== undefined) headers.set("etag", found.etag);
    if (found.name !== undefined) headers.set("content-disposition", `attachment; filename="${found.name}"`);
    return new Response(found.body, { headers });
  },
});
const far = `http://127.0.0.1:${remote.port}`;
const server = await serveFile([
  ...["--allow-fetch", "127.0.0.1", "--download-tries", "1"],
  ...["--max-download-bytes", "2000000", "--quota-output-bytes", "1000000", "--cache-bytes", "10000000"],
]);
let ann: Readonly<Record<string, string>> = {};
let bob: Readonly<Record<string, string>> = {};

const sha256 = (bytes: string) => new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
const checksum = (bytes: string) => `1220${sha256(bytes)}`;

/** A document of an item, whose relative links begin at the address that it is put at. */
function item(id: string, assets: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const properties = { datetime: "2020-01-01T00:00:00Z" };
  return { type: "Feature", stac_version: "1.1.0", id, geometry: null, properties, links: [], assets };
}

function put(id: string, assets: Readonly<Record<string, unknown>>): string {
  web.set(`/stac/${id}.json`, { body: JSON.stringify(item(id, assets)) });
  return `${far}/stac/${id}.json`;
}

async function deploy(id: string, unit: object = listTool, description: object = {}): Promise<Response> {
  return fetch(`${server.url}/processes`, {
    method: "POST",
    headers: { "content-type": "application/ogcapppkg+json", ...(await keyHeaders(server.data, "deployer", "dora")) },
    body: JSON.stringify({
      processDescription: { id, ...description },
      executionUnit: { unit, type: "application/cwl" },
    }),
  });
}

/** Runs the process over an item; what its tool saw, or why it did not run. */
async function see(headers: Readonly<Record<string, string>>, d: unknown, process = "list"): Promise<string> {
  const job = await submit(server.url, process, { d }, headers);
  let end: StatusDocument | undefined;
  await until("the job ends", async () => {
    end = await readStatus(await fetch(`${server.url}/jobs/${job}`, { headers }));
    return ["successful", "failed"].includes(end.status);
  });
  if (end?.status !== "successful") return end?.message ?? "";
  return (await fetch(`${server.url}/jobs/${job}/results/said`, { headers })).text();
}

const askedFor = (path: string) => asked.filter((line) => line.endsWith(path));
const cacheDirectory = () => join(server.data, "cache");
const entries = async () =>
  (await readdir(cacheDirectory()).catch(() => [])).filter((name) => name.startsWith("asset-"));

beforeAll(async () => {
  [ann, bob] = [await keyHeaders(server.data, "runner", "ann"), await keyHeaders(server.data, "runner", "bob")];
  expect((await deploy("list")).status).toBe(201);
});
beforeEach(async () => {
  asked.length = 0;
  await rm(cacheDirectory(), { recursive: true, force: true });
});
afterAll(() => remote.stop(true));

test("an asset with a strong entity tag is fetched once for jobs of everybody, and anew when it changes", async () => {
  web.set("/stac/a.tif", { body: "AAA", etag: '"one"', name: "named.tif" });
  const href = put("tagged", { a: { href: "a.tif", "file:size": 3 } });
  for (const who of [ann, ann, bob]) expect(await see(who, { href })).toContain("./tagged/named.tif: AAA");
  expect(askedFor("/a.tif")).toEqual(["HEAD /stac/a.tif", "GET /stac/a.tif", "HEAD /stac/a.tif", "HEAD /stac/a.tif"]);
  web.set("/stac/a.tif", { body: "BBBB", etag: '"two"' });
  expect(await see(ann, { href })).toContain("./tagged/a.tif: BBBB");
  web.delete("/stac/a.tif");
  expect(await see(bob, { href })).toContain('asset "a" of item "tagged" that cannot be read');
});

test("an asset whose item has its digest is fetched once for each client, wherever it lies; a digest alone gives nobody what others had", async () => {
  web.set("/stac/here/x.tif", { body: "private" });
  web.set("/stac/there/other.tif", { body: "private" });
  const digest = { "file:checksum": checksum("private"), "file:size": 7 };
  const href = put("digest", { x: { href: "here/x.tif", ...digest } });
  for (const _ of [1, 2]) expect(await see(ann, { href })).toContain("./digest/x.tif: private");
  expect(await see(ann, { href: put("mirror", { x: { href: "there/other.tif", ...digest } }) })).toContain(
    "./mirror/other.tif: private",
  );
  expect(asked.filter((line) => line.startsWith("GET") && line.endsWith(".tif"))).toEqual(["GET /stac/here/x.tif"]);
  const stolen = put("stolen", { x: { href: "nowhere.tif", ...digest } });
  expect(await see(bob, { href: stolen })).toContain('asset "x" of item "stolen" that cannot be read');
});

test("weak tags and no tags are not trusted", async () => {
  web.set("/stac/weak.tif", { body: "w", etag: 'W/"one"' });
  web.set("/stac/none.tif", { body: "n" });
  const href = put("untagged", { w: { href: "weak.tif" }, n: { href: "none.tif" } });
  await see(ann, { href });
  web.set("/stac/none.tif", { body: "m" });
  expect(await see(ann, { href })).toContain("./untagged/none.tif: m");
  for (const name of ["weak", "none"]) {
    expect(askedFor(`/${name}.tif`).filter((line) => line.startsWith("GET")).length).toBe(2);
  }
});

test("a tool that changes its own copy changes nobody else's, and what is damaged in the cache is fetched again", async () => {
  const change = {
    ...listTool,
    baseCommand: ["sh", "-c", 'chmod -R u+w "$0"; echo changed > "$0/shared/s.tif"; cat "$0/shared/s.tif"'],
  };
  const requirements = { InitialWorkDirRequirement: { listing: [{ entry: "$(inputs.d)", writable: true }] } };
  const unit = { ...change, requirements, inputs: { d: { type: "Directory", inputBinding: {} } } };
  expect((await deploy("change", unit)).status).toBe(201);
  web.set("/stac/s.tif", { body: "shared", etag: '"s"' });
  const href = put("shared", { s: { href: "s.tif" } });
  expect(await see(ann, { href }, "change")).toBe("changed\n");
  expect(await see(ann, { href })).toContain("./shared/s.tif: shared");
  expect(askedFor("/s.tif").filter((line) => line.startsWith("GET")).length).toBe(1);
  const kept = await entries();
  expect(kept.length).toBe(2);
  for (const entry of kept) {
    const path = join(cacheDirectory(), entry, sha256("shared"));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await writeFile(path, "broken");
  }
  expect(await see(ann, { href })).toContain("./shared/s.tif: shared");
  expect(askedFor("/s.tif").filter((line) => line.startsWith("GET")).length).toBe(2);
});

test("sizes that the item says, or its servers, count against the client's share before anything is fetched, and so does what comes", async () => {
  web.set("/stac/half.tif", { body: new Uint8Array(600_000) });
  const two = put("two", { a: { href: "half.tif" }, b: { href: "half.tif?b", "file:size": 600_000 } });
  expect(await see(ann, { href: two })).toMatch(
    /found 2 files of 1200000 bytes beside \d+ bytes of outputs of user "ann", wanted at most 1000000 bytes together \(quota-output-bytes\)/,
  );
  const many = put("large", { a: { href: "half.tif", "file:size": 5e9 }, b: { href: "unknown.tif" } });
  expect(await see(ann, { href: many })).toMatch(/2 files of 5000000000 bytes, wanted at most 2000000 bytes \(max-/);
  expect(asked.filter((line) => line.startsWith("GET") && line.endsWith(".tif"))).toEqual([]);
  web.set("/stac/liar.tif", { body: new Uint8Array(1_100_000) });
  web.set("/stac/listing.json", { body: JSON.stringify({ files: [{ href: "liar.tif" }] }) });
  expect(await see(bob, { href: `${far}/stac/listing.json` })).toMatch(/1 files of 1100000 bytes beside .*user "bob"/);
});

test("a package says which assets it wants, where neither the request nor the description does", async () => {
  web.set("/stac/r.tif", { body: "r" });
  web.set("/stac/n.tif", { body: "n" });
  web.set("/stac/t.png", { body: "t" });
  const assets = {
    r: { href: "r.tif", roles: ["data"] },
    n: { href: "n.tif", roles: ["data"] },
    t: { href: "t.png", type: "image/png" },
  };
  const href = put("bands", assets);
  const names = (text: string) => [...text.matchAll(/\.\/bands\/(\w)\./g)].map(([, name]) => name).join("");
  const $namespaces = { h: "urn:heddle:cwl:" };
  expect((await deploy("by-role", { ...listTool, $namespaces, "h:assets": ["data"] })).status).toBe(201);
  expect((await deploy("by-word", { ...listTool, "heddle:assets": "t" })).status).toBe(201);
  const both = { heddle: { assets: ["n"] } };
  expect((await deploy("described", { ...listTool, "heddle:assets": ["data"] }, both)).status).toBe(201);
  const slots = { heddle: { slots: 1 } };
  expect((await deploy("with-slots", { ...listTool, "heddle:assets": ["r"] }, slots)).status).toBe(201);
  for (const [process, d, wanted] of [
    ["by-role", { href }, "nr"],
    ["by-role", { href, assets: ["t"] }, "t"],
    ["by-word", { href }, "t"],
    ["described", { href }, "n"],
    ["with-slots", { href }, "r"],
  ] as const) {
    expect([process, names(await see(ann, d, process))]).toEqual([process, wanted]);
  }
  for (const wrong of [[], [5], 5, "", [""], { a: 1 }, null, true, ["a", null], Array(101).fill("a")]) {
    const answer = await deploy("wrong", { ...listTool, "heddle:assets": wrong });
    expect([wrong, answer.status, await answer.text()]).toEqual([
      wrong,
      400,
      expect.stringContaining("heddle:assets: found"),
    ]);
  }
  expect((await fetch(`${server.url}/processes/wrong`, { headers: ann })).status).toBe(404);
});

test("an item that names itself, or an asset without an address, ends with a fault that names both", async () => {
  for (const [id, href, told] of [
    ["self", "self.json", 'asset "a" of item "self" that is the item itself'],
    ["self2", `${far}/stac/self2.json`, 'asset "a" of item "self2" that is the item itself'],
    ["no-address", undefined, 'asset "a" of item "no-address" that cannot be read (it has no address)'],
    ["gone", "gone.tif", 'asset "a" of item "gone" that cannot be read'],
    ["strange", "s3://bucket/a", 'asset "a" of item "strange" that cannot be read'],
  ] as const) {
    expect([id, await see(ann, { href: put(id, { a: { ...(href && { href }) } }) })]).toEqual([
      id,
      expect.stringContaining(told),
    ]);
  }
});

test("without a cache, or larger than it, nothing is kept, and every job fetches its own", async () => {
  web.set("/stac/again.tif", { body: new Uint8Array(5000), etag: '"again"' });
  const href = put("again", { a: { href: "again.tif" } });
  for (const bytes of ["0", "4999"]) {
    await using folder = await temporaryDirectory();
    const data = join(folder.path, "data");
    await using other = await startServer(data, ["--allow-fetch", "127.0.0.1", "--cache-bytes", bytes]);
    await deployCwl(other.url, "list", listTool);
    asked.length = 0;
    for (const _ of [1, 2]) {
      const end = (await untilFinished(other.url, await submit(other.url, "list", { d: { href } }))).at(-1);
      expect(end?.status).toBe("successful");
    }
    expect(askedFor("/again.tif").filter((line) => line.startsWith("GET")).length).toBe(2);
    expect((await readdir(join(data, "cache")).catch(() => [])).filter((name) => !/^[0-9a-f]{64}$/.test(name))).toEqual(
      [],
    );
  }
});
