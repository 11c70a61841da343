import type { ComparedLine } from "../comparison/line-difference.ts";
import type { Json } from "../values/json.ts";

/** A value that two runs do not have alike; a side without it is absent. `path` is a JSON pointer (RFC 6901). */
export type JsonDifference = { readonly path: string; readonly a?: Json; readonly b?: Json };

/** A cell that differs; a side without it is absent. */
export type CellDifference = { readonly column: string; readonly a?: string; readonly b?: string };

/** What a row says in one of the columns that name it. */
export type NamedCell = { readonly column: string; readonly text: string };

/** A row that differs, with the lines on which it begins, from 1; a side without it is absent. */
export type RowDifference = {
  readonly a?: number;
  readonly b?: number;
  /** What its first cell says, which people know it by; absent where that is empty or differs. */
  readonly first?: string;
  /** The cells that tell the row from all others, where that is not the first one by itself; both sides say the same there. */
  readonly named?: readonly NamedCell[];
  readonly cells: readonly CellDifference[];
  /** So many more cells of the row differ. */
  readonly moreCells: number;
};

/** A file of a directory that differs, by its size in bytes and its digest; a side without it is absent. */
export type FileDifference = { readonly path: string; readonly a?: FileFacts; readonly b?: FileFacts };
/** The digest is SHA-256 in hexadecimal. */
export type FileFacts = { readonly length: number; readonly sha256?: string };

/** What differs inside; `more` counts what is not listed. */
export type Inside =
  /** Without differences, both say the same and are only written differently. */
  | { readonly kind: "json"; readonly differences: readonly JsonDifference[]; readonly more: number }
  | {
      readonly kind: "table";
      readonly onlyA: readonly string[];
      readonly onlyB: readonly string[];
      readonly rows: readonly RowDifference[];
      readonly more: number;
    }
  | {
      readonly kind: "text";
      readonly lines: readonly ComparedLine[];
      /** False where they differ in too many lines to find those that both have. */
      readonly isExact: boolean;
      readonly more: number;
    }
  | { readonly kind: "files"; readonly files: readonly FileDifference[]; readonly more: number }
  | { readonly kind: "not-compared"; readonly reason: string };

/** What differs inside one file, directory or value of a result that two runs have, and why it is read as text, where it should not. */
export type ContentDifference = Inside & { readonly name: string; readonly note?: string };
