import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import { deployCwl, submit, untilFinished } from "../../support/jobs.ts";
import { listTool, makeArchive } from "../../support/packages/list-tool.ts";
import { serveFile } from "../../support/servers/file-server.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const root = await temporaryDirectory();
const web = new Map<string, { readonly body: string | Uint8Array<ArrayBuffer>; readonly type?: string }>();
const asked: string[] = [];
const remote = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request) {
    const { pathname } = new URL(request.url);
    asked.push(`${request.method} ${pathname}`);
    const found = web.get(pathname);
    if (found === undefined) return new Response("no", { status: 404 });
    return new Response(found.body, { headers: { "content-type": found.type ?? "application/octet-stream" } });
  },
});
const far = `http://127.0.0.1:${remote.port}`;
const flags = [
  "--input-root",
  root.path,
  "--allow-fetch",
  "127.0.0.1",
  "--max-download-bytes",
  "2000000",
  "--download-tries",
  "1",
];
const server = await serveFile(flags);

beforeAll(async () => {
  await deployCwl(server.url, "list", listTool);
});
afterAll(async () => {
  await remote.stop(true);
  await root[Symbol.asyncDispose]();
});

/** Runs the tool over a directory; what it saw, or why it did not run. */
/** What the tool sees, or why there is nothing to be seen: a request that is refused tells it at once. */
async function see(d: unknown, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const sent = await fetch(`${server.url}/processes/list/execution`, {
    method: "POST",
    headers: { "content-type": "application/json", prefer: "respond-async", ...headers },
    body: JSON.stringify({ inputs: { d } }),
  });
  const { jobID: job, detail } = JSON.parse(await sent.text());
  if (sent.status !== 201) return detail;
  const end = (await untilFinished(server.url, job)).at(-1);
  if (end?.status !== "successful") return end?.message ?? "";
  return (await fetch(`${server.url}/jobs/${job}/results/said`)).text();
}

const tree = `
def entries():
  yield 'scene/a.txt', b'one'
  yield 'scene/sub/b.txt', b'two'
`;
const zip = `${tree}
with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as z:
  for n, b in entries(): z.writestr(n, b)`;
const tar = (mode: string) => `${tree}
with tarfile.open(path, '${mode}') as t:
  for n, b in entries():
    i = tarfile.TarInfo('./' + n); i.size = len(b); t.addfile(i, io.BytesIO(b))
  i = tarfile.TarInfo('scene/' + 'long' * 40 + '.txt'); i.size = 3; t.addfile(i, io.BytesIO(b'far'))`;
const seen = "./a.txt: one\n./sub/b.txt: two\n";
const long = `./a.txt: one\n./${"long".repeat(40)}.txt: far\n./sub/b.txt: two\n`;

async function archive(name: string, script: string): Promise<string> {
  const path = join(root.path, name);
  await makeArchive(path, script);
  web.set(`/${name}`, { body: await Bun.file(path).bytes() });
  return path;
}

