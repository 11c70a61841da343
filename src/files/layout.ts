import { isAbsolute, join, relative, resolve } from "node:path";
import { Problem } from "../domain/problem.ts";

/** Where everything lies (all absolute). */
export type Layout = {
  readonly dataDirectory: string;
  /** What the machines share that tools run on; the data directory where this is the only one. */
  readonly sharedDirectory: string;
  readonly outputsDirectory: string;
  readonly workDirectory: string;
  readonly vaultDirectory: string;
};

/** Lays out a data directory; the outputs may lie elsewhere, and so may all that tools meet (`sharedDirectory`). */
export function createLayout(dataDirectory: string, outputsDirectory?: string, sharedDirectory?: string): Layout {
  const data = resolve(dataDirectory);
  const shared = resolve(sharedDirectory ?? data);
  return {
    dataDirectory: data,
    sharedDirectory: shared,
    outputsDirectory: outputsDirectory === undefined ? join(shared, "outputs") : resolve(outputsDirectory),
    workDirectory: join(shared, "work"),
    vaultDirectory: join(shared, "vault"),
  };
}

/** The database. Its log and its copies lie beside it. */
export function databaseFile(layout: Pick<Layout, "dataDirectory">): string {
  return join(layout.dataDirectory, "heddle.db");
}

/** The file that a service locks for its life. */
export function lockFile(layout: Pick<Layout, "dataDirectory">): string {
  return join(layout.dataDirectory, "heddle.lock");
}

export const directoryMode = 0o700;
export const fileMode = 0o600;

/** The scratch directory of an execution. */
export function executionWorkDirectory(layout: Layout, executionId: string): string {
  return join(layout.workDirectory, executionId);
}

/** The file that keeps all that an engine needs of an execution. */
export function preparedFile(layout: Layout, executionId: string): string {
  return join(executionWorkDirectory(layout, executionId), "prepared.json");
}

/** Where the staged inputs of an execution lie: `<inputId>/<n>/<name>`. */
export function stagedInputsDirectory(layout: Layout, executionId: string): string {
  return join(executionWorkDirectory(layout, executionId), "inputs");
}

/** Where the answers and results of a remote execution are kept until they are published. */
export function remoteDirectory(
  layout: Layout,
  { executionId, directory = "" }: { readonly executionId: string; readonly directory?: string },
): string {
  return join(executionWorkDirectory(layout, executionId), directory, "remote");
}

/** Where values lie that are too long for a row of the database: `<job or execution>/<name>.json`. */
export function valuesDirectory(layout: Pick<Layout, "dataDirectory">): string {
  return join(layout.dataDirectory, "values");
}

/** Where the copy of the machine's /etc lies that tools in a sandbox see. */
export function publicEtcDirectory(layout: Pick<Layout, "sharedDirectory">): string {
  return join(layout.sharedDirectory, "etc");
}

/** Where imported container images lie. */
export function imagesDirectory(layout: Pick<Layout, "sharedDirectory">): string {
  return join(layout.sharedDirectory, "images");
}

/** The file of the key that encrypts what must be kept secret. */
export function secretKeyFile(layout: Layout): string {
  return join(layout.dataDirectory, "secret.key");
}

/** Where the tries of all tool invocations of an execution lie. */
export function tasksDirectory(layout: Layout, executionId: string): string {
  return join(executionWorkDirectory(layout, executionId), "tasks");
}

/** Where the scripts and records of an execution's jobs on a cluster lie: one listing tells all that changed. */
export function slurmDirectory(layout: Layout, executionId: string): string {
  return join(executionWorkDirectory(layout, executionId), "slurm");
}

/**
 * Where the files lie that tools of an execution change in place: copies of inputs that are not its own. No step has a
 * directory of this name: such a character of theirs is encoded.
 */
export function ownFilesDirectory(layout: Layout, executionId: string): string {
  return join(tasksDirectory(layout, executionId), "@own");
}

/** Where the files lie that expressions made up and that are outputs. No step has a directory of this name. */
export function madeFilesDirectory(layout: Layout, executionId: string): string {
  return join(tasksDirectory(layout, executionId), "@made");
}

type TryKey = { readonly executionId: string; readonly step: string; readonly shard: number; readonly try: number };

/**
 * The directory of one try of one tool invocation, made for what few tries need. What all need lies beside it, as on many
 * file systems a directory costs as much as a short tool: its path and a suffix. Directories have no dot in their names:
 * tools take what stands before the first dot of a path for the name of a file.
 */
export function taskDirectory(layout: Layout, key: TryKey): string {
  const step = encodeURIComponent(key.step).replaceAll(".", "%2E");
  return join(tasksDirectory(layout, key.executionId), step, `${key.shard}-${key.try}`);
}

/** The output directory of one try: made before anything else of it. */
export function taskOutputDirectory(layout: Layout, key: TryKey): string {
  return `${taskDirectory(layout, key)}-out`;
}

/** The output directory and the TMPDIR of a try as earlier releases called them: what they left running is found. */
export function earlierTaskDirectories(
  layout: Layout,
  key: TryKey,
): { readonly outdir: string; readonly tmpdir: string } {
  const directory = taskDirectory(layout, key);
  return { outdir: `${directory}.out`, tmpdir: `${directory}.tmp` };
}

/** The TMPDIR of one try. */
export function taskTemporaryDirectory(layout: Layout, key: TryKey): string {
  return `${taskDirectory(layout, key)}-tmp`;
}

/** The file that says how one try started and ended. */
export function taskRecordFile(layout: Layout, key: TryKey): string {
  return `${taskDirectory(layout, key)}${taskRecordSuffix}`;
}

export const taskRecordSuffix = ".record";

/** The log of one try: what goes to no file of its own of what it writes to stdout and stderr. */
export function taskLogFile(layout: Layout, key: TryKey): string {
  return `${taskDirectory(layout, key)}.log`;
}

/** Reads shard and try from a name that lies beside a try's directory; undefined for any other. */
export function tryNumbers(name: string): { readonly shard: number; readonly try: number } | undefined {
  const [, shard, number] = /^(\d+)-(\d+)(?:[.-][a-z]+)?$/.exec(name) ?? [];
  return shard === undefined ? undefined : { shard: Number(shard), try: Number(number) };
}

/** The log of a tool or remote execution. */
export function executionLogFile(layout: Layout, executionId: string): string {
  return join(layout.outputsDirectory, `${executionId}.log`);
}

/** The WPS status document of an execution, or of a job that has none yet. */
export function statusDocumentFile(layout: Layout, id: string): string {
  return join(layout.outputsDirectory, `${id}.xml`);
}

/** Where it is kept which addresses the status documents were written with. */
export function statusAddressesFile(layout: Layout): string {
  return join(layout.dataDirectory, "status-documents.json");
}

/** Tells whether a path is a directory itself or lies below it (both absolute, symlinks already resolved). */
export function isInside(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way === "" || (!way.startsWith("../") && way !== ".." && !isAbsolute(way));
}

/** Joins a name below a directory. Throws `forbidden` when the result would leave the directory. */
export function joinInside(directory: string, name: string): string {
  const path = resolve(directory, name);
  if (!isInside(directory, path)) {
    throw new Problem("forbidden", `Cannot use path "${name}": it leaves its directory`);
  }
  return path;
}

/** Tells whether a text can be the name of one file or directory: no path characters, no NUL, neither `.` nor `..`. */
export function isPlainName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name);
}
