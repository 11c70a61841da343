import { defined, unlessEmpty } from "../defined.ts";
import { Problem } from "../problem.ts";
import { beginsWithDay } from "../words/calendar-day.ts";
import { readCalendarSpan } from "../words/calendar-span.ts";
import { readTimeAgo } from "../words/time-ago.ts";
import { type JobStatus, jobStatuses } from "./job-state.ts";

/** Which jobs a list shows (OGC 18-062r2, requirements class job-list). Every condition that is given must hold. */
export type JobSearch = {
  readonly processIds?: readonly string[];
  /** Words that the id or the title of the process has: all of one of these texts. */
  readonly processWords?: readonly string[];
  /** Whose processes; null stands for this service. */
  readonly providerIds?: readonly (string | null)[];
  readonly statuses?: readonly JobStatus[];
  /** Earliest and latest creation, milliseconds since 1970, both included. */
  readonly createdFrom?: number;
  readonly createdTo?: number;
  /** Seconds from the start to the end, or to now while it runs; a job without a start is left out. */
  readonly minDurationSeconds?: number;
  readonly maxDurationSeconds?: number;
  /** All of them must stand among the job's tags. */
  readonly tags?: readonly string[];
  /** Kept for good, or not. */
  readonly isKept?: boolean;
  /** Words that all occur in what is said of a job; one of several such lists suffices. */
  readonly text?: readonly (readonly string[])[];
};

/** Gives the values of a query parameter, which may be repeated or hold a list with commas. */
export type QueryLists = (name: string) => readonly string[];

/** The parameters that say which jobs a list shows; `process` and `service` are names that Weaver's clients use. */
export const searchNames = [
  "type",
  "processID",
  "processWords",
  "provider",
  "status",
  "datetime",
  "minDuration",
  "maxDuration",
  "tags",
  "kept",
  "q",
  "process",
  "service",
  "user",
] as const;

/** Reads the filters of a job list at the time `now`. Throws `invalid-query-parameter-value` naming the parameter, what was found and what was wanted. */
export function readJobSearch(query: QueryLists, now: number): JobSearch {
  const types = query("type").filter((type) => type !== "process");
  if (types.length > 0) throw wrongQuery("type", types.join(), "process");
  const processIds = [...query("processID"), ...query("process")];
  const processWords = query("processWords");
  const providerIds = [...query("provider"), ...query("service")];
  const text = readWords(query("q"));
  const statuses = query("status").map(readStatus);
  const tags = query("tags");
  const minDurationSeconds = readSeconds("minDuration", query);
  const maxDurationSeconds = readSeconds("maxDuration", query);
  if (minDurationSeconds !== undefined && maxDurationSeconds !== undefined && minDurationSeconds > maxDurationSeconds) {
    throw wrongQuery("minDuration", String(minDurationSeconds), `at most maxDuration, ${maxDurationSeconds}`);
  }
  return {
    ...readInterval(query("datetime").join(), now),
    ...defined({
      processIds: unlessEmpty(processIds),
      processWords: unlessEmpty(processWords),
      providerIds: unlessEmpty(providerIds),
      text: unlessEmpty(text),
      statuses: unlessEmpty(statuses),
      tags: unlessEmpty(tags),
      isKept: readKept(query("kept")),
      minDurationSeconds,
      maxDurationSeconds,
    }),
  };
}

const maxWords = 32;

/** Commas part alternatives, white space parts words that must all occur. */
function readWords(alternatives: readonly string[]): readonly (readonly string[])[] {
  const text = alternatives
    .map((one) => one.split(/\s+/).filter((word) => word !== ""))
    .filter((words) => words.length > 0);
  const count = text.flat().length;
  if (count > maxWords) throw wrongQuery("q", `${count} words`, `at most ${maxWords}`);
  return text;
}

/** Words a parameter of the job list that cannot be met. */
export function wrongQuery(name: string, found: string, wanted: string): Problem {
  return new Problem("invalid-query-parameter-value", `Cannot list jobs: found ${name} "${found}", wanted ${wanted}`);
}

function readStatus(text: string): JobStatus {
  const status = jobStatuses.find((one) => one === text);
  if (status === undefined) throw wrongQuery("status", text, `one of ${jobStatuses.join(", ")}`);
  return status;
}

/** Whether jobs are kept for good, as the page of jobs offers it. */
export const keptChoices = [
  { value: "true", words: "kept for good" },
  { value: "false", words: "not kept for good" },
] as const;

