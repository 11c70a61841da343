import type { Comparison } from "../comparison/line-difference.ts";
import type { Link } from "../links.ts";
import type { Process } from "../processes/process.ts";

/** A revision of a process as clients see it. Times are RFC 3339. */
export type RevisionDocument = {
  readonly version: string;
  readonly revision: string;
  readonly state: string;
  readonly deployed: string;
  /** Since when the id of the process stands for it; only of the current one. */
  readonly currentSince?: string;
  readonly withdrawn?: string;
  readonly links: readonly Link[];
};

/** One page of the revisions of a process. */
export type RevisionListDocument = { readonly revisions: readonly RevisionDocument[]; readonly links: readonly Link[] };

/** Two revisions, line by line; `pair` has them for who uses the process, where they are not the same. */
export type ComparedRevisions = {
  readonly lines: Comparison;
  readonly pair?: { readonly before: ComparedRevision; readonly after: ComparedRevision };
};

type ComparedRevision = Pick<Process, "description" | "definition" | "isWorkflow">;

/** What the page of revisions shows besides the document. */
export type RevisionsView = {
  readonly processId: string;
  /** The revisions that are compared, as they were named, and what differs; a sentence where that cannot be told. */
  readonly compared?: {
    readonly old: string;
    readonly new: string;
    readonly difference: ComparedRevisions | string;
  };
  /** Where the audit tells who changed the process, and who deployed at a time, where it is known; absent for who may not read it. */
  readonly audit?: { readonly url: string; readonly userAt: (deployed: string) => string | undefined };
  /** Packages may be compared by whoever may read them. */
  readonly mayCompare: boolean;
  /** The reader may go back to revisions, and withdraw them. */
  readonly mayChange: boolean;
  /** The process is deployed: its id stands for one of them. */
  readonly isDeployed: boolean;
};
