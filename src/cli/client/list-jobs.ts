import * as v from "valibot";
import { jobStatuses } from "../../domain/jobs/job-state.ts";
import { isJsonObject, isList, type Json } from "../../domain/values/json.ts";
import { sleep } from "../../domain/waiting/timers.ts";
import { durationText, readSpan } from "../../domain/words/spans.ts";
import {
  type Arguments,
  exitCodes,
  hasOption,
  type Io,
  stoppedExitCode,
  textOption,
  textOptions,
  UsageError,
} from "../command.ts";
import type { Option } from "../option.ts";
import { colourOfStatus, hasColour, paint } from "../terminal/colour.ts";
import { checkFormat, printDocument } from "../terminal/print.ts";
import { type Column, formatTable, oneLine } from "../terminal/table.ts";
import type { Client } from "./client.ts";

const group = "Which jobs";

/** The filters of a job list: those of the service, under names that are typed easily. */
export const listOptions = {
  status: {
    type: "string",
    multiple: true,
    value: jobStatuses.join("|"),
    about: "in this state; may stand there again",
    group,
  },
  process: { type: "string", multiple: true, value: "ID", about: "of this process; may stand there again", group },
  provider: { type: "string", multiple: true, value: "ID", about: "of a process of this provider", group },
  user: { type: "string", value: "NAME", about: "of this user, for who sees the jobs of others", group },
  tag: { type: "string", multiple: true, value: "TAG", about: "with all of these tags", group },
  kept: { type: "boolean", about: "kept for good", group },
  search: {
    type: "string",
    short: "q",
    value: "WORDS",
    about: "words of its process, title, tags, message or failure",
    group,
  },
  since: {
    type: "string",
    value: "WHEN",
    about: "created since: a span (30m, 12h, 7d) or a time (2030-01-31T12:00:00Z)",
    group,
  },
  until: { type: "string", value: "WHEN", about: "created before: the same", group },
  "min-duration": {
    type: "string",
    value: "SECONDS",
    about: "ran at least so long, from start to end or until now",
    group,
  },
  "max-duration": { type: "string", value: "SECONDS", about: "ran at most so long", group },
  sort: {
    type: "string",
    value: "KEY",
    about: "created, finished, status, processID, provider or user; -KEY falls",
    group,
  },
  limit: { type: "string", short: "n", value: "N", about: "the most jobs (default 20)", group },
} as const satisfies Record<string, Option>;

const JobSchema = v.looseObject({
  jobID: v.string(),
  status: v.string(),
  processID: v.optional(v.string(), ""),
  progress: v.optional(v.number(), 0),
  title: v.optional(v.string()),
  tags: v.optional(v.array(v.string()), []),
  message: v.optional(v.string(), ""),
  created: v.string(),
  started: v.optional(v.string()),
  finished: v.optional(v.string()),
  runningSeconds: v.optional(v.number()),
});
type ListedJob = v.InferOutput<typeof JobSchema>;

type Listed = { readonly document: Json; readonly jobs: readonly Json[]; readonly hasMore: boolean };

/** Prints the jobs that the options choose. */
export async function printJobs(client: Client, args: Arguments, io: Io): Promise<number> {
  checkFormat(args);
  const listed = await readList(client, args);
  const code = printDocument(args, io, {
    document: listed.document,
    items: listed.jobs,
    text: () => tableOf(listed, io),
  });
  if (!hasOption(args, "json") && textOption(args, "format") === undefined) {
    if (listed.jobs.length === 0) io.talk('No such jobs. "heddle execute PROCESS" makes one\n');
    if (listed.hasMore) io.talk("There are more; -n shows so many, and filters choose\n");
  }
  return code;
}

const watchMilliseconds = 1000;

/** Shows the jobs that the options choose until a signal ends it: a table that is drawn again, or a line for each change. */
export async function watchJobs(client: Client, args: Arguments, io: Io): Promise<number> {
  if (hasOption(args, "json") || textOption(args, "format") !== undefined) {
    throw new UsageError("Cannot watch jobs: found --json or --format, wanted neither (heddle jobs list has them)");
  }
  const told = new Map<string, string>();
  try {
    for (;;) {
      const listed = await readList(client, args);
      if (io.columns === undefined) tellChanges(listed, told, io);
      else io.out(`\x1b[H\x1b[J${tableOf(listed, io)}`);
      await sleep(watchMilliseconds, { signal: io.signal });
    }
  } catch (error) {
    if (!io.signal.aborted) throw error;
    return stoppedExitCode(io) === 130 ? exitCodes.ok : stoppedExitCode(io);
  }
}

