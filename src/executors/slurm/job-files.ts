import { createHash } from "node:crypto";
import { link, mkdir, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { defined } from "../../domain/defined.ts";
import { retryCauses } from "../../domain/jobs/run-settings.ts";
import { syncPath } from "../../files/disk/durable.ts";
import { hasCode, ifExists } from "../../files/disk/file-errors.ts";
import { readOwn } from "../../files/disk/open-regular.ts";
import { directoryMode, fileMode, type Layout, slurmDirectory } from "../../files/layout.ts";
import type { TaskEnd, TaskFigures, TaskKey } from "../executor.ts";
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
  /** The last sign of life, of jobs that give some. */
  readonly beat: string;
  /** What it left, with the sizes. */
  readonly files: string;
  /** Tells the job to stop its tool: the grace period in hundredths of a second. */
  readonly stop: string;
  /** The number that Slurm gave it. */
  readonly job: string;
  /** What Slurm said of its end, where that says more than the proof. */
  readonly cause: string;
};

/** Names the job of a try, and its files. The execution's id changes with each claim of a job, so it is the fence, too. */
export function jobFiles(layout: Layout, key: TaskKey): JobFiles {
  const place = createHash("sha256").update(`${layout.workDirectory}\0${key.step}`).digest("hex").slice(0, 12);
  const name = `heddle-${key.executionId}-${place}-${key.shard}-${key.try}`;
  const base = join(slurmDirectory(layout, key.executionId), name);
  const at = (suffix: string) => `${base}.${suffix}`;
  return {
    name,
    base,
    script: at("sh"),
    begin: at("begin"),
    end: at("end"),
    beat: at("beat"),
    files: at("files"),
    stop: at("stop"),
    job: at("job"),
    cause: at("cause"),
  };
}

/** The files of an array of jobs. */
export type ArrayFiles = {
  /** Made of its manifest: the same for the same elements in the same order. */
  readonly name: string;
  readonly base: string;
  /** Which element is which try. */
  readonly manifest: string;
  readonly script: string;
  /** The number that Slurm gave it. */
  readonly job: string;
};

export const manifestSuffix = ".array";

/** Names the files of an array by its name. */
export function arrayFilesOf(directory: string, name: string): ArrayFiles {
  const base = join(directory, name);
  return { name, base, manifest: `${base}${manifestSuffix}`, script: `${base}.sh`, job: `${base}.job` };
}

/** Puts an array of jobs of one execution on record, before anybody hands it over. */
export async function keepArray(executionId: string, jobs: readonly JobFiles[]): Promise<ArrayFiles> {
  const [first] = jobs;
  if (first === undefined) throw new Error("Cannot make an array of no jobs");
  const text = `${jobs.map(({ name }, index) => `${index} ${name}`).join("\n")}\nend\n`;
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const directory = dirname(first.base);
  const array = arrayFilesOf(directory, `heddle-${executionId}-array-${digest}`);
  await putFile(array.manifest, text);
  await syncPath(directory);
  return array;
}

