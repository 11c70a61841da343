import { expect, test } from "bun:test";
import { join } from "node:path";
import * as v from "valibot";
import type { Results } from "../../../src/domain/values/values.ts";
import { unzip } from "../../support/packages/unzip.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { address, jsonOf, openService, type Service, submitEcho } from "../service.ts";

const contentOf = (path: string) => `<${path}>`;

const fileAt = (jobId: string, path: string) => ({
  kind: "file" as const,
  reference: `/${jobId}/${path.split("/").map(encodeURIComponent).join("/")}`,
  basename: path.split("/").at(-1) ?? "",
  mediaType: "text/plain",
  sizeBytes: contentOf(path).length,
});

/** Files of each kind that a result can hold, names that differ by case, and two results of one file. */
const resultsOf = (jobId: string): Results => {
  const directory = (path: string, files: readonly string[]) => ({
    kind: "directory" as const,
    reference: `/${jobId}/${path}/`,
    basename: path.split("/").at(-1) ?? "",
    files: files.map((name) => ({
      ...{ path: name, mediaType: "text/plain" },
      sizeBytes: contentOf(`${path}/${name}`).length,
    })),
  });
  return {
    curve: { ...fileAt(jobId, "curve/c d.csv"), secondaryFiles: [fileAt(jobId, "curve/c d.csv.idx")] },
    Curve: fileAt(jobId, "Curve/c d.csv"),
    curves: fileAt(jobId, "curves/c.csv"),
    table: fileAt(jobId, "table/t.csv"),
    same: fileAt(jobId, "table/t.csv"),
    tiles: directory("tiles/all", ["a.txt", "sub/b.txt", "sub/deep/c.txt"]),
    tilesToo: directory("tilesToo/all", ["a.txt"]),
    list: { kind: "list", items: [fileAt(jobId, "list/0/x.txt"), directory("list/1/d", ["y.txt"])] },
    record: {
      kind: "record",
      members: { map: fileAt(jobId, "record/map/m.txt"), rate: { kind: "value", value: 4711 } },
    },
    value: { kind: "value", value: "a long secret value" },
  };
};

/** What each result opens, below the directory of the job: files, and directories with a slash at the end. */
const opened: Readonly<Record<string, readonly string[]>> = {
  curve: ["curve/c%20d.csv", "curve/c%20d.csv.idx"],
  Curve: ["Curve/c%20d.csv"],
  curves: ["curves/c.csv"],
  table: ["table/t.csv"],
  same: ["table/t.csv"],
  tiles: ["tiles/all/", "tiles/all/a.txt", "tiles/all/sub/", "tiles/all/sub/b.txt", "tiles/all/sub/deep/c.txt"],
  tilesToo: ["tilesToo/all/", "tilesToo/all/a.txt"],
  list: ["list/0/x.txt", "list/1/d/", "list/1/d/y.txt"],
  record: ["record/map/m.txt"],
  value: [],
};
const names = Object.keys(opened);

async function open() {
  const service = await openService({ holdsJobs: true });
  const key = await service.createKey("runner", "ada");
  const jobId = await submitEcho(service, key);
  const paths = new Set(Object.values(opened).flat());
  const files = [...paths].filter((path) => !path.endsWith("/")).map((path) => decodeURIComponent(path));
  await service.finish(jobId, {
    results: resultsOf(jobId),
    // Files beside the results are no result either.
    files: Object.fromEntries([...files, "curve/left.txt"].map((path) => [path, contentOf(path)])),
    log: "secret log\n",
  });
  return { service, key, jobId, paths: [...paths] };
}

const json = { "content-type": "application/json" };
const ShareSchema = v.looseObject({ href: v.string() });

const post = (service: Service, jobId: string, key: string, body: object) =>
  service.send("POST", `/jobs/${jobId}/share`, { key, headers: json, body: JSON.stringify(body) });

/** Gives the path of a share of some outputs. */
async function share(service: Service, jobId: string, key: string, outputs: readonly string[]): Promise<string> {
  const answer = await post(service, jobId, key, { outputs });
  expect(answer.status).toBe(201);
  return v.parse(ShareSchema, await answer.json()).href.slice(address.length);
}

/** What is answered to a token that there never was. */
const nothing = async (service: Service, below = "") => (await service.send("GET", `/s/never/${below}`)).text();

