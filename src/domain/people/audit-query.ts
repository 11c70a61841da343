import { defined } from "../defined.ts";
import { readJobId } from "../jobs/short-id.ts";
import { Problem } from "../problem.ts";
import { beginsWithDay } from "../words/calendar-day.ts";
import { readCalendarSpan } from "../words/calendar-span.ts";
import { nearNames } from "../words/near-names.ts";
import { readTimeAgo } from "../words/time-ago.ts";
import { type AuditAction, type AuditOutcome, auditActions, auditOutcomes } from "./audit.ts";

/** What is asked of the audit, as it was written. */
export type AuditWords = {
  readonly since?: string;
  readonly until?: string;
  readonly user?: string;
  readonly key?: string;
  readonly action?: string;
  readonly subject?: string;
  readonly outcome?: string;
};

/** What is asked of the audit. Times are milliseconds since 1970. */
export type AuditQuery = {
  readonly since?: number;
  readonly until?: number;
  readonly user?: string;
  /** The id of the key that it was done with. */
  readonly key?: string;
  readonly action?: AuditAction;
  /** A process, a job, a key, a provider or a user by its name. */
  readonly subject?: string;
  /** The beginning or the end of the id of a job, 8 characters or more, in small letters. */
  readonly jobPart?: string;
  readonly outcome?: AuditOutcome;
};

/** Reads what is asked of the audit. Throws `invalid-query-parameter-value` naming the field. */
export function readAuditQuery(words: AuditWords, now: number): AuditQuery {
  const { user } = words;
  return defined({
    since: timeOf("since", words.since, now),
    until: timeOf("until", words.until, now),
    user,
    key: words.key === undefined ? undefined : idOfKey(words.key.trim()),
    action: actionOf(words.action),
    ...subjectOf(words.subject),
    outcome: outcomeOf(words.outcome),
  });
}

/** Ids of keys are shown alone, behind "key", and within the key itself, whose secret is not looked for. */
const keyId = /^(?:key(?: id)? "?|hdl_)([A-Za-z0-9]+)(?:"$|_.*$|$)/;

/** Reads the id of a key out of how it is written somewhere; a text of another form stays as it is. */
function idOfKey(text: string): string {
  return keyId.exec(text)?.[1] ?? text;
}

const partOfJob = /^[0-9a-f][0-9a-f-]{7,35}$/;

/** Reads what was acted on: a job also by the beginning or the end of its id, as lists show it, or by its address. */
function subjectOf(text: string | undefined): Pick<AuditQuery, "subject" | "jobPart"> {
  if (text === undefined) return {};
  const subject = text.trim();
  const small = subject.toLowerCase();
  const jobPart = partOfJob.test(small) ? small : readJobId(subject);
  return { subject: idOfKey(subject), ...defined({ jobPart }) };
}

const instant = /^\d{4}-\d{2}-\d{2}(?:[Tt]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/;

function timeOf(name: "since" | "until", text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const ago = readTimeAgo(text, now);
  if (ago !== undefined) return ago;
  const span = readCalendarSpan(text, now);
  if (span !== undefined) return span.from;
  const at = instant.test(text) && beginsWithDay(text) ? Date.parse(text.toUpperCase()) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  const wanted =
    "a time ago, such as 90s, 30m, 12h, 7d or 4w, a time, such as 2030-01-31 or 2030-01-31T12:00:00Z, or today, yesterday, last week or last month, from their beginning (UTC)";
  throw new Problem(
    "invalid-query-parameter-value",
    `Cannot read the audit: found ${name} ${shown(text)}, wanted ${wanted}`,
  );
}

function actionOf(text: string | undefined): AuditAction | undefined {
  if (text === undefined) return undefined;
  const action = auditActions.find((one) => one === text);
  if (action !== undefined) return action;
  const [near] = nearNames(text, auditActions);
  const wanted = near === undefined ? `one of ${auditActions.join(", ")}` : `${near}, or another action`;
  throw new Problem(
    "invalid-query-parameter-value",
    `Cannot read the audit: found action ${shown(text)}, wanted ${wanted}`,
  );
}

function outcomeOf(text: string | undefined): AuditOutcome | undefined {
  if (text === undefined) return undefined;
  const outcome = auditOutcomes.find((one) => one === text);
  if (outcome !== undefined) return outcome;
  const wanted = auditOutcomes.join(" or ");
  throw new Problem(
    "invalid-query-parameter-value",
    `Cannot read the audit: found outcome ${shown(text)}, wanted ${wanted}`,
  );
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
