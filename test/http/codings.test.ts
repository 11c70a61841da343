import { describe, expect, test } from "bun:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { jsonOf, openService, submitEcho } from "./service.ts";

const execution = "/processes/echo/execution";
const gzip = { "content-encoding": "gzip", "content-type": "application/json" };

test("a request in gzip is read as what was packed, within the bounds of a body", async () => {
  await using service = await openService();
  const body = new Blob([gzipSync('{"inputs":{"text":"hello"},"outputs":{"text":{}}}')]);
  for (const headers of [gzip, { ...gzip, "content-encoding": "x-gzip, identity" }]) {
    expect(await (await service.send("POST", execution, { headers, body })).text()).toBe("hello");
  }
  const large = new Blob([gzipSync(`{"inputs":{"text":"${"a".repeat(70_000)}"}}`)]);
  expect((await service.send("POST", execution, { headers: gzip, body: large })).status).toBe(413);
  const headers = { "content-encoding": "gzip", "content-type": "text/xml" };
  const xml = '<wps:GetCapabilities service="WPS" xmlns:wps="http://www.opengis.net/wps/1.0.0"/>';
  expect((await service.send("POST", "/wps", { headers, body: new Blob([gzipSync(xml)]) })).status).toBe(200);
});

test("a request whose gzip is broken, cut or none is 400", async () => {
  await using service = await openService();
  const whole = gzipSync('{"inputs":{"text":"hello"}}');
  for (const bytes of [whole.subarray(0, 20), Buffer.from("{}"), Buffer.from(whole).fill(0, 12, 16), Buffer.of()]) {
    const answer = await service.send("POST", execution, { headers: gzip, body: new Blob([bytes]) });
    expect(answer.status).toBe(400);
  }
});

describe("another coding of a request is 415, and the answer says what is taken:", () => {
  const bodies = [
    [execution, "application/json"],
    ["/processes", "application/cwl+yaml"],
    ["/vault", "text/plain"],
    ["/wps", "text/xml"],
  ] as const;
  const codings = ["br", "deflate", "gzip, gzip", "zstd"];
  const cases = bodies.flatMap(([path, type]) => codings.map((coding) => [coding, path, type] as const));
  test.each(cases)("%s to %s", async (coding, path, type) => {
    await using service = await openService({ allowAnonymous: "admin" });
    const headers = { "content-type": type, "content-encoding": coding };
    const answer = await service.send("POST", path, { headers, body: new Blob(["{}"]) });
    expect([answer.status, answer.headers.get("accept-encoding")]).toEqual([415, path === "/wps" ? null : "gzip"]);
  });
});

test("the answer to another media type tells no coding", async () => {
  await using service = await openService();
  const plain = await service.send("POST", execution, { headers: { "content-type": "text/plain" }, body: "x" });
  expect([plain.status, plain.headers.get("accept-encoding")]).toEqual([415, null]);
});

test("an upload in gzip is kept as what was packed", async () => {
  await using service = await openService({ allowAnonymous: "runner" });
  const headers = { "content-encoding": "gzip", "content-type": "text/plain" };
  const answer = await service.send("POST", "/vault", { headers, body: new Blob([gzipSync("a,b\n".repeat(100))]) });
  expect(await jsonOf(answer)).toMatchObject({ sizeBytes: 400 });
  const bomb = new Blob([gzipSync(Buffer.alloc(2_000_000))]);
  expect((await service.send("POST", "/vault", { headers, body: bomb })).status).toBe(413);
});

test("answers above a kilobyte are packed for who asks, with an entity tag of their own", async () => {
  await using service = await openService();
  const get = (headers: Record<string, string>) => service.send("GET", "/processes/echo", { headers });
  const plain = await get({});
  const text = await plain.text();
  const packed = await get({ "accept-encoding": "br, gzip;q=0.5" });
  expect(packed.headers.get("content-encoding")).toBe("gzip");
  expect(gunzipSync(Buffer.from(await packed.arrayBuffer())).toString()).toBe(text);
  const [own, other] = [plain.headers.get("etag") ?? "", packed.headers.get("etag") ?? ""];
  expect(other).not.toBe(own);
  for (const one of [plain, packed]) expect(one.headers.get("vary")?.toLowerCase()).toContain("accept-encoding");
  for (const [etag, accepted, status] of [
    [other, "gzip", 304],
    [own, "identity", 304],
    [other, "identity", 200],
  ] as const) {
    const again = await get({ "if-none-match": etag, "accept-encoding": accepted });
    expect(again.status).toBe(status);
    if (status === 304) expect(again.headers.get("etag")).toBe(etag);
  }
  for (const accepted of ["gzip;q=0", "identity", "br", ""]) {
    expect((await get({ "accept-encoding": accepted })).headers.get("content-encoding")).toBeNull();
  }
  const short = await service.send("GET", "/health", { headers: { "accept-encoding": "gzip" } });
  expect(short.headers.get("content-encoding")).toBeNull();
  const head = await service.send("HEAD", "/processes/echo", { headers: { "accept-encoding": "gzip" } });
  expect(head.headers.get("etag")).toBe(other);
});

test("files are packed whole, large ones too; ranges and packed formats are sent as they are", async () => {
  await using service = await openService({ holdsJobs: true });
  const content = Array.from({ length: 50_000 }, (_, row) => `${row},value\n`).join("");
  const jobId = await submitEcho(service);
  const file = (id: string, basename: string, mediaType: string) => ({
    kind: "file" as const,
    reference: `/${jobId}/${id}/${basename}`,
    basename,
    mediaType,
    sizeBytes: content.length,
  });
  await service.finish(jobId, {
    results: { text: file("text", "a.csv", "text/csv"), image: file("image", "a.gz", "application/gzip") },
    files: { "text/a.csv": content, "image/a.gz": content },
  });
  const get = (name: string, headers: Record<string, string> = {}) =>
    service.send("GET", `/outputs/${jobId}/${name}`, { headers: { "accept-encoding": "gzip", ...headers } });
  const packed = await get("text/a.csv");
  expect(packed.headers.get("content-encoding")).toBe("gzip");
  expect(gunzipSync(Buffer.from(await packed.arrayBuffer())).toString()).toBe(content);
  const part = await get("text/a.csv", { range: "bytes=0-2047" });
  expect([part.status, part.headers.get("content-encoding")]).toEqual([206, null]);
  expect(await part.text()).toBe(content.slice(0, 2048));
  expect((await get("image/a.gz")).headers.get("content-encoding")).toBeNull();
  const left = await get("text/a.csv");
  await left.body?.cancel();
});