test("a share of some outputs opens each path of these and no other, whichever kind of result they are", async () => {
  const { service, key, jobId, paths } = await open();
  await using _ = service;
  const refused = await nothing(service);
  for (const chosen of [...names.map((name) => [name]), ["curve", "tiles"], ["value", "list", "record"]]) {
    const path = await share(service, jobId, key, chosen);
    const allowed = new Set(chosen.flatMap((name) => opened[name] ?? []));
    for (const below of paths) {
      const answer = await service.send("GET", `${path}${jobId}/${below}`);
      const text = await answer.text();
      const isOpen = allowed.has(below);
      expect([chosen, below, answer.status]).toEqual([chosen, below, isOpen ? 200 : 404]);
      if (!isOpen) expect(text).toBe(refused);
      // Without its slash a directory leads to its list, where it is shared.
      const cut = below.endsWith("/") ? await service.send("GET", `${path}${jobId}/${below.slice(0, -1)}`) : undefined;
      if (cut !== undefined) expect([chosen, below, cut.status]).toEqual([chosen, below, isOpen ? 308 : 404]);
      const head = await service.send("HEAD", `${path}${jobId}/${below}`);
      expect([chosen, below, head.status]).toEqual([chosen, below, isOpen ? 200 : 404]);
    }
  }
});

test("no spelling of a path leads from a share of some outputs to another one, and all are refused in the same words", async () => {
  const { service, key, jobId } = await open();
  await using _ = service;
  const path = await share(service, jobId, key, ["curve", "tiles"]);
  const refused = await nothing(service);
  const own = `${jobId}/curve`;
  const ways = [
    ...["", "/", "//", ".log", ".xml"].map((end) => `${jobId}${end}`),
    ...["", "/", "//", "/left.txt", "/..", "/.", "/%2e", "/c%20d", "/c%20d.csv/", "/c%20d.csv//", "/c%20d.csv/x"].map(
      (end) => `${own}${end}`,
    ),
    ...["/../table/t.csv", "/%2e%2e/table/t.csv", "/.%2E/table/t.csv", "/c%20d.csv/../../table/t.csv"].map(
      (end) => `${own}${end}`,
    ),
    ...["/..%2ftable%2ft.csv", "/..%5ctable%5ct.csv", "/%2e%2e%2ftable/t.csv", "/%252e%252e/table/t.csv"].map(
      (end) => `${own}${end}`,
    ),
    ...["/../Curve/c%20d.csv", "/../curves/c.csv", "/../tilesToo/all/a.txt"].map((end) => `${own}${end}`),
    ...["//table/t.csv", "/table//t.csv", "/./table/t.csv", "/%74able/t.csv", "/table/%74.csv", "/TABLE/t.csv"].map(
      (end) => `${jobId}${end}`,
    ),
    ...["/table%2ft.csv", "/table/t.csv%00", "/table/t.csv%00.idx", "/table/", "/table", "/table/t.csv;a"].map(
      (end) => `${jobId}${end}`,
    ),
    ...["/CURVE/c%20d.csv", "/curve/C%20D.csv", "/curve/c+d.csv", "/Curve/c%20d.csv", "/curve%2fc%20d.csv"].map(
      (end) => `${jobId}${end}`,
    ),
    ...["/tiles", "/tiles/", "/tiles/all/../../table/t.csv", "/tiles/all/..%2f..%2ftable%2ft.csv"].map(
      (end) => `${jobId}${end}`,
    ),
    ...["/tiles/all//", "/tiles/all//a.txt", "/tiles/al/", "/tiles/all/su", "/tiles/all/sub/deep/c.txt/"].map(
      (end) => `${jobId}${end}`,
    ),
    ...["/table/t.csv?f=html", "/table/?f=zip", "/table/t.csv?look=t.csv", "/tilesToo/all/?f=zip"].map(
      (end) => `${jobId}${end}`,
    ),
    ...["table/t.csv", "table", "results/table", `${jobId}/results/table`, `jobs/${jobId}/results`, "%zz", "%", "//"],
    `${encodeURIComponent(`${jobId}/table/t.csv`)}`,
    `/${jobId}/table/t.csv`,
    `${jobId.toUpperCase()}/table/t.csv`,
  ];
  for (const way of ways) {
    const answer = await service.send("GET", `${path}${way}`);
    expect([way, answer.status, answer.headers.get("referrer-policy")]).toEqual([way, 404, "no-referrer"]);
    expect([way, await answer.text()]).toEqual([way, refused]);
  }
  // What is shared is still there, by the spellings that a browser makes of its address.
  for (const way of [`${jobId}/table/../curve/c%20d.csv`, `${jobId}/c%75rve/c%20d.csv`, `./${jobId}/curve/c d.csv`])
    expect([way, await (await service.send("GET", `${path}${way}`)).text()]).toEqual([way, "<curve/c d.csv>"]);
});

