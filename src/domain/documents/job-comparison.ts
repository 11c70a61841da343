import type { Link } from "../links.ts";
import type { Json, JsonObject } from "../values/json.ts";
import type { ContentDifference } from "./content-difference.ts";
import type { JobDocument } from "./job.ts";

/** One thing of two runs. A side without it is absent; `same` is absent where nothing tells whether both are the same. */
export type ComparedPair<Value> = {
  readonly id: string;
  readonly same?: boolean;
  readonly a?: Value;
  readonly b?: Value;
};

/** A side that was not given has the default of its process, and stands in `defaults`. */
export type ComparedInput = ComparedPair<Json> & { readonly defaults?: readonly ("a" | "b")[] };

/** One file, directory or value of a result. */
export type ComparedItem = {
  readonly name: string;
  /** Where its bytes are. */
  readonly href?: string;
  /** The page that shows it. */
  readonly look?: string;
  readonly type?: string;
  /** In bytes. */
  readonly length?: number;
  /** Of its bytes, in hexadecimal. */
  readonly sha256?: string;
  /** What it says, where that is short: a value, or the one line of a file. */
  readonly value?: Json;
};

/** A result of two runs; `inside` says what differs in its files and values, where both have it and it is not the same. */
export type ComparedResult = ComparedPair<readonly ComparedItem[]> & { readonly inside?: readonly ContentDifference[] };

/** Two jobs side by side: `a` is the one that was made first. */
export type JobComparisonDocument = {
  readonly a: JobDocument;
  readonly b: JobDocument;
  readonly process: { readonly same: boolean };
  /** `difference` is the page that shows what differs between the two, for who may read packages. */
  readonly revision: { readonly same: boolean; readonly difference?: string };
  readonly inputs: readonly ComparedInput[];
  /** What the tools of each step took; the same when as many ended alike, whatever they took, or when one came from the cache. */
  readonly statistics: readonly ComparedPair<JsonObject>[];
  readonly results: readonly ComparedResult[];
  readonly links: readonly Link[];
};
