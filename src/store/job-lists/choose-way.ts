import type { Database } from "../database/database.ts";
import { countableWays, countOfWay, type Way } from "../queries/list-jobs.ts";
import { type Question, wantsWordsTogether } from "./question.ts";

/** Numbers of jobs, both ends included. */
export type Range = { readonly least: number; readonly most: number };
/** What a list is looked up by, and of which jobs: see `hidden` of the schema. */
type Listing = { readonly question: Question; readonly hidden: number };

/** The way that is taken before it is known how many jobs each has: what stands first is mostly rarest, or cheapest. */
const preferred = ["kept", "words", "user", "processes", "firstTag", "providers", "statuses"] as const;

/** Tells by what jobs are looked for at first. */
export function usualWay(question: Question): Way {
  return preferred.find((way) => question[way] !== null) ?? "all";
}

/** So many jobs of a way are few. */
const fewJobs = 1000;
/** Jobs that say several words are looked for each by itself. */
const fewSayers = 100;

/**
 * Finds the way of which there are fewest jobs in a range, if these are few: with none, no job meets the question. Jobs that
 * say one word are not counted: there are few or many of them, and to tell takes as long as to read them.
 */
export async function rareWay(
  database: Database,
  { question, hidden }: Listing,
  range: Range,
): Promise<{ readonly way: Way; readonly count: number } | undefined> {
  let rare: { readonly way: Way; readonly count: number } | undefined;
  const ways = countableWays.filter(
    (way) => question[way] !== null && (way !== "words" || wantsWordsTogether(question)),
  );
  for (const way of ways) {
    const limit = Math.min(rare?.count ?? fewJobs, way === "words" ? fewSayers : fewJobs);
    if (limit === 0) break;
    const count = await countOf(database, way, { ...question, ...stretchOf(range, hidden), limit });
    if (count < limit) rare = { way, count };
  }
  return rare;
}

/** Numbers of a sample. */
const sampleSize = 4096;
/** To look a job up that is found by another index takes so many times as long as to read the next one. */
const lookUpCost = 5;

/** Tells the way that is likely to take the shortest time, by a sample from the middle of a range. */
export async function likelyWay(
  database: Database,
  { question, hidden }: Listing,
  { least, most }: Range,
): Promise<Way> {
  // Not to be counted in a sample: see there.
  if (wantsWordsTogether(question)) return question.user === null ? "words" : "user";
  const middle = Math.floor((least + most) / 2);
  const sample = { least: Math.max(least, middle - sampleSize / 2), most: Math.min(most, middle + sampleSize / 2 - 1) };
  const counting = { ...question, ...stretchOf(sample, hidden), limit: sampleSize };
  let likely: { readonly way: Way; readonly cost: number } = { way: "all", cost: sample.most - sample.least + 1 };
  for (const way of countableWays) {
    // Durations do not stand by number: all that lie in a range would be gone through for each stretch.
    if (question[way] === null || way === "leastDuration") continue;
    const cost = (await countOf(database, way, counting)) * (way === "user" ? 1 : lookUpCost);
    if (cost < likely.cost) likely = { way, cost };
  }
  return likely.way;
}

type Counting = Parameters<(typeof countOfWay)["user"]>[0];

async function countOf(database: Database, way: keyof typeof countOfWay, counting: Counting): Promise<number> {
  const [row] = await database.read(countOfWay[way](counting));
  return row?.count ?? 0;
}

/** Words a range as arguments: the full-text index knows a hidden job by the negative of its number. */
export function stretchOf({ least, most }: Range, hidden: number) {
  const [leastText, mostText] = hidden === 0 ? [least, most] : [-most, -least];
  return { hidden, least, most, leastText, mostText };
}
