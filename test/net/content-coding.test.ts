import { expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { download } from "../../src/net/download.ts";
import { loopbackGate, rawServer } from "../support/servers/remote-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const content = "a,b\n".repeat(5000);

async function downloaded(headers: string, body: Uint8Array, path = "/table.csv", maxBytes = 100_000): Promise<string> {
  await using folder = await temporaryDirectory();
  const head = `HTTP/1.1 200 OK\r\ncontent-length: ${body.byteLength}\r\n${headers}\r\n\r\n`;
  await using server = await rawServer((request, socket) => {
    expect(request).toContain("accept-encoding: identity");
    socket.end(Buffer.concat([Buffer.from(head), body]));
  });
  try {
    const deps = { gate: loopbackGate(), maxBytes };
    const file = await download(deps, { url: `${server.url}${path}` }, folder.path);
    return await readFile(file.path, "latin1");
  } catch (error) {
    // After an error nothing stays.
    expect(await readdir(folder.path)).toEqual([]);
    throw error;
  }
}

for (const [coding, bytes] of [
  ["gzip", gzipSync(content)],
  ["x-gzip", gzipSync(content)],
  ["GZIP", gzipSync(content)],
  ["deflate", deflateSync(content)],
  ["deflate", deflateRawSync(content)],
  ["br", brotliCompressSync(content)],
  ["zstd", zstdCompressSync(content)],
  ["deflate, gzip", gzipSync(deflateSync(content))],
  ["identity", Buffer.from(content)],
] as const) {
  test(`A download in ${coding} is undone`, async () => {
    expect(await downloaded(`content-encoding: ${coding}`, bytes)).toBe(content);
  });
}

test("Nothing in gzip is nothing", async () => {
  expect(await downloaded("content-encoding: gzip", Buffer.of())).toBe("");
});

for (const [what, headers, path] of [
  ["by its type", "content-type: application/gzip\r\ncontent-encoding: gzip", "/x"],
  ["by its older type", "content-type: application/x-gzip\r\ncontent-encoding: x-gzip", "/x"],
  ["by its name", "content-type: application/x-tar\r\ncontent-encoding: gzip", "/data.tar.gz"],
] as const) {
  test(`A file that is gzip ${what} keeps its bytes`, async () => {
    const bytes = gzipSync(content);
    expect(await downloaded(headers, bytes, path)).toBe(bytes.toString("latin1"));
  });
}

for (const [what, coding, bytes, named] of [
  ["an unknown coding", "compress", Buffer.from(content), 'Content-Encoding "compress"'],
  ["gzip that is none", "gzip", Buffer.from(content), "Cannot fetch"],
  ["gzip that is cut", "gzip", gzipSync(content).subarray(0, 30), "Cannot fetch"],
  ["more than may be kept", "gzip", gzipSync(Buffer.alloc(5_000_000)), "more than 100000 bytes"],
] as const) {
  test(`A download fails by name: ${what}`, async () => {
    await expect(downloaded(`content-encoding: ${coding}`, bytes)).rejects.toThrow(named);
  });
}
