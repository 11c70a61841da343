import { describe, expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { jsonOf, openService, type Service, submitEcho } from "../service.ts";

const content = "0123456789";

async function published(service: Service, key?: string) {
  const jobId = await submitEcho(service, key);
  const executionId = await service.finish(jobId, {
    results: {
      text: {
        kind: "file",
        reference: `/${jobId}/text/a%20b.txt`,
        basename: "a b.txt",
        mediaType: "text/plain",
        sizeBytes: content.length,
      },
      image: {
        kind: "file",
        reference: `/${jobId}/image/page.html`,
        basename: "page.html",
        mediaType: "text/html",
        sizeBytes: 31,
      },
    },
    files: { "text/a b.txt": content, "image/page.html": "<script>alert(document)</script>" },
    log: "first line\n",
  });
  return { jobId, executionId, path: `/outputs/${jobId}/text/a%20b.txt` };
}

test("an output is served by its job and by its execution", async () => {
  await using service = await openService({ holdsJobs: true });
  const { executionId, path } = await published(service);
  for (const one of [path, `/outputs/${executionId}/text/a%20b.txt`]) {
    const response = await service.send("GET", one);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(response.headers.get("content-length")).toBe("10");
    expect(response.headers.get("accept-ranges")).toBe("bytes");
    expect(await response.text()).toBe(content);
  }
});

test("an output has the media type of its result, whatever its name tells", async () => {
  await using service = await openService({ holdsJobs: true });
  const jobId = await submitEcho(service);
  const file = (basename: string, mediaType: string) => ({
    kind: "file" as const,
    reference: `/${jobId}/text/${basename}`,
    basename,
    mediaType,
    sizeBytes: content.length,
  });
  const main = {
    ...file("raster", "image/tiff; application=geotiff"),
    secondaryFiles: [file("raster.aux", "text/xml")],
  };
  await service.finish(jobId, {
    results: { text: { kind: "list", items: [main] } },
    files: { "text/raster": content, "text/raster.aux": content, "text/other": content },
  });
  const typeOf = async (name: string) =>
    (await service.send("GET", `/outputs/${jobId}/text/${name}`)).headers.get("content-type");
  expect(await typeOf("raster")).toBe("image/tiff; application=geotiff");
  expect(await typeOf("raster.aux")).toContain("text/xml");
  expect(await typeOf("other")).toBe("application/octet-stream");
});

describe("a range of an output:", () => {
  const cases: readonly [string, number, string, string | null][] = [
    ["bytes=0-3", 206, "0123", "bytes 0-3/10"],
    ["bytes=4-", 206, "456789", "bytes 4-9/10"],
    ["bytes=-3", 206, "789", "bytes 7-9/10"],
    ["bytes=-99", 206, content, "bytes 0-9/10"],
    ["bytes=8-99", 206, "89", "bytes 8-9/10"],
    ["bytes=5-2", 200, content, null],
    ["bytes=0-1,4-5", 200, content, null],
    ["lines=1-2", 200, content, null],
  ];
  test.each(cases)("%s answers %d", async (range, status, text, contentRange) => {
    await using service = await openService({ holdsJobs: true });
    const { path } = await published(service);
    const response = await service.send("GET", path, { headers: { range } });
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(text);
    expect(response.headers.get("content-range")).toBe(contentRange);
    expect(response.headers.get("content-length")).toBe(String(text.length));
  });

  test("outside the file answers 416 with the size", async () => {
    await using service = await openService({ holdsJobs: true });
    const { path } = await published(service);
    for (const range of ["bytes=10-", "bytes=-0", "bytes=99-100"]) {
      const response = await service.send("GET", path, { headers: { range } });
      expect(response.status).toBe(416);
      expect(response.headers.get("content-range")).toBe("bytes */10");
    }
  });

  test("is left out when If-Range names another content", async () => {
    await using service = await openService({ holdsJobs: true });
    const { path } = await published(service);
    const etag = (await service.send("GET", path)).headers.get("etag") ?? "";
    const other = await service.send("GET", path, { headers: { range: "bytes=0-1", "if-range": '"other"' } });
    expect([other.status, await other.text()]).toEqual([200, content]);
    const same = await service.send("GET", path, { headers: { range: "bytes=0-1", "if-range": etag } });
    expect([same.status, await same.text()]).toEqual([206, "01"]);
  });
});

test("an unchanged output answers 304", async () => {
  await using service = await openService({ holdsJobs: true });
  const { path } = await published(service);
  const etag = (await service.send("GET", path)).headers.get("etag") ?? "";
  const response = await service.send("GET", path, { headers: { "if-none-match": `"x", W/${etag}` } });
  expect(response.status).toBe(304);
});

test("HEAD tells the length of an output, of a range and of a document", async () => {
  await using service = await openService({ holdsJobs: true });
  const { path, jobId } = await published(service);
  const whole = await service.send("HEAD", path);
  expect([whole.status, whole.headers.get("content-length"), await whole.text()]).toEqual([200, "10", ""]);
  const part = await service.send("HEAD", path, { headers: { range: "bytes=0-3" } });
  expect([part.status, part.headers.get("content-length")]).toEqual([206, "4"]);
  const body = await (await service.send("GET", `/jobs/${jobId}`)).text();
  const status = await service.send("HEAD", `/jobs/${jobId}`);
  expect(status.headers.get("content-length")).toBe(String(Buffer.byteLength(body)));
});

test("HEAD over a real connection keeps the length", async () => {
  await using service = await openService({ holdsJobs: true });
  const { path } = await published(service);
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: service.app.fetch });
  try {
    const response = await fetch(new URL(path, server.url), { method: "HEAD" });
    expect(response.headers.get("content-length")).toBe("10");
    const ranged = await fetch(new URL(path, server.url), { headers: { range: "bytes=-3" } });
    expect([ranged.status, await ranged.text()]).toEqual([206, "789"]);
    const refused = await fetch(new URL(path, server.url), { headers: { range: "bytes=0-1", "if-range": '"x"' } });
    expect([refused.status, await refused.text()]).toEqual([200, content]);
  } finally {
    await server.stop(true);
  }
});

