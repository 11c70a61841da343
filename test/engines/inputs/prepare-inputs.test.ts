import { expect, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { echo } from "../../../src/engines/builtin/echo.ts";
import { prepareInputs } from "../../../src/engines/inputs/prepare-inputs.ts";
import { download } from "../../../src/net/download.ts";
import { loopbackGate, rawServer } from "../../support/servers/remote-server.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** Prepares the input "text" of a process, a literal unless it is said to be a file. */
async function prepare(folder: string, href: string, given: { mediaType?: string; isFile?: boolean } = {}) {
  const prepared = await prepareInputs(
    {
      stagingDirectory: join(folder, "staging"),
      inputRoots: [folder],
      vaultFile: async () => undefined,
      download: (url, directory, mediaType) =>
        download(
          { gate: loopbackGate(), maxBytes: 1000 },
          { url },
          directory,
          mediaType === undefined ? {} : { mediaType },
        ),
      factsOf: async () => ({}),
      maxBytes: 1000,
      check: () => [],
    },
    { description: echo.description, fileInputs: given.isFile === true ? ["text"] : [] },
    { text: { kind: "reference", href, ...(given.mediaType === undefined ? {} : { mediaType: given.mediaType }) } },
  );
  return prepared.text;
}

async function fetched(type: string, body: Uint8Array, mediaType?: string) {
  await using folder = await temporaryDirectory();
  const head = `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${body.byteLength}\r\n\r\n`;
  await using server = await rawServer((_request, socket) => socket.end(Buffer.concat([Buffer.from(head), body])));
  return await prepare(folder.path, `${server.url}/x`, mediaType === undefined ? {} : { mediaType });
}

const latin = Buffer.from("é", "latin1");

for (const [what, type, body, given, wanted] of [
  ["the server's charset", "text/plain; charset=ISO-8859-1", latin, undefined, "é"],
  ["the server's charset, with the client's type", "text/plain; charset=ISO-8859-1", latin, "text/plain", "é"],
  ["the client's charset", "application/octet-stream", latin, "text/plain; charset=latin1", "é"],
  ["the charset of JSON", "application/json; charset=latin1", Buffer.from('"é"', "latin1"), undefined, "é"],
  ["UTF-8, with its mark", "text/plain", Buffer.from("\ufeffé"), undefined, "\ufeffé"],
  ["UTF-8, without the mark of JSON", "application/json", Buffer.from('\ufeff"é"'), undefined, "é"],
] as const) {
  test(`A fetched text is read by ${what}`, async () => {
    expect(await fetched(type, body, given)).toMatchObject({ kind: "value", value: wanted });
  });
}

for (const [what, type, named] of [
  ["bytes that are no UTF-8", "text/plain", "0xE9 at 0"],
  ["JSON that is no UTF-8", "application/json", "0xE9 at 0"],
  ["an unknown charset", "text/plain; charset=x-own", 'charset "x-own"'],
] as const) {
  test(`A fetched text is refused by name: ${what}`, async () => {
    await expect(fetched(type, latin)).rejects.toThrow(named);
  });
}

test("A file of this machine is read as a fetched one, and a data: URL by its charset", async () => {
  await using folder = await temporaryDirectory();
  const path = join(folder.path, "a.txt");
  await writeFile(path, latin);
  const href = pathToFileURL(path).href;
  expect(await prepare(folder.path, href, { mediaType: "text/plain; charset=latin1" })).toMatchObject({ value: "é" });
  await expect(prepare(folder.path, href)).rejects.toThrow("0xE9 at 0");
  expect(await prepare(folder.path, "data:text/plain;charset=iso-8859-1,%E9")).toMatchObject({ value: "é" });
  await expect(prepare(folder.path, "data:text/plain,%E9")).rejects.toThrow("0xE9 at 0");
});

test("Bytes of a file are what was given, whatever they are", async () => {
  await using folder = await temporaryDirectory();
  const file = await prepare(folder.path, "data:text/plain,%EF%BB%BF%E9", { isFile: true });
  if (file === undefined || !("path" in file)) throw new Error("expected a file");
  expect(await readFile(file.path, "latin1")).toBe("\xef\xbb\xbf\xe9");
});