function readKept([text, ...others]: readonly string[]): boolean | undefined {
  if (text === undefined) return undefined;
  if (others.length > 0 || (text !== "true" && text !== "false"))
    throw wrongQuery("kept", [text, ...others].join(), "true or false");
  return text === "true";
}

function readSeconds(name: string, query: QueryLists): number | undefined {
  const [text, ...others] = query(name);
  if (text === undefined) return undefined;
  if (others.length > 0 || !/^\d{1,9}$/.test(text))
    throw wrongQuery(name, query(name).join(), "a whole number of seconds");
  return Number(text);
}

/** Spans of the creation that the page of jobs offers: days are those of UTC, as those that are typed. */
export const createdChoices = [
  { value: "today", words: "today (UTC)" },
  { value: "7d", words: "last 7 days" },
  { value: "30d", words: "last 30 days" },
] as const;

/** A time ago (our extension), or today, from which on; an instant; or an interval whose ends may be open: `a/b`, `../b`, `a/..`, `/b`, `a/` (RFC 3339 5.6). */
function readInterval(text: string, now: number): Pick<JobSearch, "createdFrom" | "createdTo"> {
  if (text === "") return {};
  const ago = readTimeAgo(text, now);
  if (ago !== undefined) return { createdFrom: ago };
  const spoken = readCalendarSpan(text, now);
  if (spoken !== undefined) return defined({ createdFrom: spoken.from, createdTo: spoken.to });
  const [start = "", end, ...others] = text.split("/").map(withYearFirst);
  if (others.length > 0) throw wrongInterval(text);
  const from = readInstant(start, text);
  const to = end === undefined ? readInstant(start, text) : readInstant(end, text);
  if (end === undefined && from === undefined) throw wrongInterval(text);
  if (from !== undefined && to !== undefined && from > to) {
    throw wrongQuery("datetime", text, `a start that is not after its end, such as ${end}/${start}`);
  }
  const lastMilliseconds = to === undefined ? undefined : to + lengthOf(to, end ?? start) - 1;
  return defined({ createdFrom: from, createdTo: lastMilliseconds });
}

/** Tells whether a text says when jobs were created, as the parameter `datetime` has it: a time ago, a span, a day, an instant, or an interval. */
export function isCreated(text: string): boolean {
  if (readTimeAgo(text, 0) !== undefined || readCalendarSpan(text, 0) !== undefined) return true;
  const ends = text.split("/").map(withYearFirst);
  return ends.length <= 2 && ends.every((end) => !Number.isNaN(timeOf(end)));
}

const dayMilliseconds = 24 * 3600 * 1000;

/** A day with points (29.11.2026) is the day of that name; any other text stays. */
function withYearFirst(text: string): string {
  return text
    .trim()
    .replace(/^(\d{1,2})\.(\d{1,2})\.(\d{4})$/, (_, day: string, month: string, year: string) =>
      [year, month.padStart(2, "0"), day.padStart(2, "0")].join("-"),
    );
}

/** A day and a month stand for all of it (our extension), an instant without a fraction for its whole second; in milliseconds. */
function lengthOf(from: number, text: string): number {
  if (/^\d{4}-\d{2}$/.test(text)) return new Date(from).setUTCMonth(new Date(from).getUTCMonth() + 1) - from;
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return dayMilliseconds;
  return /\.\d+/.test(text) ? 1 : 1000;
}

const instant = /^\d{4}-\d{2}(?:$|-\d{2})([Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2}))?$/;

function readInstant(text: string, whole: string): number | undefined {
  if (text === "" || text === "..") return undefined;
  const time = timeOf(text);
  if (Number.isNaN(time)) throw wrongInterval(whole);
  return time;
}

/** NaN for what is no instant, day or month. */
function timeOf(text: string): number {
  const isOfCalendar = instant.test(text) && (/^\d{4}-\d{2}$/.test(text) || beginsWithDay(text));
  return isOfCalendar ? Date.parse(text.replace(" ", "T").toUpperCase()) : Number.NaN;
}

function wrongInterval(text: string): Problem {
  const wanted =
    "today, yesterday, last week, last month, a time ago, such as 12h, 7d or last 30 days, a day or a month, such as 2030-01-31, 31.01.2030 or 2030-01, two of them with / between, such as 2030-01-01/2030-01-31 (.. for an open end), or times, such as 2030-01-31T12:00:00Z";
  return wrongQuery("datetime", text, wanted);
}
