import type { Obstacle } from "../../domain/processes/process.ts";

/** A process as the list shows it. */
export type ListedProcess = {
  readonly id: string;
  readonly title?: string;
  readonly version?: string;
  readonly keywords?: readonly string[];
  /** In Markdown. */
  readonly description?: string;
  readonly origin: string;
  /** What is known to keep it from running here. */
  readonly cannotRun?: Obstacle;
  /** The reader may run others of the list, and not this one. */
  readonly isRefused?: boolean;
  /** From 0 to 1; undefined without a run, or for who may not see runs. */
  readonly successRate?: number;
  readonly medianSeconds?: number;
  /** How many of the runs took all from earlier ones. */
  readonly fromCache?: number;
  readonly runs?: number;
  /** When the first of them was submitted, milliseconds since 1970. */
  readonly since?: number;
  /** Which words of a search it has, where it has not all. */
  readonly has?: readonly string[];
};

export type RunsSeen = "all" | "some" | "own";

/** What the page of a list of processes shows besides the document. */
export type ProcessListView = {
  readonly processes: readonly ListedProcess[];
  /** What has some of the words that were searched for, where nothing has all of them; the most words first. */
  readonly some?: readonly ListedProcess[];
  readonly q: string;
  readonly keyword: string;
  readonly mayDeploy: boolean;
  /** Whose runs the figures are about: everybody's when absent, those of some others, or the reader's own. */
  readonly whose?: RunsSeen;
  /** What somebody may have meant who found nothing. */
  readonly near?: readonly { readonly id: string; readonly title?: string }[];
  /** What there is to find instead: how many processes there are in all, and the keywords that most of them have. */
  readonly all?: { readonly count: number; readonly isMore: boolean; readonly keywords: readonly string[] };
  /** Ids of processes that were removed, for who may deploy: their revisions stay. */
  readonly removed?: readonly string[];
  /** Other servers whose processes run from here, where nothing is found here. */
  readonly providers?: readonly string[];
};
