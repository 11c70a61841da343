/** The values that the ends of a colour ramp stand for. */
export type Stretch = { readonly least: number; readonly most: number };

/** Tells whether a value counts: what means "no data" does not, and neither does what is no number. */
export function isData(value: number, noData: number | undefined): boolean {
  return Number.isFinite(value) && value !== noData;
}

/** Finds the values below which a part of all lies, and above which as much: few that are far off do not take all colours. */
export function stretchOf(values: ArrayLike<number>, noData: number | undefined, cut: number): Stretch | undefined {
  const sorted = Float64Array.from(values)
    .filter((value) => isData(value, noData))
    .sort();
  if (sorted.length === 0) return undefined;
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [least, most] = [at(cut), at(1 - cut)];
  return least < most ? { least, most } : { least: at(0), most: at(1) };
}

type Colour = readonly [red: number, green: number, blue: number];

/** Colours from the least value to the most, in even steps. */
export const ramps = {
  grey: [
    [0, 0, 0],
    [255, 255, 255],
  ],
  viridis: [
    [68, 1, 84],
    [71, 44, 122],
    [59, 81, 139],
    [44, 113, 142],
    [33, 144, 141],
    [39, 173, 129],
    [92, 200, 99],
    [170, 220, 50],
    [253, 231, 37],
  ],
  magma: [
    [0, 0, 4],
    [28, 16, 68],
    [79, 18, 123],
    [129, 37, 129],
    [181, 54, 122],
    [229, 80, 100],
    [251, 135, 97],
    [254, 194, 135],
    [252, 253, 191],
  ],
  terrain: [
    [36, 92, 60],
    [120, 160, 84],
    [216, 204, 132],
    [176, 128, 84],
    [140, 108, 96],
    [250, 250, 250],
  ],
  "brown to green": [
    [140, 81, 10],
    [216, 179, 101],
    [246, 232, 195],
    [199, 234, 229],
    [90, 180, 172],
    [1, 102, 94],
  ],
  "blue to red": [
    [33, 102, 172],
    [146, 197, 222],
    [247, 247, 247],
    [244, 165, 130],
    [178, 24, 43],
  ],
} as const satisfies Readonly<Record<string, readonly Colour[]>>;

export type RampName = keyof typeof ramps;

/** Tells whether a name is that of a ramp. */
export function isRampName(name: string): name is RampName {
  return Object.hasOwn(ramps, name);
}

/** Makes the 256 colours of a ramp, three bytes each. */
export function tableOf(name: RampName): Uint8ClampedArray {
  const stops: readonly Colour[] = ramps[name];
  const table = new Uint8ClampedArray(256 * 3);
  for (let index = 0; index < 256; index += 1) {
    const at = (index / 255) * (stops.length - 1);
    const [low, high] = [stops[Math.floor(at)], stops[Math.ceil(at)]];
    for (const channel of [0, 1, 2] as const) {
      const [from, to] = [low?.[channel] ?? 0, high?.[channel] ?? 0];
      table[index * 3 + channel] = from + (to - from) * (at % 1);
    }
  }
  return table;
}

/** How a grid of values becomes a picture. */
export type Paint = {
  readonly ramp: RampName;
  /** Red, green and blue of each value, in place of the ramp. */
  readonly palette?: readonly number[] | undefined;
  readonly stretch: Stretch;
  readonly noData: number | undefined;
};

/** Writes the colours of one band, or of red, green and blue, as bytes of a picture; what is no data is not seen. */
export function paint(bands: readonly ArrayLike<number>[], look: Paint): Uint8ClampedArray<ArrayBuffer> {
  const [first = [], second, third, alpha] = bands;
  const pixels = new Uint8ClampedArray(first.length * 4);
  if (second === undefined || third === undefined) paintBand(pixels, first, look);
  else paintColours(pixels, { bands: [first, second, third], alpha }, look);
  return pixels;
}

/** Returns a function that brings values to a scale of bytes. */
function scaleOf({ least, most }: Stretch): (value: number) => number {
  const width = most - least;
  return (value) => Math.max(0, Math.min(255, width === 0 ? 128 : ((value - least) / width) * 255));
}

function paintBand(
  pixels: Uint8ClampedArray,
  values: ArrayLike<number>,
  { ramp, palette, stretch, noData }: Paint,
): void {
  const table: ArrayLike<number> = palette ?? tableOf(ramp);
  const scaled = scaleOf(stretch);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? Number.NaN;
    if (!isData(value, noData)) continue;
    const at = (palette === undefined ? Math.round(scaled(value)) : value) * 3;
    pixels[index * 4] = table[at] ?? 0;
    pixels[index * 4 + 1] = table[at + 1] ?? 0;
    pixels[index * 4 + 2] = table[at + 2] ?? 0;
    pixels[index * 4 + 3] = 255;
  }
}

type Colours = {
  readonly bands: readonly [ArrayLike<number>, ArrayLike<number>, ArrayLike<number>];
  /** How much of each pixel is seen, in bytes; all of it when absent. */
  readonly alpha: ArrayLike<number> | undefined;
};

function paintColours(pixels: Uint8ClampedArray, { bands, alpha }: Colours, { stretch, noData }: Paint): void {
  const scaled = scaleOf(stretch);
  for (let index = 0; index < bands[0].length; index += 1) {
    const colours = bands.map((band) => band[index] ?? Number.NaN);
    if (!colours.some((one) => isData(one, noData))) continue;
    for (const [channel, value] of colours.entries()) pixels[index * 4 + channel] = scaled(value);
    pixels[index * 4 + 3] = alpha?.[index] ?? 255;
  }
}