function tellChanges({ jobs }: Listed, told: Map<string, string>, io: Io): void {
  for (const job of [...jobs].reverse().map((job) => v.parse(JobSchema, job))) {
    const line = `${job.jobID} ${job.status} ${job.progress}% ${job.processID} ${oneLine(job.message)}`;
    if (told.get(job.jobID) !== line) io.out(`${line}\n`);
    told.set(job.jobID, line);
  }
}

async function readList(client: Client, args: Arguments): Promise<Listed> {
  const document = await client.json("GET", `/jobs?${queryOf(args, Date.now())}`);
  const { jobs, links } = isJsonObject(document) ? document : {};
  const hasMore = listOf(links).some((link) => isJsonObject(link) && link.rel === "next");
  return { document, jobs: listOf(jobs), hasMore };
}

function listOf(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}

/** Builds the query of a list. Throws UsageError for words that no time can be read from; the service checks the rest. */
export function queryOf(args: Arguments, now: number): URLSearchParams {
  const texts = (name: string) => textOptions(args, name).join(",");
  const [since, until] = ["since", "until"].map((name) => timeOf(args, name, now));
  const members = {
    status: texts("status"),
    processID: texts("process"),
    provider: texts("provider"),
    user: textOption(args, "user") ?? "",
    tags: texts("tag"),
    kept: hasOption(args, "kept") ? "true" : "",
    q: textOption(args, "search") ?? "",
    datetime: since === undefined && until === undefined ? "" : `${since ?? ".."}/${until ?? ".."}`,
    minDuration: textOption(args, "min-duration") ?? "",
    maxDuration: textOption(args, "max-duration") ?? "",
    sortby: textOption(args, "sort") ?? "",
    limit: textOption(args, "limit") ?? "20",
  };
  return new URLSearchParams(Object.entries(members).filter(([, value]) => value !== ""));
}

function timeOf(args: Arguments, name: string, now: number): string | undefined {
  const text = textOption(args, name);
  if (text === undefined) return undefined;
  const span = readSpan(text);
  if (span !== undefined) return new Date(now - span * 1000).toISOString();
  if (/^\d{4}-\d\d-\d\d(T|$)/.test(text) && !Number.isNaN(Date.parse(text))) return new Date(text).toISOString();
  throw new UsageError(
    `Cannot use --${name}: found "${text}", wanted a span (30m, 12h, 7d) or a time (2030-01-31T12:00:00Z)`,
  );
}

const columns: readonly Column[] = [
  { title: "JOB" },
  { title: "STATUS" },
  { title: "%", alignsRight: true },
  { title: "PROCESS", gives: true },
  { title: "TITLE", gives: true },
  { title: "CREATED (UTC)" },
  { title: "TOOK", alignsRight: true },
];

function tableOf({ jobs }: Listed, io: Io): string {
  const read = jobs.map((job) => v.parse(JobSchema, job));
  const rows = read.map((job) => [
    job.jobID,
    job.status,
    String(job.progress),
    job.processID,
    job.title ?? job.tags.join(", "),
    job.created.slice(0, 19).replace("T", " "),
    tookText(job),
  ]);
  const paintCell = (text: string, column: number) =>
    column === 1 && hasColour(io) ? paint(text, colourOfStatus(text)) : text;
  // A table without titles or tags has no column for them.
  const shown = columns.map((_, at) => at).filter((at) => at !== 4 || rows.some((row) => row[4] !== ""));
  return formatTable(
    shown.flatMap((at) => columns[at] ?? []),
    rows.map((row) => shown.map((at) => row[at] ?? "")),
    { paint: paintCell, ...(io.columns === undefined ? {} : { width: io.columns }) },
  );
}

/** A service of before told no times without waits. */
function tookText({ started, finished, runningSeconds }: ListedJob): string {
  if (runningSeconds !== undefined) return durationText(runningSeconds);
  if (started === undefined || finished === undefined) return "";
  return durationText(Math.max(0, Date.parse(finished) - Date.parse(started)) / 1000);
}