describe("an input directory is", () => {
  test("a zip or tar archive of the web or below an input root", async () => {
    for (const [name, script, wanted] of [
      ["scene.zip", zip, seen],
      ["scene.tar", tar("w"), long],
      ["scene.tar.gz", tar("w:gz"), long],
      ["scene-pax.tgz", tar("w:gz"), long],
    ] as const) {
      const path = await archive(name, script);
      expect([name, await see({ href: `${far}/${name}` })]).toEqual([name, wanted]);
      expect([name, await see({ href: pathToFileURL(path).href })]).toEqual([name, wanted]);
    }
  });

  test("an uploaded archive, or several uploads, which are the files of it", async () => {
    const upload = async (name: string, body: Blob) => {
      const form = new FormData();
      form.append("file", body, name);
      const answer = await fetch(`${server.url}/vault`, { method: "POST", body: form });
      return v.parse(v.looseObject({ id: v.string(), href: v.string(), token: v.string() }), await answer.json());
    };
    const packed = await upload("scene.zip", Bun.file(await archive("up.zip", zip)));
    expect(await see({ href: packed.href }, { "x-auth-vault": `token ${packed.token}` })).toBe(seen);
    const files = [await upload("red.tif", new Blob(["r"])), await upload("blue.tif", new Blob(["b"]))];
    const tokens = files.map(({ id, token }) => `token ${token}; id=${id}`).join(", ");
    const links = files.map(({ href }) => ({ href }));
    expect(await see(links, { "x-auth-vault": tokens })).toBe("./blue.tif: b\n./red.tif: r\n");
  });

  test("a directory below an input root, and none elsewhere", async () => {
    const path = join(root.path, "plain");
    await mkdir(path);
    await writeFile(join(path, "x.txt"), "x");
    expect(await see({ href: pathToFileURL(path).href })).toBe("./x.txt: x\n");
    await symlink("/etc", join(root.path, "out"));
    expect(await see({ href: `${pathToFileURL(root.path).href}/out` })).toContain(
      "wanted an existing file below an input root",
    );
  });

  test("a page of links, or a directory that this server lists; links to elsewhere are left out", async () => {
    const links = ["a.txt", "sub/", "sub/b.txt", "../up.txt", "/other/c.txt", "https://example.com/d.txt", "?C=N;O=D"];
    web.set("/index/", { body: links.map((href) => `<a href="${href}">x</a>`).join("\n"), type: "text/html" });
    web.set("/index/a.txt", { body: "one" });
    web.set("/index/sub/b.txt", { body: "two" });
    expect(await see({ href: `${far}/index/` })).toBe(seen);
    const job = await submit(server.url, "list", { d: { href: `${far}/index/` } });
    await untilFinished(server.url, job);
    const own = `${server.url}/outputs/${job}/same/index/`;
    expect(await see({ href: own })).toBe(seen);
    expect(await see({ href: `${own}?f=zip` })).toBe(seen);
  });

  test("nothing else: what it is, and what was wanted, is told", async () => {
    web.set("/x.bin", { body: "just bytes" });
    web.set("/x.json", { body: '{"a": 1}', type: "application/json" });
    web.set("/empty/", { body: "<html></html>", type: "text/html" });
    expect(await see({ href: `${far}/x.bin` })).toMatch(/input "d": found a file of 10 bytes, wanted a zip or tar/);
    expect(await see({ href: `${far}/x.json` })).toContain("neither STAC nor a list of files");
    expect(await see({ href: `${far}/empty/` })).toContain("a folder without files");
    expect(await see({ href: `${far}/gone.zip` })).toContain('Cannot read input "d"');
    for (const d of ["text", 5, { value: { a: 1 } }, { bbox: [1, 2, 3, 4] }, { href: "ftp://x/y" }, [{ href: 5 }]]) {
      const answer = await fetch(`${server.url}/processes/list/execution`, {
        method: "POST",
        headers: { "content-type": "application/json", prefer: "respond-async" },
        body: JSON.stringify({ inputs: { d } }),
      });
      expect([JSON.stringify(d), answer.status]).toEqual([JSON.stringify(d), 400]);
      expect(await answer.text()).toContain("/inputs/d");
    }
  });
});

