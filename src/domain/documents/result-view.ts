import type { Json } from "../values/json.ts";

/** What a person can look at of a result without opening it. */
export type Preview =
  | { readonly kind: "image"; readonly src: string }
  /** The first row names the columns; `isCut` says that there are more, `total` how many in all, where that is known. */
  | {
      readonly kind: "table";
      readonly rows: readonly (readonly string[])[];
      readonly isCut: boolean;
      readonly total?: number;
    }
  /** `fault` says why it is not shown as what it is called. */
  | { readonly kind: "text"; readonly text: string; readonly isCut: boolean; readonly fault?: string }
  | { readonly kind: "markdown"; readonly text: string; readonly isCut: boolean }
  /** A page of its own, which is shown in a frame where it can do nothing. */
  | { readonly kind: "frame"; readonly src: string }
  | { readonly kind: "json"; readonly value: Json };

/** What a script of the page draws from the same bytes that a person downloads. */
export type Drawing = {
  readonly kind: "features" | "raster" | "table";
  readonly src: string;
  /** The media type. */
  readonly type: string;
  /** How a table of text is read. */
  readonly table?: TableShape;
};

/** How a table of text is read: what stands between its cells, how its numbers are written, whether its first row names its columns. */
export type TableShape = {
  readonly separator: string;
  readonly decimal: "." | ",";
  readonly hasHead: boolean;
};

/** One file, directory or value of a result. */
export type ResultItem = {
  readonly name: string;
  /** Where its bytes are. */
  readonly href?: string;
  /** The page that shows it: by itself, or among the files of its directory. Absent on that page, and where there is none. */
  readonly look?: string;
  readonly type?: string;
  /** In bytes. */
  readonly length?: number;
  /** SHA-256 in hexadecimal. */
  readonly sha256?: string;
  /** What it says, where that was asked for and is short. */
  readonly value?: Json;
  /** All of a directory in one archive. */
  readonly zip?: string;
  /** The page that shows what a directory holds. */
  readonly listing?: string;
  readonly preview?: Preview;
  readonly drawing?: Drawing;
  /** What a directory holds. */
  readonly inside?: FilesInside;
};

/** Files of a directory that a page shows, and how many others it has. */
export type FilesInside = { readonly items: readonly ResultItem[]; readonly others: number };

/** A result of a job, as a person looks at it. */
export type ResultView = {
  readonly outputId: string;
  readonly title?: string;
  /** The page that shows it by itself; absent where whoever looks cannot open it. */
  readonly page?: string;
  readonly items: readonly ResultItem[];
  /** So many at the end are listed only, and nothing of what is in them is shown; so many more are not listed. */
  readonly notShown?: number;
  readonly notListed?: number;
};
