import { createHash } from "node:crypto";
import { link, mkdir, open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { syncPath } from "../../files/durable.ts";
import { hasCode, ifExists } from "../../files/file-errors.ts";
import { directoryMode, fileMode, type Layout, slurmDirectory } from "../../files/layout.ts";
import { readOwn } from "../../files/open-regular.ts";
import type { TaskEnd, TaskKey } from "../executor.ts";
import { childSeconds, exitRecord } from "../local/task-records.ts";

/** The files of one job, on the disk that this machine and the nodes share. */
export type JobFiles = {
  /** The name of the job: the same for the same try, and for no other. */
  readonly name: string;
  readonly base: string;
  readonly script: string;
  /** Whoever makes it decides whether a tool runs: the job, or who gives the try up. */
  readonly begin: string;
  /** The proof of the end. */
  readonly end: string;
  /** Tells the job to stop its tool: the grace period in hundredths of a second. */
  readonly stop: string;
  /** The number that Slurm gave it. */
  readonly job: string;
};

/** Names the job of a try, and its files. The execution's id changes with each claim of a job, so it is the fence, too. */
export function jobFiles(layout: Layout, key: TaskKey): JobFiles {
  const place = createHash("sha256").update(`${layout.workDirectory}\0${key.step}`).digest("hex").slice(0, 12);
  const name = `heddle-${key.executionId}-${place}-${key.shard}-${key.try}`;
  const base = join(slurmDirectory(layout, key.executionId), name);
  const at = (suffix: string) => `${base}.${suffix}`;
  return { name, base, script: at("sh"), begin: at("begin"), end: at("end"), stop: at("stop"), job: at("job") };
}

/** How a job began: on a node, or not, as somebody came first who gave it up. */
export type JobBegin =
  | { readonly kind: "begun"; readonly node: string; readonly job: string }
  | { readonly kind: "abandoned" };

/** Reads how a job began; undefined when there is no record, or not all of it. */
export async function readBegin({ begin }: JobFiles): Promise<JobBegin | undefined> {
  const text = await readOwn(begin);
  if (text === abandoned) return { kind: "abandoned" };
  const [, job, node] = /^job (\S*)\nnode (.*)\nend\n$/.exec(text ?? "") ?? [];
  return job === undefined || node === undefined ? undefined : { kind: "begun", job, node };
}

const abandoned = "abandoned\nend\n";

/** Sees to it that a job that has not begun never runs its tool. False when it has begun. */
export async function giveUpJob(files: JobFiles): Promise<boolean> {
  if (!(await makeFile(files.begin, abandoned))) return (await readBegin(files))?.kind === "abandoned";
  await syncPath(dirname(files.begin));
  return true;
}

/** Creates a file of the service's own; false when there is one. */
export async function makeFile(path: string, text: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: directoryMode });
  try {
    await using file = await open(path, "wx", fileMode);
    await file.writeFile(text);
    await file.sync();
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** Puts a file in its place, whole. */
export async function putFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: fileMode });
  await syncPath(`${path}.new`);
  await rename(`${path}.new`, path);
}

/** An end, and whether the job was told to stop by somebody else than us. */
export type EndRecord = { readonly end: TaskEnd; readonly wasTold: boolean };

/** Reads how a job ended; undefined while nothing proves it. */
export async function readEnd({ end }: JobFiles): Promise<EndRecord | undefined> {
  const text = await readOwn(end);
  return text === undefined ? undefined : parseEnd(text);
}

/** Tells what a record of an end says: written by a job, or by a server that gave the job up. */
export function parseEnd(text: string): EndRecord | undefined {
  const [, given, reason] = /^(notStarted|failed|lost) (.*)\nend\n$/.exec(text) ?? [];
  if ((given === "notStarted" || given === "failed" || given === "lost") && reason !== undefined) {
    return { end: { kind: given, reason }, wasTold: false };
  }
  const [, code, peak, limit, found, told, times] = endForm.exec(text) ?? [];
  if (code === undefined) return undefined;
  const peakBytes = Number(peak ?? 0) * 1024;
  const how = {
    ...exitRecord(Number(code), 0, childSeconds(times)),
    ...(peakBytes === 0 ? {} : { peakMemoryBytes: peakBytes }),
  };
  const wasTold = told !== undefined;
  if (limit === "seconds")
    return { wasTold, end: { kind: "stopped", at: { limit, found: Number(found) / 100 }, ...how } };
  if (limit !== "memoryMebibytes") return { wasTold, end: { kind: "exited", ...how } };
  return { wasTold, end: { kind: "stopped", at: { limit, found: Number(found) * 1024 }, ...how } };
}

const endForm = /^code (\d+)\n(?:peak (\d+)\n)?(?:stopped (\w+)(?: (\d+))?\n)?(told\n)?((?:.*\n){2})?end\n$/;

/** Writes how a job ended that can't tell itself, unless something is known. Gives what stands there then. */
export async function writeEnd(files: JobFiles, end: TaskEnd): Promise<TaskEnd> {
  const text = end.kind === "exited" ? `code ${end.exitCode}\nend\n` : endText(end);
  const partial = `${files.end}.given`;
  await writeFile(partial, text, { mode: fileMode });
  await syncPath(partial);
  try {
    await link(partial, files.end);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
  await rm(partial, { force: true });
  return (await readEnd(files))?.end ?? end;
}

function endText(end: Exclude<TaskEnd, { kind: "exited" }>): string {
  return `${end.kind} ${"reason" in end ? end.reason.replaceAll(/\s+/g, " ") : ""}\nend\n`;
}

/** Lists the names of an execution's job files; a listing shows what a network file system hides from single look-ups. */
export async function listJobFiles(layout: Layout, executionId: string): Promise<ReadonlySet<string>> {
  return new Set((await ifExists(readdir(slurmDirectory(layout, executionId)))) ?? []);
}
