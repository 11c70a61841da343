import { beginsWithDay } from "../words/calendar-day.ts";
import { readSpan } from "../words/spans.ts";

const daySeconds = 86_400;

/** The end of the days that a time can name. */
const lastTime = Date.UTC(9999, 11, 31);

/**
 * Reads when something ends: after a time (`90s`, `30m`, `12h`, `30d`, `52w`), at the end of a day of UTC (`2027-01-31`), or at a
 * time with its zone (`2027-01-31T12:00:00Z`). Milliseconds since 1970; undefined for any other text, and for what is over.
 */
export function readExpiry(text: string, now: number): number | undefined {
  const at = readTime(text.trim(), now);
  return at !== undefined && at > now && at <= lastTime ? at : undefined;
}

function readTime(text: string, now: number): number | undefined {
  const span = readSpan(text);
  if (span !== undefined) return now + span * 1000;
  if (!beginsWithDay(text)) return undefined;
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return Date.parse(`${text}T00:00:00Z`) + daySeconds * 1000;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}