const wrong: readonly (readonly [string, string, RegExp])[] = [
  ["up.zip", "z=zipfile.ZipFile(path,'w'); z.writestr('a/../../x','x')", /found the name "a\/\.\.\/\.\.\/x"/],
  ["back.zip", "z=zipfile.ZipFile(path,'w'); z.writestr('a\\\\..\\\\..\\\\x','x')", /found the name/],
  ["abs.zip", "z=zipfile.ZipFile(path,'w'); z.writestr('/etc/x','x')", /absolute name "\/etc\/x"/],
  [
    "link.zip",
    "z=zipfile.ZipFile(path,'w'); i=zipfile.ZipInfo('l'); i.create_system=3; i.external_attr=0o120777<<16; z.writestr(i,'/etc')",
    /a link or a device/,
  ],
  ["twice.zip", "z=zipfile.ZipFile(path,'w'); z.writestr('x','1'); z.writestr('x','2')", /"x" twice/],
  ["below.zip", "z=zipfile.ZipFile(path,'w'); z.writestr('x','1'); z.writestr('x/y','2')", /below another file/],
  [
    "bomb.zip",
    "z=zipfile.ZipFile(path,'w',zipfile.ZIP_DEFLATED); z.writestr('x',b'0'*50000000)",
    /more than 2000000 bytes when unpacked/,
  ],
  [
    "cut.zip",
    "z=zipfile.ZipFile(path,'w'); z.writestr('x','1'*1000); z.close(); b=open(path,'rb').read(); open(path,'wb').write(b[:500])",
    /zip archive that is damaged/,
  ],
  [
    "crc.zip",
    "z=zipfile.ZipFile(path,'w'); z.writestr('x','abcabc'); z.close(); b=open(path,'rb').read(); open(path,'wb').write(b.replace(b'abcabc',b'abcabd'))",
    /not those that were packed/,
  ],
  ["up.tar", "t=tarfile.open(path,'w'); t.addfile(tarfile.TarInfo('../x'))", /found the name "\.\.\/x"/],
  ["abs.tar", "t=tarfile.open(path,'w'); t.addfile(tarfile.TarInfo('/etc/x'))", /absolute name/],
  [
    "sym.tar",
    "t=tarfile.open(path,'w'); i=tarfile.TarInfo('l'); i.type=tarfile.SYMTYPE; i.linkname='/etc'; t.addfile(i)",
    /"l", which is a symbolic link/,
  ],
  [
    "hard.tar",
    "t=tarfile.open(path,'w'); i=tarfile.TarInfo('l'); i.type=tarfile.LNKTYPE; i.linkname='/etc/passwd'; t.addfile(i)",
    /a link to another file/,
  ],
  [
    "dev.tar",
    "t=tarfile.open(path,'w'); i=tarfile.TarInfo('l'); i.type=tarfile.CHRTYPE; t.addfile(i)",
    /a device or a pipe/,
  ],
  [
    "bomb.tar.gz",
    "t=tarfile.open(path,'w:gz'); i=tarfile.TarInfo('x'); i.size=50000000; t.addfile(i,io.BytesIO(b'0'*50000000)); t.close()",
    /more than 2000000 bytes when unpacked/,
  ],
  [
    "cut.tar",
    "t=tarfile.open(path,'w'); i=tarfile.TarInfo('x'); i.size=9000; t.addfile(i,io.BytesIO(b'0'*9000)); t.close(); b=open(path,'rb').read(); open(path,'wb').write(b[:2000])",
    /ends early/,
  ],
  [
    "cut.tar.gz",
    "t=tarfile.open(path,'w:gz'); t.addfile(tarfile.TarInfo('x')); t.close(); b=open(path,'rb').read(); open(path,'wb').write(b[:40])",
    /damaged|ends early/,
  ],
];

describe("an archive is refused as a whole:", () => {
  for (const [name, script, told] of wrong) {
    test(name, async () => {
      await archive(name, script);
      const message = await see({ href: `${far}/${name}` });
      expect(message).toMatch(told);
      expect(message).toContain('Cannot read input "d"');
    });
  }
});

const item = (id: string, assets: Readonly<Record<string, unknown>>, more = {}) => ({
  type: "Feature",
  stac_version: "1.0.0",
  id,
  geometry: null,
  properties: { datetime: "2020-01-01T00:00:00Z" },
  links: [],
  assets,
  ...more,
});
const put = (path: string, value: unknown) => web.set(path, { body: JSON.stringify(value), type: "application/json" });
const bands = {
  red: { href: "bands/red.tif", type: "image/tiff; application=geotiff", roles: ["data", "reflectance"] },
  nir: { href: `${far}/stac/bands/nir.tif`, type: "image/tiff", roles: ["data"] },
  thumb: { href: "thumb.png", type: "image/png", roles: ["thumbnail"] },
};