test("the list of a shared directory shows no file beside it, whatever is asked of it", async () => {
  const { service, key, jobId } = await open();
  await using _ = service;
  const path = await share(service, jobId, key, ["tiles"]);
  const looked = await service.send("GET", `${path}${jobId}/tiles/all/?f=html&look=..%2F..%2Ftable%2Ft.csv`);
  expect(looked.status).toBe(400);
  expect(await looked.text()).not.toContain("<table/t.csv>");
  const list = await service.send("GET", `${path}${jobId}/tiles/all/?f=html`);
  const page = await list.text();
  for (const other of ["tilesToo", "t.csv", "curve"]) expect([other, page.includes(other)]).toEqual([other, false]);
  for (const method of ["POST", "PUT", "DELETE", "PATCH"])
    expect([method, (await service.send(method, `${path}${jobId}/tiles/all/a.txt`)).status]).toEqual([method, 405]);
});

test("results, page and archive of a share of some outputs hold these alone, and say how many there are", async () => {
  const { service, key, jobId } = await open();
  await using _ = service;
  const path = await share(service, jobId, key, ["tiles", "curve", "tiles"]);
  const document = await service.send("GET", path);
  const text = await document.text();
  expect(Object.keys(JSON.parse(text))).toEqual(["curve", "tiles"]);
  for (const other of ["table", "tilesToo", "Curve", "curves", "record", "4711", "secret"])
    expect([other, text.includes(other)]).toEqual([other, false]);
  const page = await (await service.send("GET", path, { headers: { accept: "text/html" } })).text();
  expect(page).toContain("2 of 10 results of this job are shared.");
  expect(page).toContain("&lt;curve/c d.csv&gt;");
  expect(page).toMatch(/scope="row">text<\/th><td [^>]*>hello<\/td>/);
  for (const other of ["t.csv", "tilesToo", "Curve/", "curves", "4711", "secret", "/jobs/"])
    expect([other, page.includes(other)]).toEqual([other, false]);
  await using folder = await temporaryDirectory();
  const zip = join(folder.path, "all.zip");
  await Bun.write(zip, await (await service.send("GET", `${path}?f=zip`)).bytes());
  const { SHA256SUMS: sums = "", ...texts } = await unzip(zip);
  const packed = [
    "curve/c d.csv",
    "curve/c d.csv.idx",
    ...["a.txt", "sub/b.txt", "sub/deep/c.txt"].map((at) => `tiles/all/${at}`),
  ];
  expect(texts).toEqual(Object.fromEntries(packed.map((name) => [name, contentOf(name)])));
  expect(
    sums
      .trimEnd()
      .split("\n")
      .map((line) => line.slice(66)),
  ).toEqual(packed);
});

test("one shared result is said so, a value alone has no file, and a share of all names no number", async () => {
  const { service, key, jobId } = await open();
  await using _ = service;
  const html = { headers: { accept: "text/html" } };
  const one = await share(service, jobId, key, ["value"]);
  expect(await (await service.send("GET", one)).json()).toEqual({ value: "a long secret value" });
  expect(await (await service.send("GET", one, html)).text()).toContain("1 of 10 results of this job is shared.");
  const all = await share(service, jobId, key, names);
  expect(await (await service.send("GET", all, html)).text()).not.toContain("results of this job");
  expect((await service.send("GET", `${all}${jobId}/table/t.csv`)).status).toBe(200);
});

test("a share tells its outputs where it is of some, in the order of the results, and ends with the next one", async () => {
  const { service, key, jobId } = await open();
  await using _ = service;
  const told = async () => jsonOf(await service.send("GET", `/jobs/${jobId}/share`, { key }));
  const made = await post(service, jobId, key, { outputs: ["tiles", "curve", "curve"], expires: "1d" });
  const { href, ...document } = await jsonOf(made);
  expect(document.outputs).toEqual(["curve", "tiles"]);
  expect(await told()).toEqual(document);
  const next = await share(service, jobId, key, ["table"]);
  const earlier = `${String(href).slice(address.length)}${jobId}/curve/c%20d.csv`;
  expect((await service.send("GET", earlier)).status).toBe(404);
  expect((await service.send("GET", `${next}${jobId}/curve/c%20d.csv`)).status).toBe(404);
  expect((await told()).outputs).toEqual(["table"]);
  for (const body of [{}, { outputs: names }]) {
    expect((await jsonOf(await post(service, jobId, key, body))).outputs).toBeUndefined();
    expect(Object.keys(await told())).toEqual(["jobID", "created", "expires"]);
  }
});

