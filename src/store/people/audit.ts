import { and, desc, gte, inArray, lt, or, type SQLWrapper, sql } from "drizzle-orm";
import {
  type AuditAction,
  type AuditEntry,
  type AuditOutcome,
  bySetting,
  jobActions,
  type NewAuditEntry,
  withoutKey,
} from "../../domain/people/audit.ts";
import { nextTurn } from "../../domain/waiting/timers.ts";
import type { Database } from "../database/database.ts";
import { argument, argumentsOf, build, compile, insertFrom, storable } from "../database/statements.ts";
import { audit, auditEnd } from "../schema/audit.ts";
import { jobs } from "../schema/jobs.ts";

/** Which lines of the audit are wanted. */
export type AuditFilter = {
  /** From this time on. */
  readonly since?: number;
  /** Before this time. */
  readonly until?: number;
  /** Capital and small letters are the same. */
  readonly user?: string;
  /** The id of the key that it was done with. */
  readonly key?: string;
  readonly action?: AuditAction;
  /**
   * The subject, or the job of an execution. A name finds revisions of a process, its execution at a provider, what was done to its
   * jobs of those that there still are, and refusals of a key.
   */
  readonly subject?: string;
  /** The beginning or the end of the id of a job finds it, too. */
  readonly jobPart?: string;
  readonly outcome?: AuditOutcome;
  readonly limit: number;
  /** Only lines with a smaller number. */
  readonly below?: number;
};

type Columns = {
  readonly [Name in keyof Required<NewAuditEntry>]: string | number | null;
};
type Filters = {
  since: number | null;
  until: number | null;
  user: string | null;
  key: string | null;
  action: string | null;
  subject: string | null;
  jobPart: string | null;
  outcome: string | null;
  from: number;
  below: number;
  limit: number;
};

const columns = { ...argumentsOf(audit), number: sql`null` };
const insert = compile<Columns>()(() => insertFrom(audit, columns, { where: undefined }));
/** Adds the line when the statement before it, of the same write, changed something. */
const insertAfter = compile<Columns>()(() => insertFrom(audit, columns, { where: sql`changes() > 0` }));

const wanted = argument("subject");
const part = argument("jobPart");
/** The subject is a job. */
const isOfJob = inArray(audit.action, [...jobActions]);
const begins = (text: SQLWrapper, withText: SQLWrapper) => sql`substr(${text}, 1, length(${withText})) = ${withText}`;
const ends = (text: SQLWrapper, withText: SQLWrapper) => sql`substr(${text}, -length(${withText})) = ${withText}`;

/** It is named as it is, as a revision of it, a process at a provider, a provider of a process, or a key that was refused, with why. */
const isNamed = or(
  sql`${audit.subject} in (${wanted}, 'key ' || ${wanted})`,
  sql`${audit.jobId} = ${wanted}`,
  ...["@", "/", ":", bySetting, withoutKey].map((sign) =>
    begins(audit.subject, sql`(${wanted} || ${sql.raw(`'${sign}'`)})`),
  ),
  ends(audit.subject, sql`('/' || ${wanted})`),
  begins(audit.subject, sql`('key ' || ${wanted} || ':')`),
);
const isPartOfJob = and(
  sql`${part} is not null`,
  or(
    begins(audit.jobId, part),
    ends(audit.jobId, part),
    and(isOfJob, or(begins(audit.subject, part), ends(audit.subject, part))),
  ),
);
/** A job of the process that is still there. */
const isOfProcess = and(
  isOfJob,
  sql`exists (select 1 from ${jobs} where ${jobs.id} = ${audit.subject} and ${jobs.processId} = ${wanted})`,
);

const select = compile<Filters>()(() => {
  const given = (name: keyof Filters, condition: ReturnType<typeof sql>) =>
    sql`(${argument(name)} is null or ${condition})`;
  return build
    .select()
    .from(audit)
    .where(
      and(
        lt(audit.number, argument("below")),
        gte(audit.number, argument("from")),
        given("since", sql`${audit.at} >= ${argument("since")}`),
        given("until", sql`${audit.at} < ${argument("until")}`),
        given("user", sql`${audit.user} = ${argument("user")} collate nocase`),
        given("key", sql`${audit.keyId} = ${argument("key")}`),
        given("action", sql`${audit.action} = ${argument("action")}`),
        given("outcome", sql`${audit.outcome} = ${argument("outcome")}`),
        given("subject", sql`(${or(isNamed, isPartOfJob, isOfProcess)})`),
      ),
    )
    .orderBy(desc(audit.number))
    .limit(sql.placeholder("limit"));
});

