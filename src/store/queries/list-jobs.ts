import { count, type SQL, sql } from "drizzle-orm";
import { type SortKey, sortKeys } from "../../domain/jobs/job-sort.ts";
import { type Argument, argument, build, column, compile, numberOrNull } from "../database/statements.ts";
import type { Question } from "../job-lists/question.ts";
import { jobs } from "../schema/jobs.ts";

// Each statement names the index that it goes along, and keeps to it by CROSS JOIN: the planner knows neither how many jobs
// a value has nor where they lie, and a list must not read all jobs where it could read some.

export const countableWays = [
  "user",
  "processes",
  "firstTag",
  "providers",
  "statuses",
  "leastDuration",
  "kept",
  "words",
] as const;
type CountableWay = (typeof countableWays)[number];
/** What a list goes along, from number to number: all ended jobs, or those that have one thing in common. */
export type Way = CountableWay | "all";
const ways = [...countableWays, "all"] as const;
const directions = ["rising", "falling"] as const;
type Direction = (typeof directions)[number];

/** Jobs of one `hidden`, by numbers; `leastText` and `mostText` are the same numbers as the full-text index knows them. */
export type Stretch = {
  readonly hidden: number;
  readonly least: number;
  readonly most: number;
  readonly leastText: number;
  readonly mostText: number;
};

/** Behind which position a list begins; null for its beginning. */
type Begin = { readonly fromValue: string | number | null; readonly fromNumber: number | null };

/** What jobs are sorted by, as the indexes have it; `index` goes along it. */
const sorted = {
  created: { value: "jobs.number", index: "jobs_ended" },
  finished: { value: "jobs.finished_at", index: "jobs_by_end" },
  status: { value: "jobs.status", index: "jobs_of_status" },
  processID: { value: "jobs.process_id", index: "jobs_of_process" },
  provider: { value: "coalesce(jobs.provider_id, '')", index: "jobs_of_provider" },
  user: { value: "coalesce(jobs.user, '')", index: "jobs_of_user" },
} as const satisfies Record<SortKey, { readonly value: string; readonly index: string }>;

const ended = sql`jobs.is_new = 0 and jobs.hidden < 2 and jobs.hidden = ${argument("hidden")}`;
const endedOne = sql`one.is_new = 0 and one.hidden < 2 and one.hidden = ${argument("hidden")}`;
const inStretch = (table: string) => sql`${sql.raw(table)}.number between ${argument("least")} and ${argument("most")}`;
const isOneOf = (value: string, list: keyof Question) =>
  sql`${sql.raw(value)} in (select value from json_each(${argument(list)}))`;
const lasts = (table: string) =>
  sql`${sql.raw(table)}.finished_at - ${sql.raw(table)}.started_at between ${argument("leastDuration")} and ${argument("mostDuration")}`;
/** The driver gives numbers as floating ones, for which the full-text index would not skip what lies outside of a range. */
const wholeNumber = (name: string) => sql`cast(${argument(name)} as integer)`;
const textMatch = sql`job_texts match ${argument("words")} and job_texts.rowid between ${wholeNumber("leastText")} and ${wholeNumber("mostText")}`;

const orNothing = (name: keyof Question, isMet: SQL) => sql`(${argument(name)} is null or ${isMet})`;
const hasTag = (table: string, name: "firstTag" | "secondTag") =>
  orNothing(
    name,
    sql`exists (select 1 from job_tags where job_tags.hidden = ${argument("hidden")} and job_tags.tag = ${argument(name)} and job_tags.number = ${sql.raw(table)}.number)`,
  );

/** Where the numbers of a way's jobs stand: all that is to be read to count them. */
const numbersOf = {
  user: {
    from: sql`jobs indexed by jobs_of_user`,
    where: sql`${ended} and coalesce(jobs.user, '') = ${argument("user")} and ${inStretch("jobs")}`,
  },
  processes: eachOf("processes", "jobs_of_process", "one.process_id"),
  providers: eachOf("providers", "jobs_of_provider", "coalesce(one.provider_id, '')"),
  statuses: eachOf("statuses", "jobs_of_status", "one.status"),
  leastDuration: { from: sql`jobs as one indexed by jobs_by_duration`, where: sql`${endedOne} and ${lasts("one")}` },
  kept: {
    from: sql`jobs as one indexed by jobs_kept`,
    where: sql`one.kept_at is not null and one.hidden = ${argument("hidden")} and ${inStretch("one")}`,
  },
  firstTag: {
    from: sql`job_tags as one`,
    where: sql`one.hidden = ${argument("hidden")} and one.tag = ${argument("firstTag")} and ${inStretch("one")}`,
  },
  words: { from: sql`job_texts`, where: textMatch },
} as const satisfies Record<CountableWay, { readonly from: SQL; readonly where: SQL }>;

/** Not by IN: behind it the planner does not use the range of numbers. */
function eachOf(list: keyof Question, index: string, value: string) {
  return {
    from: sql`json_each(${argument(list)}) as wanted cross join jobs as one indexed by ${sql.raw(index)}`,
    where: sql`${endedOne} and ${sql.raw(value)} = wanted.value and ${inStretch("one")}`,
  };
}

