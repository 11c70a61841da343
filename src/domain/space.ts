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

/** What the files of a service take of the disk. Bytes as the disk counts them, in whole blocks. */
export type MeasuredSpace = {
  readonly areas: readonly { readonly area: SpaceArea; readonly bytes: number; readonly files: number }[];
  /** The sum of the areas: what `du` says of the same directories. */
  readonly totalBytes: number;
  /** False where there are more files than are looked at: then there is more than is told. */
  readonly isWhole: boolean;
  /** How many files and directories could not be looked at. */
  readonly unread: number;
};

/** How people read each area. */
export const areaWords: Readonly<Record<SpaceArea, string>> = {
  results: "Results of jobs",
  uploads: "Uploads",
  work: "Work directories of jobs",
  values: "Long values of jobs",
  logs: "Logs of jobs",
  cache: "Cache: outputs of steps, fetched files",
  images: "Container images",
  database: "Database, with its log (-wal)",
  backups: "Copies of the database",
  orphans: "Set aside: no job knows it",
  other: "Other files: keys, locks, a library of the program",
};