/** Reads the names of an array's jobs in their order; none from a manifest that is not whole. */
export function manifestNames(text: string): readonly string[] {
  const lines = text.split("\n");
  if (lines.at(-2) !== "end") return [];
  return lines.slice(0, -2).map((line) => line.slice(line.indexOf(" ") + 1));
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

/** Tells when a job began, by the disk that the nodes share, in milliseconds since 1970; undefined before that. */
export async function readBeginTime({ begin }: JobFiles): Promise<number | undefined> {
  return (await ifExists(stat(begin)))?.mtimeMs;
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

/** The directory decides who gets there: the user of a job may read what is for the job. */
const jobFileMode = 0o644;

/** Writes a new file in place of what is there, and through no link: the directory may be the user's of the job. */
export async function writeJobFile(path: string, text: string): Promise<void> {
  const write = () => writeFile(path, text, { mode: jobFileMode, flag: "wx" });
  try {
    await write();
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    await rm(path);
    await write();
  }
}

/** Puts a file in its place, whole. */
export async function putFile(path: string, text: string): Promise<void> {
  await writeJobFile(`${path}.new`, text);
  await syncPath(`${path}.new`);
  await rename(`${path}.new`, path);
}

/** An end, and whether the job was told to stop by somebody else than us. */
export type EndRecord = {
  readonly end: TaskEnd;
  readonly wasTold: boolean;
  /** There is a list of what it left. */
  readonly hasList: boolean;
};

/** Reads how a job ended; undefined while nothing proves it. */
export async function readEnd({ end }: JobFiles): Promise<EndRecord | undefined> {
  const text = await readOwn(end);
  return text === undefined ? undefined : parseEnd(text);
}

/** Tells what a record of an end says: written by a job, or by a server that gave the job up. */
export function parseEnd(text: string): EndRecord | undefined {
  const [, given, reason, word, cpu, most] = givenForm.exec(text) ?? [];
  if (given === "notStarted" && reason !== undefined)
    return { end: { kind: given, reason }, wasTold: false, hasList: false };
  if ((given === "failed" || given === "lost") && reason !== undefined) {
    const cause = retryCauses.find((one) => one === word);
    const figures = defined({ cpuSeconds: numberOf(cpu), peakMemoryBytes: numberOf(most) });
    return { end: { kind: given, reason, ...defined({ cause }), ...figures }, wasTold: false, hasList: false };
  }
  const [, times, code, peak, list, limit, found, told, laterTimes] = endForm.exec(text) ?? [];
  if (code === undefined) return undefined;
  const peakBytes = Number(peak ?? 0) * 1024;
  const how = {
    ...exitRecord(Number(code), 0, childSeconds(times ?? laterTimes)),
    ...(peakBytes === 0 ? {} : { peakMemoryBytes: peakBytes }),
  };
  const said = { wasTold: told !== undefined, hasList: list !== undefined };
  if (limit === "seconds")
    return { ...said, end: { kind: "stopped", at: { limit, found: Number(found) / 100 }, ...how } };
  if (limit !== "memoryMebibytes") return { ...said, end: { kind: "exited", ...how } };
  return { ...said, end: { kind: "stopped", at: { limit, found: Number(found) * 1024 }, ...how } };
}

const givenForm = /^(notStarted|failed|lost) (.*)\n(?:cause (\w+)\n)?(?:cpu ([\d.]+)\n)?(?:memory (\d+)\n)?end\n$/;

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** A job of an earlier release told its times last, and had a list that did not tell its own end: nobody waits for that. */
const endForm =
  /^((?:\d.*\n){2})?code (\d+)\n(?:peak (\d+)\n)?(?:(listed)\n|files \d+\n)?(?:stopped (\w+)(?: (\d+))?\n)?(told\n)?((?:.*\n){2})?end\n$/;

/** Writes how a job ended that can't tell itself, unless something is known. Gives what stands there then. */
export async function writeEnd(files: JobFiles, end: TaskEnd): Promise<TaskEnd> {
  const text = end.kind === "exited" ? `code ${end.exitCode}\nend\n` : endText(end);
  const partial = `${files.end}.given`;
  await writeJobFile(partial, text);
  await syncPath(partial);
  try {
    await link(partial, files.end);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
  await rm(partial, { force: true });
  return (await readEnd(files))?.end ?? end;
}

/** Words an end that no job can tell itself. */
export function endText(end: Exclude<TaskEnd, { kind: "exited" }>): string {
  const reason = "reason" in end ? end.reason.replaceAll(/\s+/g, " ") : "";
  const cause = "cause" in end && end.cause !== undefined ? `cause ${end.cause}\n` : "";
  const line = (name: string, value: number | undefined) => (value === undefined ? "" : `${name} ${value}\n`);
  const { cpuSeconds, peakMemoryBytes } = figuresOf(end);
  return `${end.kind} ${reason}\n${cause}${line("cpu", cpuSeconds)}${line("memory", peakMemoryBytes)}end\n`;
}

/** Gives what a task took: as its end tells, else as it was seen while it ran, which counts the script of its job, too. */
export function figuresOf(end: TaskEnd, seen?: TaskFigures): Partial<TaskFigures> {
  if (end.kind === "notStarted") return {};
  const { cpuSeconds = seen?.cpuSeconds, peakMemoryBytes = seen?.peakMemoryBytes } = end;
  return defined({ cpuSeconds, peakMemoryBytes });
}

/**
 * Gives the most that was told of what a task took, by several that each may have seen a part of it. Nothing at all is not
 * known: so the accounting tells of a job that was killed with its step.
 */
export function mostOf(told: readonly (Partial<TaskFigures> | undefined)[]): Partial<TaskFigures> {
  const most = (name: keyof TaskFigures) => {
    const largest = Math.max(0, ...told.map((figures) => figures?.[name] ?? 0));
    return largest === 0 ? undefined : largest;
  };
  return defined({ cpuSeconds: most("cpuSeconds"), peakMemoryBytes: most("peakMemoryBytes") });
}