/** The same, and all that a list looks at in these jobs. */
const rowsOf: Readonly<Record<Way, { readonly from: SQL; readonly where: SQL }>> = {
  all: { from: sql`jobs indexed by jobs_ended`, where: sql`${ended} and ${inStretch("jobs")}` },
  user: numbersOf.user,
  processes: withRows(numbersOf.processes),
  providers: withRows(numbersOf.providers),
  statuses: withRows(numbersOf.statuses),
  leastDuration: withRows(numbersOf.leastDuration),
  kept: withRows(numbersOf.kept),
  firstTag: withRows({
    ...numbersOf.firstTag,
    where: sql`${numbersOf.firstTag.where} and ${hasTag("one", "secondTag")}`,
  }),
  words: {
    from: sql`job_texts cross join jobs indexed by jobs_ended`,
    where: sql`${textMatch} and ${ended} and jobs.number = abs(job_texts.rowid)`,
  },
};

function withRows({ from, where }: { readonly from: SQL; readonly where: SQL }) {
  return {
    from: sql`${from} cross join jobs indexed by jobs_ended`,
    where: sql`${where} and ${ended} and jobs.number = one.number and ${inStretch("jobs")}`,
  };
}

/** What a job must meet that stands in the index itself. */
const meetsPlainly = [
  orNothing("user", sql`coalesce(jobs.user, '') = ${argument("user")}`),
  orNothing("processes", isOneOf("jobs.process_id", "processes")),
  orNothing("providers", isOneOf("coalesce(jobs.provider_id, '')", "providers")),
  orNothing("statuses", isOneOf("jobs.status", "statuses")),
  orNothing("leastCreated", sql`jobs.created_at between ${argument("leastCreated")} and ${argument("mostCreated")}`),
];
const hasMoreTags = orNothing(
  "moreTags",
  sql`not exists (select 1 from json_each(${argument("moreTags")}) as more where not exists (select 1 from job_tags where job_tags.hidden = ${argument("hidden")} and job_tags.tag = more.value and job_tags.number = jobs.number))`,
);
/** Looked up in the index of the jobs that are kept: rows are long. */
const isAmongKept = sql`exists (select 1 from jobs as keeping indexed by jobs_kept where keeping.kept_at is not null and keeping.hidden = jobs.hidden and keeping.number = jobs.number)`;
const meets = sql.join(
  [
    ...meetsPlainly,
    orNothing("leastDuration", lasts("jobs")),
    orNothing("kept", isAmongKept),
    orNothing("notKept", sql`not ${isAmongKept}`),
  ],
  sql` and `,
);
/** One after the other, as only CASE is evaluated: SQLite would look up all words of a stretch before the tags of a job. */
const meetsInTurn = (says: SQL) =>
  sql`case when not (${hasTag("jobs", "firstTag")} and ${hasTag("jobs", "secondTag")} and ${hasMoreTags}) then 0 when ${argument("words")} is null then 1 when ${says} then 1 else 0 end`;
/** The words of a stretch are looked up once. */
const saysInStretch = sql`jobs.number in (select abs(job_texts.rowid) from job_texts where ${textMatch})`;
const saysItself = sql`exists (select 1 from job_texts where job_texts match ${argument("words")} and job_texts.rowid = iif(jobs.hidden = 0, jobs.number, -jobs.number))`;

/** What jobs are sorted by, as it is read from a row. */
function sortValue(value: unknown): string | number {
  return typeof value === "string" ? value : Number(value);
}

type Page = Question & Stretch & Begin & { readonly limit: number };

/** The first jobs of a stretch that meet a question, by one way, in one order: their numbers, and what they are sorted by. */
export const pageOfStretch = ofEach(ways, (way) =>
  ofEach(sortKeys, (key) =>
    ofEach(directions, (direction) =>
      compile<Page>()(() => {
        const { word, value, order } = wordingOf(key, direction);
        const { from, where } = rowsOf[way];
        const says = way === "words" ? sql`true` : saysInStretch;
        return build
          .select({ number: column(jobs.number), value: value.mapWith(sortValue) })
          .from(from)
          .where(sql`${where} and ${isBehind(value, direction)} and ${meets} and ${meetsInTurn(says)}`)
          .orderBy(key === "created" ? sql`jobs.number ${word}` : order)
          .limit(sql.placeholder("limit"));
      }),
    ),
  ),
);

type Along = { hidden: number; fromValue: Argument; fromNumber: number; atMost: number };
/** Words are looked up in the stretch where there is one, else in each job. */
type Walk = Question & Along & { leastText: number | null; mostText: number | null; limit: number };

