const dayMilliseconds = 24 * 3600 * 1000;

/** A span of the calendar, both ends in it; one without an end goes on. Milliseconds since 1970. */
export type CalendarSpan = { readonly from: number; readonly to?: number };

/**
 * Reads a span of the calendar in words: today, yesterday, this or last week, this or last month; undefined for any other text. Days,
 * weeks (from Monday on) and months are those of UTC; `last week` is the one before this week.
 */
export function readCalendarSpan(text: string, now: number): CalendarSpan | undefined {
  const today = now - (now % dayMilliseconds);
  const monday = today - ((new Date(now).getUTCDay() + 6) % 7) * dayMilliseconds;
  const months = (from: number) => Date.UTC(new Date(now).getUTCFullYear(), new Date(now).getUTCMonth() + from);
  switch (
    text
      .trim()
      .toLowerCase()
      .replaceAll(/\s+/g, " ")
      .replace(/ \(utc\)$/, "")
  ) {
    case "today":
      return { from: today };
    case "yesterday":
      return { from: today - dayMilliseconds, to: today - 1 };
    case "this week":
      return { from: monday };
    case "last week":
      return { from: monday - 7 * dayMilliseconds, to: monday - 1 };
    case "this month":
      return { from: months(0) };
    case "last month":
      return { from: months(-1), to: months(0) - 1 };
    default:
      return undefined;
  }
}
