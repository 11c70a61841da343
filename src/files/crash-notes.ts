import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { ifFound } from "./disk/file-errors.ts";
import { fileMode, type Layout } from "./layout.ts";

const NotesSchema = v.object({
  /** By the ids of jobs: how often the server went down at one since it came on with it last, and at what. */
  jobs: v.record(v.string(), v.object({ times: v.number(), doing: v.string() })),
});

/** How often the server went down while it worked on a job, and what it was doing the last time. */
export type CrashNote = { readonly times: number; readonly doing: string };
export type CrashNotes = Readonly<Record<string, CrashNote>>;

type Place = Pick<Layout, "dataDirectory">;

function notesFile({ dataDirectory }: Place): string {
  return join(dataDirectory, "heddle.crashes.json");
}

/**
 * Reads which jobs the server was working on when it went down and could still write so. A file that cannot be understood is
 * taken for none: it must not keep the server from its start.
 */
export function readCrashNotes(place: Place): CrashNotes {
  const text = ifFound(() => readFileSync(notesFile(place), "utf8"));
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), NotesSchema), text ?? "");
  return parsed.success ? parsed.output.jobs : {};
}

/** Counts one more end of the server for a job. Synchronous: whoever calls it ends the program next. */
export function noteCrash(place: Place, jobId: string, doing: string): void {
  const notes = readCrashNotes(place);
  writeNotes(place, { ...notes, [jobId]: { times: (notes[jobId]?.times ?? 0) + 1, doing } });
}

/** Forgets the notes of a job that the server came on with. */
export function forgetCrashes(place: Place, jobId: string): void {
  const { [jobId]: forgotten, ...others } = readCrashNotes(place);
  if (forgotten !== undefined) writeNotes(place, others);
}

function writeNotes(place: Place, jobs: CrashNotes): void {
  const file = notesFile(place);
  writeFileSync(`${file}.new`, `${JSON.stringify({ jobs })}\n`, { mode: fileMode });
  renameSync(`${file}.new`, file);
}