/** So many jobs along the index of an order, as `near`. */
function alongOf(key: SortKey, direction: Direction): SQL {
  const { word, beyond, value, order } = wordingOf(key, direction);
  const index = sql.raw(sorted[key].index);
  const along = (begins: SQL, by: SQL) =>
    sql`select * from (select jobs.number as number, ${value} as value from jobs indexed by ${index} where ${ended} and ${begins} order by ${by} limit ${argument("atMost")})`;
  const sameValue = sql`${value} = ${argument("fromValue")} and jobs.number ${beyond} ${argument("fromNumber")}`;
  const others = sql`${value} ${beyond} ${argument("fromValue")}`;
  return sql`(${along(sameValue, sql`jobs.number ${word}`)} union all ${along(others, order)} limit ${argument("atMost")}) as near`;
}

/** Between which numbers the jobs lie that stand next in an order. */
export const boundsAlong = ofEach(sortKeys, (key) =>
  ofEach(directions, (direction) =>
    compile<Along>()(() =>
      build
        .select({
          least: sql`min(near.number)`.mapWith(numberOrNull),
          most: sql`max(near.number)`.mapWith(numberOrNull),
        })
        .from(alongOf(key, direction)),
    ),
  ),
);

const saysNearOrItself = sql`case when ${argument("leastText")} is null then ${saysItself} else ${saysInStretch} end`;

/** Goes along the index of an order, so many jobs at most, and gives those of them that meet a question. */
export const pageAlong = ofEach(sortKeys, (key) =>
  ofEach(directions, (direction) =>
    compile<Walk>()(() => {
      const { word } = wordingOf(key, direction);
      return build
        .select({ number: column(jobs.number), value: sql`near.value`.mapWith(sortValue) })
        .from(sql`${alongOf(key, direction)} cross join jobs indexed by jobs_ended`)
        .where(sql`${ended} and jobs.number = near.number and ${meets} and ${meetsInTurn(saysNearOrItself)}`)
        .orderBy(sql`near.value ${word}, near.number ${word}`)
        .limit(sql.placeholder("limit"));
    }),
  ),
);

function wordingOf(key: SortKey, direction: Direction) {
  const isRising = direction === "rising";
  const [word, beyond] = [sql.raw(isRising ? "asc" : "desc"), sql.raw(isRising ? ">" : "<")];
  const value = sql.raw(sorted[key].value);
  return { word, beyond, value, order: sql`${value} ${word}, jobs.number ${word}` };
}

function isBehind(value: SQL, direction: Direction): SQL {
  const beyond = sql.raw(direction === "rising" ? ">" : "<");
  return sql`(${argument("fromNumber")} is null or (${value}, jobs.number) ${beyond} (${argument("fromValue")}, ${argument("fromNumber")}))`;
}

/** How many jobs a way has in a stretch: `limit` at most are counted. */
export const countOfWay = ofEach(countableWays, (way) =>
  compile<Question & Stretch & { readonly limit: number }>()(() => {
    const { from, where } = numbersOf[way];
    return build
      .select({ count: count() })
      .from(sql`(select 1 from ${from} where ${where} limit ${argument("limit")})`);
  }),
);

const isNew = sql.join(
  [
    sql`is_new = 1 and hidden in (select value from json_each(${argument("hidden")}))`,
    ...meetsPlainly,
    orNothing(
      "leastDuration",
      sql`coalesce(finished_at, ${argument("now")}) - started_at between ${argument("leastDuration")} and ${argument("mostDuration")}`,
    ),
    orNothing(
      "words",
      sql`(number in (select value from json_each(${argument("sayers")})) or ${isOneOf("jobs.id", "ids")} or ${isOneOf("substr(jobs.id, -8)", "ids")})`,
    ),
    orNothing("kept", isAmongKept),
    orNothing("notKept", sql`not ${isAmongKept}`),
    // Last, since tags stand in the row only, not in the index.
    orNothing(
      "tags",
      sql`not exists (select 1 from json_each(${argument("tags")}) as tag where tag.value not in (select value from json_each(jobs.tags)))`,
    ),
  ],
  sql` and `,
);

type NewPage = Question &
  Begin & {
    /** JSON arrays: which jobs are shown, and which of those that ended say what is looked for. */
    readonly hidden: string;
    readonly sayers: string;
    readonly now: number;
    readonly limit: number;
  };

/** A page of the jobs that have not ended, or ended just now: few. */
export const pageOfNew = ofEach(sortKeys, (key) =>
  ofEach(directions, (direction) =>
    compile<NewPage>()(() => {
      const { word } = wordingOf(key, direction);
      const value = sql.raw(key === "finished" ? "coalesce(finished_at, -1)" : sorted[key].value);
      const numbers = sql`select number from jobs indexed by jobs_new where ${isNew} and ${isBehind(value, direction)} order by ${value} ${word}, jobs.number ${word} limit ${argument("limit")}`;
      return build.select().from(jobs).where(sql`number in (${numbers})`);
    }),
  ),
);

function ofEach<Name extends string, T>(names: readonly Name[], make: (name: Name) => T): Readonly<Record<Name, T>> {
  // Typed by the names: Object.create gives an object of any shape.
  const all = Object.create(Object.prototype);
  for (const name of names) all[name] = make(name);
  return all;
}
