import { expect, test } from "bun:test";
import { join } from "node:path";
import * as v from "valibot";
import type { Logger } from "../../../src/domain/logger.ts";
import { address, openService, type Service, submitEcho } from "../service.ts";

const files = { "scene/scene/catalog.json": '{"a":1}', "scene/scene/sub/a b.tif": "0123456789", "text/t.txt": "drift" };

async function open(logger?: Logger) {
  const service = await openService({
    holdsJobs: true,
    door: { corsOrigins: ["https://map.example"] },
    ...(logger && { logger }),
  });
  const [key, other, admin] = [
    await service.createKey("runner", "ada"),
    await service.createKey("runner", "bob"),
    await service.createKey("admin", "root"),
  ];
  return { service, key, other, admin, jobId: await finished(service, key) };
}

async function finished(service: Service, key: string): Promise<string> {
  const jobId = await submitEcho(service, key);
  const file = (path: string, sizeBytes: number, mediaType: string) => ({ path, sizeBytes, mediaType });
  await service.finish(jobId, {
    results: {
      scene: {
        kind: "directory",
        reference: `/${jobId}/scene/scene/`,
        basename: "scene",
        files: [file("catalog.json", 7, "application/json"), file("sub/a b.tif", 10, "image/tiff")],
      },
      text: {
        kind: "file",
        reference: `/${jobId}/text/t.txt`,
        basename: "t.txt",
        mediaType: "text/plain",
        sizeBytes: 5,
      },
    },
    files,
    log: "secret log\n",
  });
  return jobId;
}

const ShareSchema = v.looseObject({ href: v.string(), expires: v.string() });

