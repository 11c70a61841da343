const units = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/** Reads a span of time: `90s`, `30m`, `12h`, `7d`, `52w`. In seconds; undefined for any other text. */
export function readSpan(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9})([smhdw])$/.exec(text) ?? [];
  const seconds = Object.entries(units).find(([name]) => name === unit)?.[1];
  return seconds === undefined ? undefined : Number(digits) * seconds;
}

/** Formats a duration in seconds. */
export function durationText(seconds: number): string {
  // In one digit it would be nothing.
  if (seconds < 0.05) return "less than 0.1 s";
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const [minutes, hours] = [Math.floor(seconds / 60) % 60, Math.floor(seconds / 3600)];
  return hours === 0 ? `${minutes} min ${Math.floor(seconds) % 60} s` : `${hours} h ${minutes} min`;
}

/** Words a duration in seconds; below a tenth of a second in milliseconds, so that little is not nothing. */
export function shortTimeText(seconds: number): string {
  if (seconds >= 0.1) return durationText(seconds);
  return seconds < 0.0005 ? "less than 1 ms" : `${Math.round(seconds * 1000)} ms`;
}
