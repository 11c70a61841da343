/** One picture of a TIFF; the first is the whole, others are smaller versions of it. */
export type TiffPage = {
  readonly width: number;
  readonly height: number;
  /** The value of a band at a pixel. */
  readonly value: (x: number, y: number, band: number) => number;
  readonly bands?: number;
  /** How a number is written. */
  readonly as?: "uint8" | "uint16" | "float32";
  /** The side of its tiles; one strip when absent. */
  readonly tile?: number;
  /** 0 and 1: grey; 2: red, green, blue; 3: by the colours of `palette`. */
  readonly photometric?: number;
  readonly extraSamples?: readonly number[];
  /** All reds, then all greens, then all blues, of 16 bits. */
  readonly palette?: readonly number[];
  readonly noData?: string;
  /** What GDAL notes of it, in XML. */
  readonly metadata?: string;
  readonly scale?: readonly [number, number];
  /** Column, row, and where they lie. */
  readonly tie?: readonly [number, number, number, number];
  readonly transformation?: readonly number[];
  /** Keys of GeoTIFF by their numbers. */
  readonly keys?: Readonly<Record<number, number>>;
};

type Tag = { readonly tag: number; readonly kind: 2 | 3 | 4 | 12; readonly values: readonly number[] };

const sizes = { 2: 1, 3: 2, 4: 4, 12: 8 } as const;
const sampleBytes = { uint8: 1, uint16: 2, float32: 4 } as const;

/** Makes a TIFF without compression, as simple as each of its pages allows. */
export function makeTiff(pages: readonly TiffPage[]): ArrayBuffer {
  const parts: Uint8Array[] = [];
  let length = 8;
  const add = (bytes: Uint8Array): number => {
    const at = length;
    const padded = new Uint8Array(bytes.byteLength + (bytes.byteLength % 2));
    padded.set(bytes);
    parts.push(padded);
    length += padded.byteLength;
    return at;
  };
  const directories = pages.map((page, index) => {
    const blocks = blocksOf(page).map((block) => ({ at: add(block), length: block.byteLength }));
    return tagsOf(page, index > 0, blocks);
  });
  const starts: number[] = [];
  for (const tags of directories) {
    const values = tags.map((tag) => {
      const bytes = bytesOf(tag);
      return bytes.byteLength > 4 ? add(bytes) : bytes;
    });
    starts.push(add(directoryOf(tags, values)));
  }
  const file = new Uint8Array(length);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0x002a4949, true);
  view.setUint32(4, starts[0] ?? 0, true);
  let at = 8;
  for (const part of parts) {
    file.set(part, at);
    at += part.byteLength;
  }
  for (const [index, start] of starts.entries()) {
    view.setUint32(start + 2 + (directories[index]?.length ?? 0) * 12, starts[index + 1] ?? 0, true);
  }
  return file.buffer;
}

function blocksOf({ width, height, value, bands = 1, as = "uint8", tile }: TiffPage): readonly Uint8Array[] {
  const [blockWidth, blockHeight] = tile === undefined ? [width, height] : [tile, tile];
  const blocks: Uint8Array[] = [];
  for (let top = 0; top < height; top += blockHeight) {
    for (let left = 0; left < width; left += blockWidth) {
      const view = new DataView(new ArrayBuffer(blockWidth * blockHeight * bands * sampleBytes[as]));
      for (let index = 0; index < blockWidth * blockHeight * bands; index += 1) {
        const pixel = Math.floor(index / bands);
        const [x, y] = [left + (pixel % blockWidth), top + Math.floor(pixel / blockWidth)];
        const written = x < width && y < height ? value(x, y, index % bands) : 0;
        if (as === "float32") view.setFloat32(index * 4, written, true);
        else if (as === "uint16") view.setUint16(index * 2, written, true);
        else view.setUint8(index, written);
      }
      blocks.push(new Uint8Array(view.buffer));
    }
  }
  return blocks;
}

function tagsOf(
  page: TiffPage,
  isSmaller: boolean,
  blocks: readonly { readonly at: number; readonly length: number }[],
): readonly Tag[] {
  const { width, height, bands = 1, as = "uint8", tile, photometric = 1, extraSamples, palette } = page;
  const { noData, metadata, scale, tie, transformation, keys } = page;
  const each = (value: number) => Array.from({ length: bands }, () => value);
  const [offsets, lengths] = [blocks.map(({ at }) => at), blocks.map((block) => block.length)];
  const long = (tag: number, ...values: readonly number[]): Tag => ({ tag, kind: 4, values });
  const short = (tag: number, ...values: readonly number[]): Tag => ({ tag, kind: 3, values });
  const double = (tag: number, values: readonly number[] | undefined): readonly Tag[] =>
    values === undefined ? [] : [{ tag, kind: 12, values }];
  const text = (tag: number, value: string | undefined): readonly Tag[] =>
    value === undefined ? [] : [{ tag, kind: 2, values: [...new TextEncoder().encode(`${value}\0`)] }];
  const named = Object.entries(keys ?? {});
  const tags: readonly Tag[] = [
    long(254, isSmaller ? 1 : 0),
    ...[long(256, width), long(257, height), short(258, ...each(sampleBytes[as] * 8)), short(259, 1)],
    ...[short(262, photometric), short(277, bands), short(284, 1), short(339, ...each(as === "float32" ? 3 : 1))],
    ...(tile === undefined
      ? [long(273, ...offsets), long(278, height), long(279, ...lengths)]
      : [long(322, tile), long(323, tile), long(324, ...offsets), long(325, ...lengths)]),
    ...(extraSamples === undefined ? [] : [short(338, ...extraSamples)]),
    ...(palette === undefined ? [] : [short(320, ...palette)]),
    ...double(33550, scale && [...scale, 0]),
    ...double(33922, tie && [tie[0], tie[1], 0, tie[2], tie[3], 0]),
    ...double(34264, transformation),
    ...(named.length === 0
      ? []
      : [short(34735, 1, 1, 0, named.length, ...named.flatMap(([key, value]) => [Number(key), 0, 1, value]))]),
    ...text(42112, metadata),
    ...text(42113, noData),
  ];
  return tags.toSorted((one, other) => one.tag - other.tag);
}

function bytesOf({ kind, values }: Tag): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * sizes[kind]));
  for (const [index, value] of values.entries()) {
    const at = index * sizes[kind];
    if (kind === 2) view.setUint8(at, value);
    else if (kind === 3) view.setUint16(at, value, true);
    else if (kind === 4) view.setUint32(at, value, true);
    else view.setFloat64(at, value, true);
  }
  return new Uint8Array(view.buffer);
}

/** What is short stands in the directory itself, what is long where its number says. */
function directoryOf(tags: readonly Tag[], values: readonly (number | Uint8Array)[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 + tags.length * 12 + 4));
  view.setUint16(0, tags.length, true);
  for (const [index, { tag, kind, values: all }] of tags.entries()) {
    const at = 2 + index * 12;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, kind, true);
    view.setUint32(at + 4, all.length, true);
    const value = values[index] ?? 0;
    if (typeof value === "number") view.setUint32(at + 8, value, true);
    else for (const [byte, one] of value.entries()) view.setUint8(at + 8 + byte, one);
  }
  return new Uint8Array(view.buffer);
}