async function share(service: Service, jobId: string, key: string, body: unknown = {}) {
  const answer = await service.send("POST", `/jobs/${jobId}/share`, {
    key,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(201);
  const { href, expires } = v.parse(ShareSchema, await answer.json());
  expect(href).toStartWith(`${address}/s/`);
  return { path: href.slice(address.length), expires };
}

test("a share leads to results, directories and files without a key, with parts, archives and other origins", async () => {
  const { service, key, jobId } = await open();
  await using _ = service;
  const { path } = await share(service, jobId, key);
  expect((await service.send("GET", `/jobs/${jobId}/results`)).status).toBe(401);
  const results = await service.send("GET", path);
  const LinksSchema = v.looseObject({
    scene: v.looseObject({ href: v.string(), links: v.array(v.looseObject({ href: v.string() })) }),
    text: v.looseObject({ href: v.string() }),
  });
  const { scene, text } = v.parse(LinksSchema, await results.json());
  for (const href of [scene.href, text.href, ...scene.links.map((link) => link.href)]) {
    expect(href).toStartWith(`${address}${path}`);
    expect([href, (await service.send("GET", href.slice(address.length))).status]).toEqual([href, 200]);
  }
  const folder = scene.href.slice(address.length);
  const listing = await service.send("GET", `${folder}sub/`, { headers: { accept: "text/html" } });
  expect(await listing.text()).toContain(`${address}${folder}sub/a%20b.tif`);
  const part = await service.send("GET", `${folder}sub/a%20b.tif`, {
    headers: { range: "bytes=2-4", origin: "https://map.example" },
  });
  expect([part.status, await part.text(), part.headers.get("access-control-allow-origin")]).toEqual([
    206,
    "234",
    "https://map.example",
  ]);
  const head = await service.send("HEAD", `${folder}catalog.json`);
  expect([head.status, head.headers.get("content-length"), head.headers.get("referrer-policy")]).toEqual([
    200,
    "7",
    "no-referrer",
  ]);
  expect((await service.send("GET", folder.slice(0, -1))).headers.get("location")).toBe(`${address}${folder}`);
  expect((await service.send("GET", path.slice(0, -1))).headers.get("location")).toBe(`${address}${path}`);
});

test("the page of a share shows results as the page of the job does, and leads to what its token opens alone", async () => {
  const { service, key, jobId } = await open();
  await using _ = service;
  const { path } = await share(service, jobId, key);
  const answer = await service.send("GET", path, { headers: { accept: "text/html" } });
  const page = await answer.text();
  expect(page).toContain("Results of the process <code>echo</code>");
  expect(page).toContain('<pre class="code">drift</pre>');
  expect(page).toContain(`href="${address}${path}${jobId}/scene/scene/?f=zip"`);
  expect(page).toContain(`href="${address}${path}?f=zip">All results as one zip</a>`);
  expect(page).toContain(`data-view="features" data-src="${address}${path}${jobId}/scene/scene/catalog.json"`);
  expect(page).toContain("shared by ada until <time");
  expect(page).toMatch(/scope="row">text<\/th><td [^>]*>hello<\/td>/);
  expect(page).toContain(`from job <code>${jobId}</code>`);
  for (const secret of ["item", "/jobs/", "/outputs/", "secret log"]) expect(page).not.toContain(secret);
  const policy = answer.headers.get("content-security-policy") ?? "";
  expect(policy).toContain(`connect-src 'self' ${address}${path};`);
  expect(policy).toContain("form-action 'none'");
  const addresses = [...page.matchAll(/(?:href|data-src)="([^"]*\/s\/[^"]*)"/g)].map(([, href = ""]) => href);
  expect(addresses.length).toBeGreaterThan(4);
  for (const href of addresses.filter((one) => !one.includes("sign-in"))) {
    const below = href.replaceAll("&amp;", "&").slice(address.length);
    expect([href, (await service.send("GET", below)).status]).toEqual([href, below.endsWith("?f=json") ? 308 : 200]);
  }
});

test("the page of a share reads no file of another job, and gives values no address", async () => {
  const { service, key, jobId: other } = await open();
  await using _ = service;
  const jobId = await submitEcho(service, key);
  const foreign = {
    kind: "file",
    reference: `/${other}/text/t.txt`,
    basename: "t.txt",
    mediaType: "text/plain",
    sizeBytes: 5,
  } as const;
  const place = { type: "Feature", geometry: { type: "Point", coordinates: [1, 2] }, properties: { name: "here" } };
  await service.finish(jobId, { results: { text: foreign, place: { kind: "value", value: place } } });
  const { path } = await share(service, jobId, key);
  const page = await (await service.send("GET", `${path}?f=html`)).text();
  expect(page).not.toContain("drift");
  expect(page).toContain("<td>here</td>");
  expect(page).not.toContain("/jobs/");
});

test("a share shows nothing but the outputs of its own job, and changes nothing", async () => {
  const { service, key, jobId } = await open();
  await using _ = service;
  const other = await finished(service, key);
  const { path } = await share(service, jobId, key);
  for (const below of [
    `${jobId}.log`,
    `${jobId}`,
    `${other}/text/t.txt`,
    `${other}/`,
    `${jobId}/../${other}/text/t.txt`,
    `${jobId}/..%2f${other}/text/t.txt`,
    `${jobId}/nothing`,
    "%zz",
  ]) {
    expect([below, (await service.send("GET", `${path}${below}`)).status]).toEqual([below, 404]);
  }
  for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
    expect([method, (await service.send(method, path)).status]).toEqual([method, 405]);
  }
});

test("a share ends at its time, when it is taken back, is replaced, or its job goes, and all of these look the same", async () => {
  const { service, key, jobId } = await open();
  await using _ = service;
  const answers = new Set<string>();
  const gone = async (path: string) => {
    for (const below of ["", `${jobId}/text/t.txt`, "%zz"]) {
      const answer = await service.send("GET", `${path}${below}`);
      expect([answer.status, answer.headers.get("referrer-policy")]).toEqual([404, "no-referrer"]);
      answers.add(await answer.text());
    }
  };
  await gone("/s/unknown/");
  const first = await share(service, jobId, key, { expires: "1h" });
  service.clock.advance(3_599_000);
  expect((await service.send("GET", first.path)).status).toBe(200);
  service.clock.advance(1000);
  await gone(first.path);
  const second = await share(service, jobId, key);
  const third = await share(service, jobId, key);
  await gone(second.path);
  const shown = await service.send("GET", `/jobs/${jobId}/share`, { key });
  expect(await shown.json()).toEqual({ jobID: jobId, created: expect.any(String), expires: third.expires });
  expect((await service.send("DELETE", `/jobs/${jobId}/share`, { key })).status).toBe(204);
  await gone(third.path);
  for (const method of ["GET", "DELETE"])
    expect((await service.send(method, `/jobs/${jobId}/share`, { key })).status).toBe(404);
  const last = await share(service, jobId, key);
  await service.send("DELETE", `/jobs/${jobId}`, { key });
  await gone(last.path);
  expect(answers.size).toBe(1);
});

test("only the owner and admins share a job, which has results", async () => {
  const { service, key, other, admin, jobId } = await open();
  await using _ = service;
  const post = (id: string, by: string, body: string) =>
    service.send("POST", `/jobs/${id}/share`, { key: by, headers: { "content-type": "application/json" }, body });
  for (const method of ["POST", "GET", "DELETE"]) {
    const headers = { "content-type": "application/json" };
    const options = { key: other, headers, ...(method === "GET" ? {} : { body: "{}" }) };
    expect([method, (await service.send(method, `/jobs/${jobId}/share`, options)).status]).toEqual([method, 404]);
  }
  expect((await service.send("POST", `/jobs/${jobId}/share`)).status).toBe(401);
  await share(service, jobId, admin);
  expect((await post(await submitEcho(service, key), key, "{}")).status).toBe(409);
  for (const expires of ["yesterday", "", "2001-01-01", 5, null, "-1d"]) {
    const answer = await post(jobId, key, JSON.stringify({ expires }));
    expect([expires, answer.status]).toEqual([expires, 400]);
    expect(await answer.text()).toContain("expires");
  }
  expect((await post(jobId, key, '{"expire": "1d"}')).status).toBe(400);
});

test("the token is kept as a hash, and is in no log", async () => {
  const lines: string[] = [];
  const write = (...line: readonly unknown[]) => void lines.push(JSON.stringify(line));
  const { service, key, jobId } = await open({ debug: write, info: write, warn: write, error: write });
  await using _ = service;
  const { path } = await share(service, jobId, key);
  const token = path.split("/")[2] ?? "";
  await service.send("GET", path);
  await service.send("GET", `${path}nothing`);
  expect(token.length).toBeGreaterThan(30);
  expect(lines.join("\n")).not.toContain(token);
  const kept = ["heddle.db", "heddle.db-wal"].map((name) => Bun.file(join(service.layout.dataDirectory, name)));
  const rows = await Promise.all(kept.map(async (file) => ((await file.exists()) ? await file.text() : "")));
  expect(rows.join("")).toContain(jobId);
  expect(rows.join("")).not.toContain(token);
});
