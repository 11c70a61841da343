/** What is known of a raster before any of its pixels is read. */
export type RasterFacts = {
  readonly width: number;
  readonly height: number;
  readonly bands: number;
  /** West, south, east and north in its reference system; absent when it lies nowhere, or askew. */
  readonly extent?: readonly [number, number, number, number];
  /** Such as "EPSG:32633"; absent when the file names none by a code. */
  readonly code?: string;
  readonly noData?: number;
  /** Its bands are red, green and blue in one byte each. */
  readonly isPicture: boolean;
  /** Its first three bands are red, green and blue, of whatever size. */
  readonly isColoured: boolean;
  /** Its one band holds bytes that are greys by what the file says, such as a hillshade. */
  readonly isGrey: boolean;
  /** What the file calls its bands, and the units of their values, by the number of the band. */
  readonly names?: readonly ({ readonly name?: string; readonly unit?: string } | undefined)[];
  /** The band that says how much of a picture is seen. */
  readonly alpha?: number;
  /** Red, green and blue of each value, in bytes: the colours that the file itself names. */
  readonly palette?: readonly number[];
  /** It has smaller versions of itself. */
  readonly levels: number;
};

/** A part of a raster, in its own pixels, and how large it is wanted. */
export type Part = {
  readonly bands: readonly number[];
  readonly window: readonly [left: number, top: number, right: number, bottom: number];
  readonly width: number;
  readonly height: number;
};

export type Asked = { readonly id: number } & (
  | { readonly kind: "open"; readonly url: string }
  | { readonly kind: "read"; readonly part: Part }
);

export type Answered = { readonly id: number } & (
  | { readonly kind: "facts"; readonly facts: RasterFacts }
  | { readonly kind: "values"; readonly values: readonly Float64Array<ArrayBuffer>[] }
  | { readonly kind: "fault"; readonly message: string }
);
