import type { Link } from "../links.ts";
import type { ServiceIdentity } from "../people/service-identity.ts";
import type { JobDocument } from "./job.ts";

/** The landing page (OGC 18-062r2 landingPage.yaml), with what the operator says of the service. */
export type LandingDocument = Pick<
  ServiceIdentity,
  "title" | "description" | "provider" | "contact" | "license" | "languages"
> & {
  readonly keywords?: readonly string[];
  readonly links: readonly Link[];
};

/** What the landing page shows a person besides its document. */
export type HomeView = {
  /** How busy the service is; undefined for who may not know. */
  readonly queue?: { readonly running: number; readonly waiting: number; readonly slots?: number };
  /** The newest jobs that the reader may see; undefined for a stranger. */
  readonly jobs?: readonly JobDocument[];
  /** Who submitted each of them, by its id, for who may see jobs of others. */
  readonly users?: ReadonlyMap<string, string>;
  /** Which of their processes are not there any more: the id of the provider, or nothing, a slash, and that of the process. */
  readonly gone?: ReadonlySet<string>;
  /** What the others are called, where that is not their id; by the same. */
  readonly titles?: ReadonlyMap<string, string>;
  /** What is different about each of these jobs, in a line, by its id. */
  readonly lines?: ReadonlyMap<string, string>;
  /** Which version of its process each of them ran, by its id, where they ran several. */
  readonly versions?: ReadonlyMap<string, string>;
  readonly names?: ReadonlyMap<string, string>;
  /** A command line that executes a process that the reader may run; undefined where there is none. */
  readonly curl?: string;
  /** Patterns of the processes that the key of the reader is for; all when absent. */
  readonly onlyProcesses?: readonly string[];
  readonly termsUrl?: string;
  readonly logoUrl?: string;
  /** What the reader may do; all of it for a stranger, who may sign in. */
  readonly mayExecute: boolean;
  readonly mayDeploy: boolean;
  /** The newest jobs are all that there are, not only those of the reader. */
  readonly seesAllJobs?: boolean;
  /** The reader may see what the service runs on. */
  readonly seesSystem?: boolean;
};
