const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** Reads a time that is written by how long it is ago, such as 90s, 30m, 12h, 7d or 4w; undefined for any other text. */
export function readTimeAgo(text: string, now: number): number | undefined {
  const [, count, unit] = /^(\d{1,9})([smhdw])$/.exec(text) ?? [];
  const milliseconds = Object.entries(units).find(([one]) => one === unit)?.[1];
  return milliseconds === undefined ? undefined : now - Number(count) * milliseconds;
}
