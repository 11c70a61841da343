import { expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { findVaultFile } from "../../../src/store/uploads/vault.ts";
import { address, jsonOf, openService, type Service } from "../service.ts";

const contentOf = async (service: Service, id: unknown) =>
  readFile(join(service.layout.vaultDirectory, String(id)), "utf8");

test("a bare body is kept with its name, type, size and digest", async () => {
  await using service = await openService();
  const response = await service.send("POST", "/vault", {
    headers: { "content-type": "text/csv", "content-disposition": "attachment; filename*=UTF-8''w%C3%A9ather.csv" },
    body: "a,b\n1,2\n",
  });
  expect(response.status).toBe(201);
  const kept = await jsonOf(response);
  expect(kept).toMatchObject({
    href: `vault://${kept.id}/${kept.token}`,
    file_id: kept.id,
    file_href: `vault://${kept.id}`,
    access_token: kept.token,
    name: "wéather.csv",
    mediaType: "text/csv",
    sizeBytes: 8,
    sha256: new Bun.CryptoHasher("sha256").update("a,b\n1,2\n").digest("hex"),
    expires: "2021-03-03T03:32:41.000Z",
  });
  expect(await contentOf(service, kept.id)).toBe("a,b\n1,2\n");
});

test("the token is kept as a hash only, with the owner", async () => {
  await using service = await openService();
  const key = await service.createKey("runner", "ann");
  const kept = await jsonOf(await service.send("POST", "/vault", { key, body: "x" }));
  const file = await findVaultFile(service.database, String(kept.id));
  expect(file?.user).toBe("ann");
  expect(JSON.stringify(file)).not.toContain(String(kept.token));
  expect(file?.tokenHash).toBe(new Bun.CryptoHasher("sha256").update(String(kept.token)).digest("hex"));
});

test("the field file of a form is kept, and its type guessed when the client knows none", async () => {
  await using service = await openService();
  const body = new FormData();
  body.append("file", new Blob(["{}"], { type: "application/octet-stream" }), "some/dir/a.geojson");
  const kept = await jsonOf(await service.send("POST", "/vault", { body }));
  expect(kept).toMatchObject({ name: "a.geojson", mediaType: "application/geo+json", sizeBytes: 2 });
  expect(await contentOf(service, kept.id)).toBe("{}");
});

test("a form with another or a second field is refused", async () => {
  await using service = await openService();
  const other = new FormData();
  other.append("data", new Blob(["x"]), "a.txt");
  expect((await service.send("POST", "/vault", { body: other })).status).toBe(400);
  const second = new FormData();
  second.append("file", new Blob(["x"]), "a.txt");
  second.append("file", new Blob(["y"]), "b.txt");
  expect((await service.send("POST", "/vault", { body: second })).status).toBe(400);
  expect((await service.send("POST", "/vault", { body: new FormData() })).status).toBe(400);
});

test("a form that is cut off is refused and leaves nothing", async () => {
  await using service = await openService();
  const headers = { "content-type": "multipart/form-data; boundary=b" };
  const body = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf of it';
  expect((await service.send("POST", "/vault", { headers, body })).status).toBe(400);
  expect(await readdir(service.layout.vaultDirectory)).toEqual([]);
});

test("an upload over the limit is 413 and leaves nothing, whatever its framing", async () => {
  await using service = await openService({ settings: { maxUploadBytes: 1000 } });
  const text = "x".repeat(1001);
  expect((await service.send("POST", "/vault", { body: text })).status).toBe(413);
  const form = new FormData();
  form.append("file", new Blob([text]), "a.txt");
  expect((await service.send("POST", "/vault", { body: form })).status).toBe(413);
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 1;
      controller.enqueue(new Uint8Array(600));
    },
  });
  const response = await service.app.fetch(new Request(`${address}/vault`, { method: "POST", body: endless }));
  expect(response.status).toBe(413);
  expect(sent).toBeLessThan(10);
  expect(await readdir(service.layout.vaultDirectory)).toEqual([]);
});

test("a large file passes through a real connection in pieces", async () => {
  await using service = await openService({ settings: { maxUploadBytes: 2 ** 24 } });
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: service.app.fetch });
  try {
    const form = new FormData();
    const bytes = new Uint8Array(5 * 2 ** 20).map((_, index) => index % 251);
    form.append("file", new Blob([bytes]), "big.bin");
    const kept = await jsonOf(await fetch(new URL("/vault", server.url), { method: "POST", body: form }));
    expect(kept).toMatchObject({ sizeBytes: bytes.length, mediaType: "application/octet-stream" });
    expect(kept.sha256).toBe(new Bun.CryptoHasher("sha256").update(bytes).digest("hex"));
  } finally {
    await server.stop(true);
  }
});

test("a name that could leave a directory becomes a plain one", async () => {
  await using service = await openService();
  for (const [filename, name] of [
    ["../../etc/passwd", "passwd"],
    ["..", "file"],
    ["C:\\\\data\\\\a.csv", "a.csv"],
  ] as const) {
    const headers = { "content-disposition": `attachment; filename="${filename}"` };
    expect(await jsonOf(await service.send("POST", "/vault", { headers, body: "x" }))).toMatchObject({ name });
  }
});

const digestOf = (bytes: string | Uint8Array) =>
  `sha-256=:${new Bun.CryptoHasher("sha256").update(bytes).digest("base64")}:`;

for (const [what, headers, status] of [
  ["its digest", { "repr-digest": digestOf("abc") }, 201],
  ["its content's digest among others", { "content-digest": `md5=:AAAA:, ${digestOf("abc")}` }, 201],
  ["both digests", { "content-digest": digestOf("abc"), "repr-digest": digestOf("abc") }, 201],
  ["the digest of other bytes", { "repr-digest": digestOf("abd") }, 400],
  ["two digests that differ", { "content-digest": digestOf("abc"), "repr-digest": digestOf("abd") }, 400],
  ["the digest of another kind alone", { "repr-digest": "sha-512=:AAAA:" }, 400],
  ["no digest", { "repr-digest": "abc" }, 400],
  ["the digest of packed bytes", { "content-encoding": "gzip", "content-digest": digestOf("abc") }, 400],
] as const) {
  test(`an upload with ${what} is ${status}, and nothing stays of what is refused`, async () => {
    await using service = await openService();
    const isPacked = "content-encoding" in headers;
    const body = isPacked ? Bun.gzipSync("abc") : "abc";
    const response = await service.send("POST", "/vault", { headers, body });
    const answer = await jsonOf(response);
    expect(response.status).toBe(status);
    expect(answer).toMatchObject(status === 201 ? { digest: digestOf("abc") } : {});
    expect(await readdir(service.layout.vaultDirectory)).toHaveLength(status === 201 ? 1 : 0);
  });
}

test("the digest of a form says nothing of the file in it, and is refused", async () => {
  await using service = await openService();
  const body = new FormData();
  body.append("file", new Blob(["abc"]), "a.txt");
  const response = await service.send("POST", "/vault", { headers: { "content-digest": digestOf("abc") }, body });
  expect(response.status).toBe(400);
});
