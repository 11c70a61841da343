import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { Problem } from "../../../src/domain/problem.ts";
import { readArchive } from "../../../src/files/archives/archive.ts";
import { type ArchiveEntry, tarOf, zipOf } from "../../support/packages/archives.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const bounds = { maxFiles: 10, maxBytes: 8 * 2 ** 20 };
const plain: readonly ArchiveEntry[] = [
  { name: "p/", mode: 0o040755, kind: "5" },
  { name: "p/main.cwl", content: "cwlVersion: v1.2" },
  { name: "./p/tools/é.cwl", content: "class: x" },
  { name: "p/empty" },
  { name: "__MACOSX/p/._main.cwl", content: "x" },
  { name: "p/.DS_Store", content: "x" },
];
const forms: readonly [string, (entries: readonly ArchiveEntry[]) => Uint8Array][] = [
  ["zip", zipOf],
  ["tar", tarOf],
  ["tar.gz", (entries) => gzipSync(tarOf(entries))],
];

async function read(bytes: Uint8Array, own = bounds): Promise<Readonly<Record<string, string>>> {
  const files = await readArchive(bytes, own);
  return Object.fromEntries([...files].map(([path, content]) => [path, Buffer.from(content).toString()]));
}

describe.each(forms)("a %s", (_form, write) => {
  test("gives its files, without what file managers add", async () => {
    expect(await read(write(plain))).toEqual({
      "p/main.cwl": "cwlVersion: v1.2",
      "p/tools/é.cwl": "class: x",
      "p/empty": "",
    });
  });

  const bad: readonly [string, readonly ArchiveEntry[], string][] = [
    ["that leads out by ..", [{ name: "../x" }], "stay in the archive"],
    ["that leads out by .. inside", [{ name: "a/../../x" }], "stay in the archive"],
    ["that leads out by .. with backslashes", [{ name: "..\\x" }], "backslashes"],
    ["with an absolute name", [{ name: "/etc/passwd" }], "relative to the archive"],
    ["with a name of a drive", [{ name: "C:x" }], "relative to the archive"],
    ["with a control character in a name", [{ name: "a\u0007b" }], "control characters"],
    ["with a symlink", [{ name: "l", content: "/etc/passwd", mode: 0o120777, kind: "2" }], "a link"],
    ["with a device", [{ name: "d", mode: 0o020666, kind: "3" }], "a device"],
    ["with a pipe", [{ name: "d", mode: 0o010666, kind: "6" }], "a pipe"],
    ["with a file twice", [{ name: "a" }, { name: "./a" }], "twice"],
    ["with too many files", Array.from({ length: 11 }, (_, n) => ({ name: `f${n}` })), "more than 10 files"],
    ["of more bytes than it may have", [{ name: "a", content: Buffer.alloc(9 * 2 ** 20, "ab") }], "found"],
    ["whose file says more than there is", [{ name: "a", content: "x", toldBytes: 5000 }], "found"],
  ];
  test.each(bad)("%s is refused", async (_, entries, words) => {
    expect(read(write(entries))).rejects.toThrow(words);
  });

  test("that is cut off anywhere, or has other bytes, is read or refused with a Problem", async () => {
    const bytes = write(plain);
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x41;
      for (const one of [bytes.subarray(0, at), changed]) {
        const outcome = await read(one).catch((error) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(Problem);
      }
    }
  });
});

test("a bomb is refused before it is unpacked", async () => {
  const zeros = Buffer.alloc(7 * 2 ** 20);
  expect(read(zipOf([{ name: "a", content: zeros }]))).rejects.toThrow("unpack to more than 100 times");
  expect(read(gzipSync(tarOf([{ name: "a", content: zeros }])))).rejects.toThrow("unpack to more than 100 times");
  expect(read(gzipSync(Buffer.alloc(64 * 2 ** 20)))).rejects.toThrow("found more than");
  expect(read(zipOf([{ name: "a", content: zeros, toldBytes: 10 }]))).rejects.toThrow("broken");
});

test("a zip whose file has another checksum is refused", async () => {
  expect(read(zipOf([{ name: "a", content: "x", isDamaged: true }]))).rejects.toThrow('file "a"');
});

test("an encrypted zip, gzip of no tar, and other bytes are refused", async () => {
  expect(read(zipOf([{ name: "a", content: "x", isEncrypted: true }]))).rejects.toThrow("encrypted");
  expect(read(gzipSync("cwlVersion: v1.2"))).rejects.toThrow("gzip of something else");
  expect(read(Buffer.from("cwlVersion: v1.2"))).rejects.toThrow("a zip, a tar");
  expect(read(Buffer.from("PK"))).rejects.toThrow("a whole zip");
  expect(read(Buffer.alloc(0))).rejects.toThrow("a zip, a tar");
});

test("what tar itself writes is read, with long names too", async () => {
  await using directory = await temporaryDirectory();
  const name = `${"long-".repeat(30)}name.cwl`;
  await Bun.write(`${directory.path}/p/${name}`, "class: x");
  for (const format of ["gnu", "pax", "ustar"]) {
    const file = format === "ustar" ? "short.cwl" : name;
    await Bun.write(`${directory.path}/p/short.cwl`, "class: x");
    const run = Bun.spawnSync(["tar", `--format=${format}`, "-czf", "a.tgz", `p/${file}`], { cwd: directory.path });
    expect(run.exitCode).toBe(0);
    expect(await read(await Bun.file(`${directory.path}/a.tgz`).bytes())).toEqual({ [`p/${file}`]: "class: x" });
  }
});
