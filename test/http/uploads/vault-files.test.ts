import { describe, expect, test } from "bun:test";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { echo } from "../../../src/engines/builtin/echo.ts";
import { saveProcess } from "../../../src/store/processes/processes.ts";
import { findVaultFile } from "../../../src/store/uploads/vault.ts";
import { expiredUploads } from "../../../src/store/uploads/vault-uploads.ts";
import { jsonOf, openService, processOf, type Service } from "../service.ts";

const tus = { "tus-resumable": "1.0.0" };
const part = (offset: number) => ({
  ...tus,
  "upload-offset": String(offset),
  "content-type": "application/offset+octet-stream",
});
const encoded = (text: string) => Buffer.from(text).toString("base64");

async function begin(
  service: Service,
  length: number | string,
  more: { key?: string; headers?: Record<string, string> } = {},
) {
  const { key, headers = {} } = more;
  const sent = {
    headers: { ...tus, "upload-length": String(length), ...headers },
    ...(key === undefined ? {} : { key }),
  };
  const response = await service.send("POST", "/vault", sent);
  const location = new URL(response.headers.get("location") ?? "http://none/").pathname;
  return { response, location, id: location.split("/")[2] ?? "" };
}

describe("an uploaded file", () => {
  test("is read, told of and removed by whoever uploaded it, or has its token in a header or in the path", async () => {
    await using service = await openService();
    const [ann, bob] = [await service.createKey("runner", "ann"), await service.createKey("runner", "bob")];
    const { id, token } = await jsonOf(
      await service.send("POST", "/vault", { key: ann, body: "abc", headers: { "content-type": "text/csv" } }),
    );
    const read = await service.send("GET", `/vault/${id}`, { key: ann });
    expect([read.status, await read.text(), read.headers.get("content-type")]).toEqual([
      200,
      "abc",
      "text/csv; charset=utf-8",
    ]);
    const head = await service.send("HEAD", `/vault/${id}`, { key: ann });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "3", ""]);
    const range = await service.send("GET", `/vault/${id}`, { key: ann, headers: { range: "bytes=1-1" } });
    expect([range.status, await range.text()]).toEqual([206, "b"]);
    for (const path of [`/vault/${id}`, `/vault/${id}/${token}`, "/vault/nope", "/vault/nope/x"]) {
      for (const method of ["GET", "DELETE"]) expect((await service.send(method, path, { key: bob })).status).toBe(403);
    }
    const root = await service.createKey("admin", "root");
    expect((await service.send("GET", `/vault/${id}`, { key: root })).status).toBe(403);
    expect((await service.send("GET", `/vault/${id}/${token}`, { key: root })).status).toBe(200);
    expect((await service.send("DELETE", `/vault/${id}`, { key: ann })).status).toBe(204);
    expect((await service.send("GET", `/vault/${id}`, { key: ann })).status).toBe(403);
    expect(await readdir(service.layout.vaultDirectory)).toEqual([]);
  });

  test("of who has no key is read with its token only, any number of times", async () => {
    await using service = await openService();
    const { id, token } = await jsonOf(await service.send("POST", "/vault", { body: "abc" }));
    expect((await service.send("GET", `/vault/${id}`)).status).toBe(403);
    expect((await service.send("GET", `/vault/${id}/wrong`)).status).toBe(403);
    for (const headers of [{ "x-auth-vault": `token ${token}` }, { "x-auth-vault": `token ${token}; id=${id}` }]) {
      expect((await service.send("GET", `/vault/${id}`, { headers })).status).toBe(200);
    }
    expect((await service.send("GET", `/vault/${id}/${token}`)).status).toBe(200);
  });

  test("is answered with 200 to a form that asks as Weaver's client does", async () => {
    await using service = await openService();
    const body = new FormData();
    body.append("file", new Blob(["abc"], { type: "text/plain" }), "a.txt");
    const headers = { accept: "application/json", "cache-control": "no-cache" };
    const response = await service.send("POST", "/vault", { headers, body });
    expect(response.status).toBe(200);
    const { file_id, file_href, access_token } = await jsonOf(response);
    expect(file_href).toBe(`vault://${file_id}`);
    const authorization = { "x-auth-vault": `token ${access_token}; id=${file_id}` };
    expect((await service.send("GET", `/vault/${file_id}`, { headers: authorization })).status).toBe(200);
  });
});

