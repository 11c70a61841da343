import type { JobOrder } from "../../domain/jobs/job-sort.ts";
import type { Database } from "../database/database.ts";
import type { Argument } from "../database/statements.ts";
import { selectNumberBounds, selectSpans } from "../queries/list-bounds.ts";
import { boundsAlong, pageAlong, pageOfStretch, type Way } from "../queries/list-jobs.ts";
import { spanSize } from "../queries/list-rows.ts";
import { likelyWay, type Range, rareWay, stretchOf, usualWay } from "./choose-way.ts";
import { directionOf, firstOf, type JobPosition } from "./position.ts";
import { isEverything, type Question, wantsWordsTogether } from "./question.ts";
import type { Slices } from "./slices.ts";

export type Reading = {
  readonly question: Question;
  readonly hidden: number;
  readonly order: JobOrder;
  readonly limit: number;
  /** The position of the last job of the page before. */
  readonly from?: JobPosition;
  readonly slices: Slices;
};

/** Finds the first ended jobs of a list. */
export async function listEnded(database: Database, reading: Reading): Promise<readonly JobPosition[]> {
  const range = await rangeOf(database, reading);
  if (range === undefined) return [];
  return reading.order.key === "created" ? byNumber(database, reading, range) : byValue(database, reading, range);
}

/** The numbers among which the page lies, as far as can be told at once. */
async function rangeOf(database: Database, { question, order, from }: Reading): Promise<Range | undefined> {
  const [bounds] = await database.read(selectNumberBounds({}));
  if (bounds?.least === undefined || bounds.most === undefined) return undefined;
  let { least, most } = bounds;
  if (question.leastCreated !== null) {
    const { leastCreated, mostCreated } = question;
    const [spans] = await database.read(selectSpans({ leastCreated, mostCreated }));
    if (spans?.first === undefined || spans.last === undefined) return undefined;
    least = Math.max(least, spans.first * spanSize);
    most = Math.min(most, (spans.last + 1) * spanSize - 1);
  }
  if (from !== undefined && order.key === "created") {
    if (order.isDescending) most = Math.min(most, from.number - 1);
    else least = Math.max(least, from.number + 1);
  }
  return least > most ? undefined : { least, most };
}

/** Goes from where the page begins until it is full. By which way is looked at anew while it takes more than one slice. */
async function byNumber(database: Database, reading: Reading, range: Range): Promise<readonly JobPosition[]> {
  const { question, order, limit, slices } = reading;
  const found: JobPosition[] = [];
  let way = usualWay(question);
  let isChosen = false;
  let { least, most } = range;
  for (let turn = 0; least <= most; turn += 1) {
    // What many lists end with before is not worth a look at how many jobs each way has.
    if (turn > 0 && !isChosen) {
      const left = { least, most };
      const rare = turn === 1 ? await rareWay(database, reading, left) : undefined;
      if (rare?.count === 0) break;
      const better = turn === 1 ? rare?.way : await likelyWay(database, reading, left);
      if (better !== undefined) [way, isChosen] = [better, true];
    }
    const size = slices.size();
    const stretch = order.isDescending
      ? { least: Math.max(least, most - size + 1), most }
      : { least, most: Math.min(most, least + size - 1) };
    found.push(...(await readStretch(database, reading, way, { ...stretch, limit: limit - found.length })));
    if (found.length >= limit) break;
    if (order.isDescending) most = stretch.least - 1;
    else least = stretch.most + 1;
  }
  return found;
}

/** So many jobs are looked at in the order of a list before all jobs that may be on the page are looked for. */
const nearest = 2000;
/** Words are looked up at once in all numbers between these jobs, unless they lie further apart. */
const widestNear = 131_072;
/** To ask the full-text index of one job takes up to some milliseconds. */
const nearestByWord = 20;

async function byValue(database: Database, reading: Reading, range: Range): Promise<readonly JobPosition[]> {
  const { question, order, limit } = reading;
  if (!wantsWordsTogether(question)) {
    const near = await readNear(database, reading);
    if (near.length >= limit || isEverything(question)) return near;
  }
  const rare = await rareWay(database, reading, range);
  if (rare?.count === 0) return [];
  const way = rare?.way ?? (await likelyWay(database, reading, range));
  let found: readonly JobPosition[] = [];
  for (let { most } = range; most >= range.least; ) {
    const stretch = { least: Math.max(range.least, most - reading.slices.size() + 1), most };
    found = firstOf([...found, ...(await readStretch(database, reading, way, { ...stretch, limit }))], order, limit);
    most = stretch.least - 1;
  }
  return found;
}

async function readNear(database: Database, reading: Reading): Promise<readonly JobPosition[]> {
  const { question, order, limit, hidden, from, slices } = reading;
  const { value: fromValue, number: fromNumber } = from ?? beginningOf(order);
  const along = { hidden, fromValue, fromNumber, atMost: isEverything(question) ? limit : nearest };
  const walk = { ...question, ...along, limit, leastText: null, mostText: null };
  const page = pageAlong[order.key][directionOf(order)];
  if (question.words === null) return slices.run(() => database.read(page(walk)));
  const [bounds] = await slices.run(() => database.read(boundsAlong[order.key][directionOf(order)](along)));
  if (bounds?.least === undefined || bounds.most === undefined) return [];
  const { leastText, mostText } = stretchOf({ least: bounds.least, most: bounds.most }, hidden);
  const isWide = bounds.most - bounds.least > widestNear;
  const bounded = isWide ? { ...walk, atMost: nearestByWord } : { ...walk, leastText, mostText };
  return slices.run(() => database.read(page(bounded)));
}

/** What stands before every value of an order: to SQLite every text lies below every blob. */
function beginningOf({ key, isDescending }: JobOrder): { readonly value: Argument; readonly number: number } {
  if (!isDescending) return { value: key === "finished" ? -1 : "", number: 0 };
  return { value: key === "finished" ? Number.MAX_SAFE_INTEGER : new Uint8Array(), number: 0 };
}

async function readStretch(
  database: Database,
  { question, hidden, order, from, slices }: Reading,
  way: Way,
  stretch: Range & { readonly limit: number },
): Promise<readonly JobPosition[]> {
  const begin = { fromValue: from?.value ?? null, fromNumber: from?.number ?? null };
  const values = { ...question, ...stretchOf(stretch, hidden), ...begin, limit: stretch.limit };
  const statement = pageOfStretch[way][order.key][directionOf(order)](values);
  return slices.run(() => database.read(statement));
}