describe("STAC is staged as a directory with a catalogue", () => {
  beforeAll(() => {
    put("/stac/item.json", item("S2", bands, { collection: "sentinel" }));
    web.set("/stac/bands/red.tif", { body: "RED" });
    web.set("/stac/bands/nir.tif", { body: "NIR" });
    web.set("/stac/thumb.png", { body: "PNG" });
  });
  const names = (text: string) => text.split("\n").flatMap((line) => /^(\.\/\S+?): /.exec(line)?.[1] ?? []);

  test("an item, with the assets that are chosen by key, role or media type", async () => {
    const all = ["./S2/S2.json", "./S2/nir.tif", "./S2/red.tif", "./S2/thumb.png", "./catalog.json"];
    const only = (...files: readonly string[]) =>
      all.filter((name) => /json$/.test(name) || files.some((one) => name.includes(one)));
    const href = `${far}/stac/item.json`;
    expect(names(await see({ href }))).toEqual(all);
    expect(names(await see({ href, assets: ["red"] }))).toEqual(only("red"));
    expect(names(await see({ href, assets: ["data"] }))).toEqual(only("red", "nir"));
    expect(names(await see({ href, assets: ["image/png"] }))).toEqual(only("thumb"));
    expect(names(await see({ href, assets: ["image/*", "red"] }))).toEqual(all);
    expect(await see({ href, assets: ["green"] })).toContain('item "S2" without asset "green"');
  });

  test("as heddle.assets of the description says, where the request does not", async () => {
    const deploy = (id: string, assets: unknown) =>
      fetch(`${server.url}/processes`, {
        method: "POST",
        headers: { "content-type": "application/ogcapppkg+json" },
        body: JSON.stringify({
          processDescription: { id, heddle: { assets } },
          executionUnit: { unit: listTool, type: "application/cwl" },
        }),
      });
    expect((await deploy("red-only", ["red"])).status).toBe(201);
    const href = `${far}/stac/item.json`;
    for (const [d, wanted] of [
      [{ href }, "red"],
      [{ href, assets: ["nir"] }, "nir"],
    ] as const) {
      const job = await submit(server.url, "red-only", { d });
      await untilFinished(server.url, job);
      const said = await (await fetch(`${server.url}/jobs/${job}/results/said`)).text();
      expect(names(said)).toEqual(["./S2/S2.json", `./S2/${wanted}.tif`, "./catalog.json"]);
    }
    for (const assets of [[], "red", [5], [""]]) {
      const answer = await deploy("wrong", assets);
      expect([assets, answer.status]).toEqual([assets, 400]);
      expect(await answer.text()).toContain("heddle/assets");
    }
  });

  test("whose relative links lead from the catalogue to each asset", async () => {
    const job = await submit(server.url, "list", { d: { href: `${far}/stac/item.json`, assets: ["data"] } });
    await untilFinished(server.url, job);
    const catalogUrl = `${server.url}/outputs/${job}/same/S2/catalog.json`;
    const LinksSchema = v.looseObject({ links: v.array(v.looseObject({ rel: v.string(), href: v.string() })) });
    const catalog = v.parse(LinksSchema, await (await fetch(catalogUrl)).json());
    const itemUrl = new URL(catalog.links.find(({ rel }) => rel === "item")?.href ?? "", catalogUrl);
    const answer = await fetch(itemUrl);
    expect(answer.headers.get("content-type")).toBe("application/geo+json");
    const assets = v.object({
      assets: v.record(v.string(), v.looseObject({ href: v.string(), "file:size": v.number() })),
    });
    const found = v.parse(assets, await answer.json()).assets;
    expect(Object.keys(found)).toEqual(["red", "nir"]);
    expect(await (await fetch(new URL(found.red?.href ?? "", itemUrl))).text()).toBe("RED");
  });

  test("an item in the request itself, a catalogue, a collection, an item collection, and below an input root", async () => {
    const inline = item("own", { a: { href: `${far}/stac/thumb.png` } });
    expect(names(await see({ value: inline, mediaType: "application/geo+json" }))).toContain("./own/thumb.png");
    const link = (rel: string, href: string) => ({ rel, href });
    const catalog = { type: "Catalog", stac_version: "1.0.0", id: "c", description: "c" };
    put("/stac/catalog.json", {
      ...catalog,
      links: [link("self", `${far}/stac/catalog.json`), link("child", "sub/collection.json")],
    });
    put("/stac/sub/collection.json", {
      ...catalog,
      type: "Collection",
      links: [link("parent", "../catalog.json"), link("item", "../item.json")],
    });
    expect(names(await see({ href: `${far}/stac/catalog.json` }))).toContain("./S2/red.tif");
    put("/stac/search", { type: "FeatureCollection", features: [item("one", bands), item("one", bands)] });
    expect(names(await see({ href: `${far}/stac/search` })).filter((name) => /red/.test(name))).toEqual([
      "./one-1/red.tif",
      "./one/red.tif",
    ]);
    const local = join(root.path, "local");
    await mkdir(local);
    await writeFile(join(local, "item.json"), JSON.stringify(item("here", { a: { href: "a.tif" } })));
    await writeFile(join(local, "a.tif"), "A");
    expect(await see({ href: pathToFileURL(join(local, "item.json")).href })).toContain("./here/a.tif: A");
  });

  test("by an alternate address where the first one is gone, and a loss names item and asset", async () => {
    const alternate = { s3: { href: "s3://bucket/red.tif" }, web: { href: "bands/red.tif" } };
    put("/stac/moved.json", item("moved", { red: { href: "s3://first/red.tif", alternate } }));
    expect(await see({ href: `${far}/stac/moved.json` })).toContain("./moved/red.tif: RED");
    put("/stac/lost.json", item("lost", { red: { href: "bands/none.tif" } }));
    expect(await see({ href: `${far}/stac/lost.json` })).toContain('asset "red" of item "lost" that cannot be read');
    put("/stac/secret.json", item("secret", { a: { href: "file:///etc/passwd" } }));
    expect(await see({ href: `${far}/stac/secret.json` })).toContain("below an input root");
  });

  test("within its bounds: size before anything is fetched, cycles and many children", async () => {
    web.set("/stac/large.tif", { body: new Uint8Array(2_500_000) });
    put("/stac/large.json", item("large", { a: { href: "large.tif" } }));
    expect(await see({ href: `${far}/stac/large.json` })).toMatch(
      /found 1 files of 2500000 bytes, wanted at most 2000000/,
    );
    expect(asked.filter((line) => line.endsWith("/large.tif"))).toEqual(["HEAD /stac/large.tif"]);
    put("/stac/said.json", item("said", { a: { href: "red.tif", "file:size": 3e9 } }));
    expect(await see({ href: `${far}/stac/said.json` })).toMatch(/3000000000 bytes, wanted at most 2000000/);
    const catalog = { type: "Catalog", stac_version: "1.0.0", id: "c", description: "c" };
    put("/stac/self.json", { ...catalog, links: [{ rel: "child", href: "self.json" }] });
    put("/stac/one.json", { ...catalog, links: [{ rel: "child", href: "two.json" }] });
    put("/stac/two.json", { ...catalog, links: [{ rel: "child", href: "one.json" }] });
    for (const name of ["self", "one"]) expect(await see({ href: `${far}/stac/${name}.json` })).toContain("twice");
    const children = Array.from({ length: 10_000 }, (_, index) => ({ rel: "item", href: `${index}.json` }));
    put("/stac/many.json", { ...catalog, links: children });
    expect(await see({ href: `${far}/stac/many.json` })).toMatch(/STAC of 10000 items .*, wanted at most 1000/);
    put("/stac/none.json", { a: 1 });
    put("/stac/no-item.json", { ...catalog, links: [{ rel: "item", href: "none.json" }] });
    expect(await see({ href: `${far}/stac/no-item.json` })).toContain("which is no STAC");
  });
});

test("the description says that the input is a directory, and is valid", async () => {
  const answer = await fetch(`${server.url}/processes/list`, { headers: { accept: "application/json" } });
  const shape = v.looseObject({ inputs: v.looseObject({ d: v.looseObject({ schema: v.unknown() }) }) });
  expect(v.parse(shape, await answer.json()).inputs.d.schema).toEqual({
    type: "string",
    format: "uri",
    contentMediaType: "application/directory",
  });
});
