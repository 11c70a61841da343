import { mutateBytes, mutateText } from "./mutate.ts";
import type { Random } from "./random.ts";

/** What is tried inside a thread: cases are texts, so that they can be kept and made smaller. */
export type ProcessKind = {
  readonly name: "globs" | "patterns" | "ranges" | "image archives";
  make(random: Random): string;
};

const globs = ["*.txt", "out/*/[a-c]?.csv", "*a*b*c", "[!a-z]*", "\\*literal", "a".repeat(20), "**/x", "[]a]", "."];
const patterns = [
  "^[a-z]+$",
  "^(\\d{3}|x)*y?$",
  "\\p{L}+",
  "^(?:a|aa)+$",
  "[^\\s]{1,5}",
  "(a*)*b",
  "^\\s*(.*?)\\s*$",
  "a{2,1000}",
];
const ranges = ["bytes=0-", "bytes=0-1", "bytes=-5", "bytes=1-2,4-6", "bytes=99-", "items=0-1", "bytes=2-1"];

/** A tar of some files: headers of 512 bytes, content filled up to blocks, two empty blocks (POSIX ustar). */
function tarOf(files: Readonly<Record<string, string>>): Buffer {
  const blocks = Object.entries(files).map(([name, content]) => {
    const header = Buffer.alloc(512);
    const size = Buffer.byteLength(content, "latin1");
    header.write(name, 0);
    header.write("0000644\0", 100);
    header.write("0000000\0".repeat(2), 108);
    header.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
    header.write("00000000000\0", 136);
    header.write("        ", 148);
    header.write("0ustar\0", 156);
    header.write("00", 263);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    const body = Buffer.alloc(Math.ceil(size / 512) * 512);
    body.write(content, "latin1");
    return Buffer.concat([header, body]);
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const layer = tarOf({ "bin/tool": "#!/bin/sh\n", "etc/.wh.gone": "", "dir/.wh..wh..opq": "" }).toString("latin1");
const archives: readonly Readonly<Record<string, string>>[] = [
  {
    "manifest.json": JSON.stringify([{ Config: "config.json", RepoTags: ["fuzz:1"], Layers: ["layer.tar"] }]),
    "config.json": JSON.stringify({ config: { Entrypoint: ["/enter"], Env: ["A=b"] } }),
    "layer.tar": layer,
  },
  {
    "index.json": JSON.stringify({
      manifests: [{ digest: "sha256:m", annotations: { "io.containerd.image.name": "a" } }],
    }),
    "blobs/sha256/m": JSON.stringify({ config: { digest: "sha256:c" }, layers: [{ digest: "sha256:l" }] }),
    "blobs/sha256/c": JSON.stringify({ config: {} }),
    "blobs/sha256/l": layer,
  },
  { "bin/tool": "x" },
];

function changedArchive(random: Random): string {
  const files = Object.entries(random.pick(archives)).flatMap(([name, content]): [string, string][] => {
    if (random.oneIn(12)) return [];
    return [
      [random.oneIn(15) ? mutateText(random, name) : name, random.oneIn(3) ? mutateText(random, content) : content],
    ];
  });
  const bytes = tarOf(Object.fromEntries(files));
  return Buffer.from(random.oneIn(3) ? mutateBytes(random, bytes) : bytes).toString("latin1");
}

/** All that is tried without a server. */
export const processKinds: readonly ProcessKind[] = [
  { name: "globs", make: (random) => mutateText(random, random.pick(globs)) },
  {
    name: "patterns",
    make: (random) =>
      JSON.stringify({
        pattern: mutateText(random, random.pick(patterns)),
        value: mutateText(random, "aaaaaaaaaaaaaaaaaaaaaaaa"),
      }),
  },
  { name: "ranges", make: (random) => mutateText(random, random.pick(ranges)) },
  { name: "image archives", make: changedArchive },
];
