import type { Database } from "../database.ts";
import { putSet, selectSets, selectSettled } from "../queries/index-jobs.ts";
import type { Statement } from "../statements.ts";
import { groupOf } from "./columns.ts";
import type { DueJob } from "./due-jobs.ts";
import { durationCell, spanOf } from "./durations.ts";
import { addNumbers, blockOf, setOfBlock, storedForm } from "./number-sets.ts";
import { everyJob, facetTerm, wordTerm } from "./terms.ts";

/** Jobs by term and block. */
type Additions = Map<string, Map<number, DueJob[]>>;

/** Words the writes that add jobs to the sets of their facets, and, in groups that are settled, to those of their words. */
export async function setsWith(database: Database, due: readonly DueJob[]): Promise<readonly Statement[]> {
  const groups = [...new Set(due.map(({ number }) => groupOf(number)))];
  const settled = await database.read(selectSettled({ groups: JSON.stringify(groups) }));
  const isSettled = new Set(settled.map((row) => Number(row.number)));
  const facets: Additions = new Map();
  const words: Additions = new Map();
  for (const job of due) {
    for (const term of facetsOf(job)) add(facets, term, job);
    if (!isSettled.has(groupOf(job.number))) continue;
    for (const word of job.words) add(words, wordTerm(word), job);
  }
  return [
    ...(await enlarge(database, facets, { onlyStored: false })),
    ...(await enlarge(database, words, { onlyStored: true })),
  ];
}

function facetsOf({ status, process, provider, user, tags }: DueJob): readonly string[] {
  return [
    everyJob,
    facetTerm("status", status),
    facetTerm("process", process),
    facetTerm("provider", provider),
    facetTerm("user", user),
    ...new Set(tags.map((tag) => facetTerm("tag", tag))),
  ];
}

function add(additions: Additions, term: string, job: DueJob): void {
  const blocks = additions.get(term) ?? new Map<number, DueJob[]>();
  additions.set(term, blocks);
  const block = blockOf(job.number);
  const jobs = blocks.get(block) ?? [];
  blocks.set(block, jobs);
  jobs.push(job);
}

/** Words the writes that add jobs to sets; `onlyStored`: to those that there are. */
async function enlarge(
  database: Database,
  additions: Additions,
  { onlyStored }: { readonly onlyStored: boolean },
): Promise<readonly Statement[]> {
  const asked = [...additions].flatMap(([term, blocks]) => [...blocks.keys()].map((block) => [term, block] as const));
  if (asked.length === 0) return [];
  const rows = await database.read(selectSets({ sets: JSON.stringify(asked) }));
  const stored = new Map(rows.map((row) => [`${row.block} ${row.term}`, row.numbers]));
  return asked.flatMap(([term, block]) => {
    const before = stored.get(`${block} ${term}`);
    if (onlyStored && before === undefined) return [];
    const set = setOfBlock(block, before);
    const jobs = additions.get(term)?.get(block) ?? [];
    addNumbers(
      set,
      jobs.map(({ number }) => number),
    );
    const numbers = storedForm(set);
    if (numbers === undefined) return [];
    const { least, most } = spanOf(jobs.map(({ duration }) => durationCell(duration)));
    return [putSet({ term, block, numbers, leastDuration: least, mostDuration: most })];
  });
}