test("outputs that have no result, none at all and what is no list of names are refused, and nothing is shared", async () => {
  const { service, key, jobId } = await open();
  await using _ = service;
  const known = `one of ${names.join(", ")}`;
  for (const [outputs, detail] of [
    [["x"], `/outputs/0: found "x", wanted ${known}`],
    [["curve", "tabel"], `/outputs/1: found "tabel", wanted ${known}; did you mean "table"?`],
    [["toString"], `/outputs/0: found "toString", wanted ${known}`],
    [["__proto__"], `/outputs/0: found "__proto__", wanted ${known}`],
    [["curve/"], "/outputs/0"],
    [["curve", ""], "/outputs/1"],
    [[], `/outputs: found [], wanted one or more of ${names.join(", ")}`],
    ["curve", '/outputs: found "curve", wanted a list of names of outputs'],
    [null, "/outputs: found null"],
    [[1], "/outputs/0: found 1, wanted the name of an output"],
    [{ curve: true }, "/outputs: found"],
  ] as const) {
    const answer = await post(service, jobId, key, { outputs });
    expect([outputs, answer.status]).toEqual([outputs, 400]);
    expect(String((await jsonOf(answer)).detail)).toContain(detail);
  }
  expect((await service.send("GET", `/jobs/${jobId}/share`, { key })).status).toBe(404);
});

test("a share whose outputs cannot be read opens nothing", async () => {
  const { service, key, jobId } = await open();
  await using _ = service;
  const path = await share(service, jobId, key, ["curve"]);
  for (const held of ["", "[]", "{}", "[1]", "curve", '["curve"', "null"]) {
    await service.database.write([{ sql: "update shares set outputs = ?", args: [held] }]);
    for (const below of ["", "?f=zip", `${jobId}/curve/c%20d.csv`, `${jobId}/table/t.csv`]) {
      const answer = await service.send("GET", `${path}${below}`);
      expect([held, below, answer.status]).toEqual([held, below, 500]);
    }
  }
});

const form = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" };

test("the form of the page shares what is ticked, all where it has no boxes, and nothing where none is ticked", async () => {
  const { service, key, jobId } = await open();
  await using _ = service;
  const send = (body: string) => service.send("POST", `/jobs/${jobId}/share-form`, { key, headers: form, body });
  const told = async () => jsonOf(await service.send("GET", `/jobs/${jobId}/share`, { key }));
  for (const body of ["chooses=true&outputs=", "outputs=x", "chooses=true&outputs=curve&outputs=x"])
    expect([body, (await send(body)).status]).toEqual([body, 400]);
  const back = (await send("chooses=true&expires=7d")).headers.get("location");
  expect(back).toBe(`${address}/jobs/${jobId}?f=html&done=results-wanted`);
  expect(await (await service.send("GET", String(back).slice(address.length), { key })).text()).toContain(
    "Tick at least one of the results to share. Nothing was shared.",
  );
  expect((await service.send("GET", `/jobs/${jobId}/share`, { key })).status).toBe(404);
  for (const [body, outputs] of [
    ["chooses=true&outputs=value&outputs=curve&expires=1d", ["curve", "value"]],
    [`chooses=true&${names.map((name) => `outputs=${name}`).join("&")}`, undefined],
    ["outputs=table", ["table"]],
    ["expires=1d", undefined],
    ["", undefined],
  ] as const) {
    expect([body, (await send(body)).status]).toEqual([body, 200]);
    expect((await told()).outputs).toEqual(outputs === undefined ? undefined : [...outputs]);
  }
});

test("the page of the job has a box for each result, ticked as its address asks, and says what is shared", async () => {
  const { service, key, jobId } = await open();
  await using _ = service;
  const ticked = async (query = "") => {
    const page = await (await service.send("GET", `/jobs/${jobId}?f=html${query}`, { key })).text();
    return [...page.matchAll(/name="outputs" value="([^"]*)" checked/g)].map(([, name]) => name);
  };
  expect(await ticked()).toEqual(names);
  expect(await ticked("&share=curve")).toEqual(["curve"]);
  expect(await ticked("&share=Curve&share=tiles")).toEqual(["Curve", "tiles"]);
  for (const unknown of ["&share=", "&share=x", "&share=toString"]) expect(await ticked(unknown)).toEqual(names);
  await share(service, jobId, key, ["Curve", "tiles"]);
  const page = await (await service.send("GET", `/jobs/${jobId}?f=html`, { key })).text();
  expect(page).toMatch(/Shared: Curve, tiles, until <time/);
  expect(page).toMatch(/Of its results, Curve, tiles are also shared by a link until <time/);
});
