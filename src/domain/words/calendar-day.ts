/** Tells whether a text begins with a day that the calendar has (`2026-02-28…`): its readers take the 31st of a short month for one of the next. */
export function beginsWithDay(text: string): boolean {
  const [day] = /^\d{4}-\d\d-\d\d/.exec(text) ?? [];
  if (day === undefined) return false;
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}
