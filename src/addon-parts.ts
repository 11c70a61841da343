/** What is packed on its own. Writes of two megabytes or more can take the kernel five times as long as smaller ones. */
const partBytes = 2 ** 19;
const numberBytes = 4;

/**
 * Packs a file in parts: their number, the length of each in bytes (all 32 bits, little-endian), then the parts, each a
 * frame of zstd.
 */
export async function packInParts(bytes: Uint8Array): Promise<Uint8Array> {
  const count = Math.ceil(bytes.byteLength / partBytes);
  const parts = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      Bun.zstdCompress(bytes.subarray(index * partBytes, (index + 1) * partBytes), { level: 9 }),
    ),
  );
  const numbers = [count, ...parts.map((part) => part.byteLength)];
  const head = new DataView(new ArrayBuffer(numberBytes * numbers.length));
  numbers.forEach((number, index) => {
    head.setUint32(numberBytes * index, number, true);
  });
  return Buffer.concat([new Uint8Array(head.buffer), ...parts]);
}

/** Gives the parts of what `packInParts` made in their order, each still packed. */
export function partsOf(packed: Uint8Array): readonly Uint8Array[] {
  const head = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const count = head.getUint32(0, true);
  let begin = numberBytes * (1 + count);
  return Array.from({ length: count }, (_, index) => {
    const end = begin + head.getUint32(numberBytes * (1 + index), true);
    const part = packed.subarray(begin, end);
    begin = end;
    return part;
  });
}
