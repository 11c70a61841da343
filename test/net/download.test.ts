import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { download, nameOf } from "../../src/net/download.ts";
import { httpAnswer, loopbackGate, rawServer } from "../support/servers/remote-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("A file is fetched with its digest, its type and its name", async () => {
  await using folder = await temporaryDirectory();
  await using server = await rawServer((_request, socket) =>
    socket.end(httpAnswer(200, { "content-type": "text/csv" }, "a,b\n")),
  );
  const directory = join(folder.path, "inputs");
  const file = await download(
    { gate: loopbackGate(), maxBytes: 100 },
    { url: `${server.url}/x/table.csv?v=1` },
    directory,
  );
  const sha256 = createHash("sha256").update("a,b\n").digest("hex");
  expect(file).toMatchObject({ basename: "table.csv", mediaType: "text/csv", sizeBytes: 4, sha256 });
  expect(await readFile(file.path, "utf8")).toBe("a,b\n");
});

for (const [what, answer] of [
  ["too large by its length", httpAnswer(200, { "content-length": "101" }, "x".repeat(101))],
  ["too large without a length", `HTTP/1.1 200 OK\r\n\r\n${"x".repeat(101)}`],
  ["cut", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"],
  ["no success", httpAnswer(404, {}, "nothing here")],
] as const) {
  test(`Nothing stays of a file that is ${what}`, async () => {
    await using folder = await temporaryDirectory();
    await using server = await rawServer((_request, socket) => socket.end(answer));
    const fetching = download({ gate: loopbackGate(), maxBytes: 100 }, { url: `${server.url}/f` }, folder.path);
    await expect(fetching).rejects.toThrow("Cannot fetch");
    expect(await readdir(folder.path)).toEqual([]);
  });
}

const names: readonly (readonly [string, string, string])[] = [
  ["", "/data/file.nc", "file.nc"],
  ["", "/data/a%20b.nc", "a b.nc"],
  ["", "/data/%2e%2e%2fetc%2fpasswd", "passwd"],
  ["", "/", "file.txt"],
  ["", "/..%5c..%5cx.dll", "x.dll"],
  ['attachment; filename="../../evil.sh"', "/x", "evil.sh"],
  ['attachment; filename=".bashrc"', "/x", "bashrc"],
  ['attachment; filename="a\\"b.txt"', "/x", "a_b.txt"],
  ["attachment; filename=plain.txt; size=4", "/x", "plain.txt"],
  ["attachment; filename=\"x.txt\"; filename*=UTF-8''na%C3%AFve.txt", "/x", "naïve.txt"],
  ["attachment; filename*=UTF-8''%00%0a.txt", "/x", "__.txt"],
  ['attachment; filename=""', "/x.tif", "file.txt"],
];

for (const [disposition, path, name] of names) {
  test(`The file of "${path}" with disposition ${JSON.stringify(disposition)} is called "${name}"`, () => {
    const headers = new Headers(disposition === "" ? {} : { "content-disposition": disposition });
    expect(nameOf({ url: `http://example.org${path}`, headers }, "text/plain")).toBe(name);
  });
}
