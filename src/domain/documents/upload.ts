import type { JobStatus } from "../jobs/job-state.ts";
import type { Link } from "../links.ts";

/** A job that reads an upload. */
export type UploadUse = {
  readonly jobID: string;
  readonly processID: string;
  readonly status: JobStatus;
  readonly title?: string;
  readonly href: string;
};

/** A job for which an upload stays: it is kept for good (`kept`), has not ended, or failed and can be retried. */
export type UploadHolder = UploadUse & { readonly kept: boolean };

/** An uploaded file, without what its use needs. Times are RFC 3339. */
export type UploadDocument = {
  readonly id: string;
  /** How its own user names it as an input. */
  readonly href: string;
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly user?: string;
  readonly created: string;
  readonly expires: string;
  /**
   * A job reads it that has not ended, that failed and can be retried, or that is kept for good: it is kept past `expires` as long as
   * that is so.
   */
  readonly held: boolean;
  /** The newest jobs that are kept for good and read it, of those that the reader may see; absent where none is kept. */
  readonly keptBy?: readonly UploadUse[];
  /** The newest jobs for which it stays past its time, of those that the reader may see, those that are kept for good first; absent where it is not held. */
  readonly heldBy?: readonly UploadHolder[];
  /** The newest jobs that read it, of those that the reader may see. */
  readonly jobs: readonly UploadUse[];
  readonly links: readonly Link[];
};

/** Uploads: one's own, or everybody's for admins. */
export type UploadListDocument = { readonly uploads: readonly UploadDocument[]; readonly links: readonly Link[] };

/** What the page of uploads shows besides them. */
export type UploadListView = {
  /** How an upload begins from elsewhere. */
  readonly curl: string;
  readonly command: string;
  readonly maxUploadBytes: number;
  /** Inputs that take files, with the address of the form that they are filled in at; `#` stands for the file. */
  readonly targets: readonly { readonly title: string; readonly formOf: (href: string) => string }[];
  /** The reader can name it as an input: others need its token. */
  readonly mayName: (upload: UploadDocument) => boolean;
  /** The reader may have its bytes without a token. */
  readonly mayRead: (upload: UploadDocument) => boolean;
  /** How they are ordered, and whose alone they are. */
  readonly sort: "newest" | "size";
  readonly user?: string;
  /** What they take, by user, in bytes; the largest first. */
  readonly sums: readonly { readonly user?: string; readonly count: number; readonly bytes: number }[];
  /** The list has those of all. */
  readonly hasUsers: boolean;
  /** Nobody is told apart from others who come without a key. */
  readonly isNameless: boolean;
  /** What was not removed, with why. */
  readonly refused?: UploadDocument;
};