/** The numbers that there are, and the time of the last line below a number. */
const selectEdge = compile<{ below: number }>()(() =>
  build
    .select({
      newest: sql`(select max(number) from audit)`.mapWith(Number),
      oldest: sql`(select min(number) from audit)`.mapWith(Number),
      at: sql`(select at from audit where number < ${argument("below")} order by number desc limit 1)`.mapWith(Number),
    })
    .from(sql`(select 1)`),
);

const openEnd = compile<{ before: number }>()(() =>
  build.insert(auditEnd).values({ id: sql`1`, before: argument("before") }),
);
const removeOld = compile<{ before: number; limit: number }>()(() =>
  build
    .delete(audit)
    .where(
      sql`${audit.number} in (select number from audit where at < ${argument("before")} order by number limit ${argument("limit")})`,
    ),
);
const closeEnd = compile()(() => build.delete(auditEnd).where(gte(auditEnd.id, sql`0`)));

/** What is audited of a write: the line, and behind which of its statements it stands, from 0. That one must have changed something. */
export type Audited = {
  readonly entry: NewAuditEntry;
  readonly after?: number;
  /** Told when the line was written. */
  readonly onWritten?: (entry: NewAuditEntry) => void;
};

/** Gives a database whose next write takes a line of the audit along: both are committed, or neither. */
export function audited(database: Database, { entry, after = 0, onWritten }: Audited): Database {
  let isDue = true;
  return {
    ...database,
    async write(statements, ...options) {
      if (!isDue) return database.write(statements, ...options);
      isDue = false;
      const results = await database.write(
        statements.toSpliced(after + 1, 0, insertAfter(columnsOf(entry))),
        ...options,
      );
      if (results[after + 1]?.rowsAffected === 1) onWritten?.(entry);
      return results.toSpliced(after + 1, 1);
    },
  };
}

/** Adds a line for what has no write of its own; durable when it resolves. */
export async function addToAudit(database: Database, entry: NewAuditEntry): Promise<void> {
  await database.write([insert(columnsOf(entry))]);
}

/** Lines that are looked at by one statement: some milliseconds. */
const windowLines = 20_000;
/** Lines stand in the order in which they were written; a clock that is set back moves their times by less than this. */
const clockMilliseconds = 24 * 60 * 60 * 1000;

/** Lists lines of the audit, the newest first. Other work has its turn between the slices of a long search. */
export async function listAudit(database: Database, filter: AuditFilter): Promise<readonly AuditEntry[]> {
  const { since = null, until = null, user = null, action = null, subject = null, outcome = null, limit } = filter;
  const { jobPart = null, key = null } = filter;
  const found: AuditEntry[] = [];
  let below = filter.below ?? Number.MAX_SAFE_INTEGER;
  for (;;) {
    const [edge] = await database.read(selectEdge({ below }));
    if (edge?.newest === undefined || edge.oldest === undefined || edge.at === undefined) return found;
    if (below <= edge.oldest || (since !== null && edge.at < since - clockMilliseconds)) return found;
    below = Math.min(below, edge.newest + 1);
    const from = below - windowLines;
    const left = limit - found.length;
    found.push(
      ...(await database.read(
        select({ since, until, user, key, action, subject, jobPart, outcome, from, below, limit: left }),
      )),
    );
    if (found.length >= limit) return found;
    below = from;
    await nextTurn();
  }
}

/** Removes lines from before a time, so many at most, in one write; returns how many. */
export async function removeOldAudit(database: Database, before: number, limit: number): Promise<number> {
  const [, removed] = await database.write([openEnd({ before }), removeOld({ before, limit }), closeEnd({})]);
  return removed?.rowsAffected ?? 0;
}

function columnsOf(entry: NewAuditEntry): Columns {
  const { at, action, outcome, role = null, requestId = null, jobId = null, keyId = null, client = null } = entry;
  return {
    ...{ at, action, outcome, role, requestId, jobId, keyId, client },
    subject: storable(entry.subject).slice(0, 256),
    user: entry.user === undefined ? null : storable(entry.user),
    address: entry.address === undefined ? null : storable(entry.address),
  };
}
