import { expect, test } from "bun:test";
import { packInParts, partsOf } from "../src/addon-parts.ts";

const partBytes = 2 ** 19;

test.each([0, 1, partBytes - 1, partBytes, partBytes + 1, 3 * partBytes + 17])(
  "a file of %d bytes that was packed in parts is the same when they are unpacked",
  async (length) => {
    const bytes = Uint8Array.from({ length }, (_, index) => index % 251);
    const parts = partsOf(await packInParts(bytes)).map((part) => Bun.zstdDecompressSync(part));
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
    expect(parts.every((part) => part.byteLength <= partBytes)).toBe(true);
  },
);
