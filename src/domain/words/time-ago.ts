const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
type Unit = keyof typeof units;

/** The words for each unit, of one of it. */
const spoken = {
  second: "s",
  sec: "s",
  minute: "m",
  min: "m",
  hour: "h",
  hr: "h",
  day: "d",
  week: "w",
} as const satisfies Readonly<Record<string, Unit>>;

/**
 * Reads a time that is written by how long it is ago, such as 90s, 30m, 12h, 7d or 4w, or in words, such as 30 days, last 30 days,
 * 2 weeks ago or last hour; undefined for any other text.
 */
export function readTimeAgo(text: string, now: number): number | undefined {
  const plain = text.trim().toLowerCase().replaceAll(/\s+/g, " ");
  const [, count, unit] = /^(\d{1,9})([smhdw])$/.exec(plain) ?? [];
  if (count !== undefined) return ago(Number(count), unit, now);
  const [, before, many, word] = /^((?:the )?(?:last|past) )?(?:(\d{1,9}) ?)?([a-z]+?)s?(?: ago)?$/.exec(plain) ?? [];
  // "Last week" and "last day" may be those of the calendar.
  const one = before !== undefined && (word === "hour" || word === "minute") ? "1" : undefined;
  const counted = many ?? one;
  if (counted === undefined) return undefined;
  return ago(Number(counted), Object.entries(spoken).find(([name]) => name === word)?.[1] ?? word, now);
}

function ago(count: number, unit: string | undefined, now: number): number | undefined {
  const milliseconds = Object.entries(units).find(([one]) => one === unit)?.[1];
  return milliseconds === undefined ? undefined : now - count * milliseconds;
}
