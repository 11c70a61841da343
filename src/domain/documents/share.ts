import type { Link } from "../links.ts";

/** A share that has not ended, without its address, which was told once. Times are RFC 3339. */
export type ShareDocument = {
  readonly jobID: string;
  readonly processID: string;
  readonly providerID?: string;
  /** The title of the job, where it has one. */
  readonly title?: string;
  /** Whose job it is; absent for one of nobody signed in. */
  readonly user?: string;
  /** Who made the share, where that is known. */
  readonly by?: string;
  /** The outputs whose results it opens; all where it is absent. */
  readonly outputs?: readonly string[];
  readonly created: string;
  readonly expires: string;
  /** The job. */
  readonly href: string;
};

/** The newest shares: those of one's own jobs, or of everybody's for who sees all jobs. */
export type ShareListDocument = {
  readonly shares: readonly ShareDocument[];
  /** There are older ones, which are not listed. */
  readonly hasMore: boolean;
  readonly links: readonly Link[];
};
