import { shortId } from "../../domain/jobs/short-id.ts";
import type { Statement } from "../database/statements.ts";
import {
  insertTags,
  insertWords,
  listTaken,
  selectJustEnded,
  selectTitles,
  selectUnended,
  spanSize,
  widenSpans,
} from "../queries/list-rows.ts";
import type { Row } from "../rows.ts";
import { shortInputs } from "./input-words.ts";
import { wordsOf } from "./words.ts";

// Jobs that ended come into the indexes of the lists many at once, by the write that ends one of them: one by one each
// would cost a page of every index, and the full-text index a segment. Until then a list looks at them one by one.

/** Reads what a statement selected. */
export type Read = <Selected = Row>(statement: Statement<Selected>) => Promise<readonly Selected[]>;

/** So many jobs end before they are taken in. */
const jobsAtOnce = 128;
/** More, when an earlier run of the server left some. */
export const mostAtOnce = 512;

/** Creates the function that builds, each time that some more jobs have ended, the statements that take them in; none for all other ends. */
export function createTakeIn(read: Read): () => Promise<readonly Statement[]> {
  // The first one after a start takes in what an earlier run left.
  let ended = jobsAtOnce - 1;
  return async () => {
    ended += 1;
    if (ended < jobsAtOnce) return [];
    ended = 0;
    return takeIn(read, mostAtOnce);
  };
}

/** Builds the statements that take jobs that ended into the indexes of the lists; none when there are none. */
export async function takeIn(read: Read, limit: number): Promise<readonly Statement[]> {
  // FTS5 writes a segment for each row that does not follow the one before.
  const jobs = (await readJustEnded(read, limit)).toSorted((one, other) => textRowid(one.row) - textRowid(other.row));
  if (jobs.length === 0) return [];
  const taken = JSON.stringify(jobs.map(({ row, words }) => [row.number, row.moveId ?? null, [...words].join(" ")]));
  const hasTags = jobs.some(({ row }) => row.tags.length > 0);
  const spans = JSON.stringify(spansOf(jobs.map(({ row }) => row)));
  return [
    insertWords({ taken }),
    ...(hasTags ? [insertTags({ taken })] : []),
    widenSpans({ spans }),
    listTaken({ taken }),
  ];
}

/** As the full-text index knows the job. */
function textRowid({ number, hidden }: EndedRow): number {
  return hidden === 0 ? number : -number;
}

/** The first and the last time of creation in each span of numbers. */
function spansOf(rows: readonly EndedRow[]): readonly (readonly number[])[] {
  const spans = Map.groupBy(rows, (row) => Math.floor(row.number / spanSize));
  return [...spans].map(([span, jobs]) => {
    const times = jobs.map((row) => row.createdAt);
    return [
      span,
      times.reduce((one, other) => Math.min(one, other)),
      times.reduce((one, other) => Math.max(one, other)),
    ];
  });
}

type EndedRow = ReturnType<typeof selectJustEnded> extends Statement<infer Selected> ? Selected : never;
type JustEnded = { readonly row: EndedRow; readonly words: ReadonlySet<string> };

async function readJustEnded(read: Read, limit: number): Promise<readonly JustEnded[]> {
  return withWords(read, await read(selectJustEnded({ limit })));
}

async function withWords(read: Read, rows: readonly EndedRow[]): Promise<readonly JustEnded[]> {
  const revisions = new Set(rows.map(revisionOf));
  const titles = await read(selectTitles({ revisions: `[${[...revisions].join()}]` }));
  const titleOf = new Map(titles.map(({ key, title }) => [key, title]));
  return rows.map((row) => ({ row, words: wordsOfJob(row, titleOf.get(revisionOf(row))) }));
}

function revisionOf(row: EndedRow): string {
  return JSON.stringify([row.processId, row.processRevision]);
}

/** So many jobs that have not ended are read for their words: those that run, then the newest that wait. */
const mostUnended = 500;

/**
 * Lists the numbers of the jobs that have not ended, or ended just now, of which all words of an alternative are said. `user` is
 * whose jobs are looked at: empty for anonymous ones, null for all.
 */
export async function newJobsWith(
  read: Read,
  alternatives: readonly (readonly string[])[],
  user: string | null,
): Promise<readonly number[]> {
  if (alternatives.length === 0) return [];
  const unended = await read(selectUnended({ user, limit: mostUnended }));
  // Later, so that one that ends meanwhile is seen here or there.
  const jobs = [...(await withWords(read, unended)), ...(await readJustEnded(read, Number.MAX_SAFE_INTEGER))];
  return jobs.flatMap(({ row, words }) => {
    return alternatives.some((all) => all.every((word) => words.has(word))) ? [row.number] : [];
  });
}

/**
 * The words of what is said of a job: its shortened id, its process and that one's title, its user, its own title, its tags, the ids of its inputs and what is short of
 * them, the digests of its files, its last message, and why it failed. When other words count, `wordsVersion` of take-in-all.ts grows.
 */
function wordsOfJob(
  { id, processId, providerId, user, title, tags, inputs, message, failure, digests }: EndedRow,
  processTitle?: string,
): ReadonlySet<string> {
  const reasons = [failure?.message, failure?.step, failure?.exception?.text, failure?.stderrTail];
  const parts = [
    shortId(id),
    processId,
    providerId,
    processTitle,
    user,
    title,
    ...tags,
    ...shortInputs(inputs),
    digests,
    message,
    ...reasons,
  ];
  return wordsOf(parts.filter((part) => part !== undefined).join(" "));
}
