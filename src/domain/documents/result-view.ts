import type { Json } from "../json.ts";

/** What a person can look at of a result without opening it. */
export type Preview =
  | { readonly kind: "image"; readonly src: string }
  /** The first row names the columns; `isCut` says that there are more. */
  | { readonly kind: "table"; readonly rows: readonly (readonly string[])[]; readonly isCut: boolean }
  | { readonly kind: "text"; readonly text: string; readonly isCut: boolean }
  | { readonly kind: "json"; readonly value: Json };

/** One file, directory or value of a result. */
export type ResultItem = {
  readonly name: string;
  /** Where it is by itself. */
  readonly href?: string;
  readonly type?: string;
  /** In bytes. */
  readonly length?: number;
  /** SHA-256 in hexadecimal. */
  readonly sha256?: string;
  /** All of a directory in one archive. */
  readonly zip?: string;
  /** The page that shows what a directory holds. */
  readonly listing?: string;
  readonly preview?: Preview;
};

/** A result of a job, as a person looks at it. */
export type ResultView = {
  readonly outputId: string;
  readonly title?: string;
  /** The page that shows it by itself. */
  readonly page: string;
  readonly items: readonly ResultItem[];
};