describe("an upload in parts", () => {
  test("is told of by OPTIONS, to whoever asks what there is", async () => {
    await using service = await openService({ door: { corsOrigins: ["https://map.example"] } });
    for (const [path, methods] of [
      ["/vault", "POST"],
      ["/vault/some-id", "GET, PATCH, DELETE, HEAD"],
      ["/vault/some-id/token", "GET, PATCH, DELETE, HEAD"],
    ] as const) {
      for (const headers of [{}, { origin: "https://map.example", "access-control-request-method": "PATCH" }]) {
        const answer = await service.send("OPTIONS", path, { headers });
        const told = ["allow", "tus-version", "tus-resumable", "tus-extension", "tus-max-size"];
        expect([answer.status, ...told.map((name) => answer.headers.get(name))]).toEqual([
          ...[204, methods, "1.0.0", "1.0.0", "creation,expiration,termination"],
          expect.stringMatching(/^[1-9]\d+$/),
        ]);
      }
    }
    expect((await service.send("OPTIONS", "/jobs")).headers.has("tus-version")).toBe(false);
  });

  test("goes on from where it was, and is a file with its last byte", async () => {
    await using service = await openService();
    const metadata = `filename ${encoded("wéather.csv")},filetype ${encoded("text/csv")},is_large`;
    const { response, location, id } = await begin(service, 6, { headers: { "upload-metadata": metadata } });
    expect([response.status, response.headers.get("tus-resumable")]).toEqual([201, "1.0.0"]);
    const { href } = await jsonOf(response);
    expect(
      (await service.send("PATCH", location, { headers: part(0), body: "abc" })).headers.get("upload-offset"),
    ).toBe("3");
    const head = await service.send("HEAD", location, { headers: tus });
    expect([head.status, head.headers.get("upload-offset"), head.headers.get("upload-length")]).toEqual([
      200,
      "3",
      "6",
    ]);
    expect(head.headers.get("upload-expires")).toMatch(/GMT$/);
    expect((await service.send("GET", location)).status).toBe(403);
    const last = await service.send("PATCH", location, { headers: part(3), body: "def" });
    expect([last.status, last.headers.get("upload-offset")]).toEqual([204, "6"]);
    expect(await (await service.send("GET", location)).text()).toBe("abcdef");
    expect((await service.send("HEAD", location, { headers: tus })).headers.get("upload-offset")).toBe("6");
    const sha256 = new Bun.CryptoHasher("sha256").update("abcdef").digest("hex");
    expect(await findVaultFile(service.database, id)).toMatchObject({
      name: "wéather.csv",
      mediaType: "text/csv",
      sha256,
    });
    expect(String(href)).toBe(`vault://${location.split("/").slice(2).join("/")}`);
    expect(await readdir(service.layout.vaultDirectory)).toEqual([id]);
  });

  test("keeps what arrived of a part that broke off", async () => {
    await using service = await openService({ settings: { maxUploadBytes: 2 ** 20 } });
    const { location } = await begin(service, 6);
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        sent += 1;
        if (sent > 2) controller.error(new Error("broken"));
        else controller.enqueue(new TextEncoder().encode("ab"));
      },
    });
    const request = new Request(`http://127.0.0.1:8080${location}`, { method: "PATCH", headers: part(0), body });
    expect((await service.app.fetch(request)).status).toBe(500);
    expect((await service.send("HEAD", location, { headers: tus })).headers.get("upload-offset")).toBe("4");
    expect((await service.send("PATCH", location, { headers: part(4), body: "ef" })).status).toBe(204);
    expect(await (await service.send("GET", location)).text()).toBe("ababef");
  });

  test("whose end a crash prevented is ended when somebody asks how far it is", async () => {
    await using service = await openService();
    for (const name of [(id: string) => `.${id}.parts`, (id: string) => id]) {
      const { location, id } = await begin(service, 3);
      await writeFile(join(service.layout.vaultDirectory, name(id)), "abc");
      expect((await service.send("HEAD", location, { headers: tus })).headers.get("upload-offset")).toBe("3");
      expect(await (await service.send("GET", location)).text()).toBe("abc");
    }
  });

  test("of nothing is a file at once", async () => {
    await using service = await openService();
    const { location } = await begin(service, 0);
    expect(await (await service.send("GET", location)).text()).toBe("");
  });

  test("is ended by DELETE, or by its expiry, and leaves nothing", async () => {
    await using service = await openService();
    const { location } = await begin(service, 6);
    await service.send("PATCH", location, { headers: part(0), body: "abc" });
    expect((await service.send("DELETE", location, { headers: tus })).status).toBe(204);
    expect((await service.send("HEAD", location, { headers: tus })).status).toBe(403);
    expect(await readdir(service.layout.vaultDirectory)).toEqual([]);
    const { location: other, id } = await begin(service, 6);
    service.clock.advance(25 * 3600 * 1000);
    expect((await service.send("PATCH", other, { headers: part(0), body: "abc" })).status).toBe(403);
    expect((await expiredUploads(service.database, service.clock.now())).map((one) => one.id)).toEqual([id]);
  });

  for (const [what, status, headers, body] of [
    ["of another offset", 409, part(1), "a"],
    ["of more than was announced", 413, part(0), "abcdefg"],
    ["without a type", 415, { ...part(0), "content-type": "text/plain" }, "a"],
    ["of another version", 412, { ...part(0), "tus-resumable": "0.2.2" }, "a"],
    ["without an offset", 400, { ...tus, "content-type": "application/offset+octet-stream" }, "a"],
    ["with a wrong offset", 400, { ...part(0), "upload-offset": "-1" }, "a"],
  ] as const) {
    test(`refuses a part ${what} with ${status}, and is as it was`, async () => {
      await using service = await openService();
      const { location } = await begin(service, 6);
      const response = await service.send("PATCH", location, { headers, body });
      expect(response.status).toBe(status);
      if (status === 412) expect(response.headers.get("tus-version")).toBe("1.0.0");
      expect((await service.send("HEAD", location, { headers: tus })).headers.get("upload-offset")).toBe("0");
    });
  }

  for (const [what, status, length, metadata] of [
    ["that is too long", 413, 300 * 1024, ""],
    ["without a length", 400, "", ""],
    ["of a negative length", 400, "-3", ""],
    ["with metadata that are no base64", 400, 3, "filename a&b"],
    ["of a wrong type", 400, 3, `filetype ${encoded("a\r\nb")}`],
  ] as const) {
    test(`${what} is refused with ${status}`, async () => {
      await using service = await openService();
      expect((await begin(service, length, { headers: { "upload-metadata": metadata } })).response.status).toBe(status);
    });
  }

  test("counts against the quota from its beginning, and only so many are begun", async () => {
    await using service = await openService({ settings: { quotas: { vaultBytes: 10 } } });
    const key = await service.createKey("runner", "ann");
    const { location } = await begin(service, 6, { key });
    expect((await begin(service, 6, { key })).response.status).toBe(429);
    expect((await begin(service, 11, { key })).response.status).toBe(403);
    await service.send("DELETE", location, { key, headers: tus });
    expect((await begin(service, 6, { key })).response.status).toBe(201);
    for (let count = 0; count < 63; count += 1) await begin(service, 0, { key });
    await using wide = await openService();
    for (let count = 0; count < 64; count += 1) expect((await begin(wide, 1)).response.status).toBe(201);
    expect((await begin(wide, 1)).response.status).toBe(429);
  });
});

