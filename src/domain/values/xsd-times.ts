/** What XML Schema writes of times and JSON Schema does not: no zone, the end of a day, and a zone without its colon. */
const dateTime = /^(-?\d{4,}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/;
const time = /^(\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/;
const date = /^(\d{4}-\d{2}-\d{2})(Z|[+-]\d{2}:?\d{2})?$/;
const dayMilliseconds = 24 * 3600 * 1000;

/**
 * Writes a time of XML Schema as JSON Schema's `date-time`, `date` or `time` wants it, to check it by: a missing zone is UTC,
 * 24:00:00 is the next day's begin (XML Schema 1.1, 3.3.7). Undefined for what is none; white space around it is left out.
 */
export function jsonTimeOf(given: string, format: string): string | undefined {
  const text = given.trim();
  switch (format) {
    case "date-time": {
      const [, day, clock, fraction = "", zone] = dateTime.exec(text) ?? [];
      if (day === undefined || clock === undefined) return undefined;
      if (clock !== "24:00:00") return `${day}T${clock}${fraction}${zoneOf(zone)}`;
      const start = Date.parse(`${day}T00:00:00Z`);
      if (Number.isNaN(start) || /[1-9]/.test(fraction)) return undefined;
      return `${new Date(start + dayMilliseconds).toISOString().slice(0, 10)}T00:00:00${zoneOf(zone)}`;
    }
    case "time": {
      const [, clock, fraction = "", zone] = time.exec(text) ?? [];
      if (clock === undefined) return undefined;
      if (clock !== "24:00:00") return `${clock}${fraction}${zoneOf(zone)}`;
      return /[1-9]/.test(fraction) ? undefined : `00:00:00${zoneOf(zone)}`;
    }
    case "date":
      return date.exec(text)?.[1];
    default:
      return undefined;
  }
}

function zoneOf(zone: string | undefined): string {
  if (zone === undefined || zone === "Z") return "Z";
  return zone.includes(":") ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
}