test("an HTML output cannot run a script in our origin, wherever it is read", async () => {
  await using service = await openService({ holdsJobs: true });
  const { jobId } = await published(service);
  const paths = [`/outputs/${jobId}/image/page.html`, `/jobs/${jobId}/results/image`, `/jobs/${jobId}/results`];
  for (const path of [...paths, `/jobs/${jobId}/log`, `/outputs/${jobId}.log`]) {
    const response = await service.send("GET", path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-security-policy")).toBe("sandbox");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  }
});

test("nothing outside a job's own outputs is served", async () => {
  await using service = await openService({ holdsJobs: true });
  const { jobId, executionId } = await published(service);
  const other = await published(service);
  const inside = join(service.layout.outputsDirectory, executionId, "text");
  await symlink("/etc/passwd", join(inside, "passwd"));
  await symlink(join(service.layout.outputsDirectory, other.executionId, "text", "a b.txt"), join(inside, "other"));
  const paths = ["text/passwd", "text/other", "text", "", "text/none", "..%2f..%2fheddle.db", "%00", "%E0%A4"];
  for (const path of paths) {
    expect((await service.send("GET", `/outputs/${jobId}/${path}`)).status).toBe(404);
  }
  expect((await service.send("GET", "/outputs/heddle.db")).status).toBe(404);
  expect((await service.send("GET", "/outputs/")).status).toBe(404);
});

test("results link their files, and each is served by itself", async () => {
  await using service = await openService({ holdsJobs: true });
  const { jobId } = await published(service);
  const results = await jsonOf(await service.send("GET", `/jobs/${jobId}/results`));
  const href = `http://127.0.0.1:8080/outputs/${jobId}/text/a%20b.txt`;
  expect(results.text).toEqual({ href, rel: "item", type: "text/plain", title: "a b.txt" });
  const one = await service.send("GET", `/jobs/${jobId}/results/text`, { headers: { range: "bytes=0-1" } });
  expect([one.status, await one.text()]).toEqual([206, "01"]);
  expect(one.headers.get("content-disposition")).toContain("a%20b.txt");
});

test("files are given by value when all of it is asked for, up to the limit", async () => {
  await using service = await openService({ holdsJobs: true, settings: { maxInlineBytes: 20 } });
  const jobId = await submitEcho(service);
  const file = (name: string, mediaType: string, sizeBytes: number) =>
    ({ kind: "file", reference: `/${jobId}/${name}`, basename: name, mediaType, sizeBytes }) as const;
  await service.finish(jobId, {
    results: {
      text: file("text/a.csv", "text/csv", 3),
      object: file("object/a.json", "application/json", 7),
      image: file("image/a.png", "image/png", 2),
      mixed: file("mixed/big.txt", "text/plain", 21),
    },
    files: { "text/a.csv": "a,b", "object/a.json": '{"a":1}', "image/a.png": "hi", "mixed/big.txt": "x".repeat(21) },
  });
  const headers = { prefer: "return=representation" };
  expect(await jsonOf(await service.send("GET", `/jobs/${jobId}/results`, { headers }))).toMatchObject({
    text: { value: "a,b", mediaType: "text/csv" },
    object: { value: { a: 1 }, mediaType: "application/json" },
    image: { value: "aGk=", encoding: "base64", mediaType: "image/png" },
    mixed: { href: expect.any(String), rel: "item" },
  });
});

test("outputs may be served by another path or host", async () => {
  await using service = await openService({ holdsJobs: true, settings: { outputsPath: "/files/out" } });
  const { jobId } = await published(service);
  expect((await service.send("GET", `/files/out/${jobId}/text/a%20b.txt`)).status).toBe(200);
  await using other = await openService({ holdsJobs: true, settings: { outputsUrl: "https://files.example/o" } });
  const elsewhere = await published(other);
  const { text } = await jsonOf(await other.send("GET", `/jobs/${elsewhere.jobId}/results`));
  expect(text).toMatchObject({ href: `https://files.example/o/${elsewhere.jobId}/text/a%20b.txt` });
});