test("a reference with the secret of an upload suffices, and a user needs none for an upload of their own", async () => {
  await using service = await openService({ holdsJobs: true, allowAnonymous: "runner" });
  const description = { ...echo.description, id: "files" };
  await saveProcess(service.database, processOf(description, { fileInputs: ["text"] }), 0, { replace: true });
  const [ann, bob] = [await service.createKey("runner", "ann"), await service.createKey("runner", "bob")];
  const execute = (href: unknown, key?: string) =>
    service.send("POST", "/processes/files/execution", {
      ...(key === undefined ? {} : { key }),
      body: { inputs: { text: { href } } },
      headers: { prefer: "respond-async" },
    });
  const anonymous = await jsonOf(await service.send("POST", "/vault", { body: "abc" }));
  const own = await jsonOf(await service.send("POST", "/vault", { body: "abc", key: ann }));
  expect((await execute(anonymous.file_href)).status).toBe(400);
  const response = await execute(anonymous.href);
  expect(response.status).toBe(201);
  const root = await service.createKey("admin", "root");
  const { jobID } = await jsonOf(response);
  const inputs = await (await service.send("GET", `/jobs/${jobID}/inputs`, { key: root })).text();
  expect([inputs.includes(String(anonymous.id)), inputs.includes(String(anonymous.token))]).toEqual([true, false]);
  expect((await execute(own.file_href, ann)).status).toBe(201);
  expect((await execute(own.href, bob)).status).toBe(400);
  expect((await execute(`vault://${own.id}/wrong`)).status).toBe(400);
  // As `heddle upload` prints it.
  expect((await execute(`vault://${own.id}#${own.token}`, ann)).status).toBe(201);
  expect((await execute(`vault://${own.id}#wrong`)).status).toBe(400);
  expect((await service.send("DELETE", `/vault/${own.id}`, { key: ann })).status).toBe(409);
  expect(await readFile(join(service.layout.vaultDirectory, String(own.id)), "utf8")).toBe("abc");
});
