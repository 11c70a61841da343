import type { Link } from "../links.ts";

/** A file of a directory, with what is known of its bytes. */
export type DirectoryFileDocument = {
  /** The path that leads to it from the directory. */
  readonly name: string;
  readonly href: string;
  readonly type: string;
  readonly length: number;
  /** As in `Repr-Digest` (RFC 9530). */
  readonly digest?: string;
  /** As in STAC, extension file: a multihash in hexadecimal. */
  readonly "file:checksum"?: string;
};

/** What a published directory holds, wherever in it. */
export type DirectoryDocument = {
  readonly name: string;
  readonly href: string;
  readonly length: number;
  readonly files: readonly DirectoryFileDocument[];
  readonly links: readonly Link[];
};
