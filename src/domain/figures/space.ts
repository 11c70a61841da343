/** What the files of a service are, in the order in which they are told. */
export const spaceAreas = [
  "results",
  "uploads",
  "work",
  "values",
  "logs",
  "cache",
  "images",
  "database",
  "backups",
  "orphans",
  "other",
] as const;
export type SpaceArea = (typeof spaceAreas)[number];

/**
 * What files of one kind take. `bytes` as the disk counts them: in whole blocks, with directories, and a file with several names once.
 * `contentBytes` as users are counted: the lengths of the files, each name by itself.
 */
export type AreaSpace = {
  readonly area: SpaceArea;
  readonly bytes: number;
  readonly contentBytes: number;
  readonly files: number;
};

/** What the files of a service take of the disk. */
export type MeasuredSpace = {
  readonly areas: readonly AreaSpace[];
  /** The sum of the areas: what `du` says of the same directories. */
  readonly totalBytes: number;
  /** False where there are more files than are looked at: then there is more than is told. */
  readonly isWhole: boolean;
  /** How many files and directories could not be looked at. */
  readonly unread: number;
  /** The largest work directories of executions, the largest first. */
  readonly works: readonly WorkSpace[];
};

/** What the work directory of an execution takes of the disk. */
export type WorkSpace = { readonly executionId: string; readonly bytes: number };

/** The same as it was measured by itself (milliseconds since 1970); not whole where it has more files than are looked at. */
export type WorkSize = { readonly bytes: number; readonly isWhole: boolean; readonly measured: number };

/** How people read each area. */
export const areaWords: Readonly<Record<SpaceArea, string>> = {
  results: "Results of jobs",
  uploads: "Uploads",
  work: "Work directories of jobs",
  values: "Long inputs and results that are no files",
  logs: "Logs of jobs",
  cache: "Cache: outputs of steps, fetched files",
  images: "Container images",
  database: "Database, with its log (-wal)",
  backups: "Copies of the database",
  orphans: "Found without a job, and set aside",
  other: "Other files: keys, locks, status documents, a library of the program, what tools see of /etc",
};
