const units = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/** Reads a span of time: `90s`, `30m`, `12h`, `7d`, `52w`. In seconds; undefined for any other text. */
export function readSpan(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9})([smhdw])$/.exec(text) ?? [];
  const seconds = Object.entries(units).find(([name]) => name === unit)?.[1];
  return seconds === undefined ? undefined : Number(digits) * seconds;
}

/** Seconds that are fewer than this have a place behind the point. */
const few = 10;

/**
 * Words a duration in seconds, the same for every list, page and command: below a second in whole milliseconds, below ten in
 * tenths, below a minute in whole seconds, then in minutes and seconds, from an hour on in hours and minutes. What is rounded is
 * rounded before its unit is chosen: there are no 60 seconds.
 */
export function durationText(seconds: number): string {
  const milliseconds = Math.round(Math.max(0, seconds) * 1000);
  if (milliseconds === 0) return seconds > 0 ? "less than 1 ms" : "0 ms";
  if (milliseconds < 1000) return `${milliseconds} ms`;
  const tenths = Math.round(seconds * 10) / 10;
  if (tenths < few) return `${tenths.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [minutes, hours] = [Math.floor(whole / 60) % 60, Math.floor(whole / 3600)];
  return hours === 0 ? `${minutes} min ${whole % 60} s` : `${hours} h ${minutes} min`;
}

/** Words how long something goes on already, in whole minutes where it is some: a list is not looked at each second. */
export function soFarText(seconds: number): string {
  if (seconds < 60) return `${Math.floor(seconds)} s so far`;
  const [minutes, hours] = [Math.floor(seconds / 60) % 60, Math.floor(seconds / 3600)];
  return hours === 0 ? `${minutes} min so far` : `${hours} h ${minutes} min so far`;
}
