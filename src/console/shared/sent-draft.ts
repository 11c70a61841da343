/** Where a form that was sent leaves the name of its draft, until the page that comes of it shows whether it became something. */
export const sentKey = "heddle-sent";

/** Drops the draft of the form that became what this page shows: one that is sent to a path with such an end. */
export function dropSentDraft(pathEnd: string): void {
  const key = sessionStorage.getItem(sentKey);
  if (key?.split(" ")[2]?.endsWith(pathEnd) !== true) return;
  for (const storage of [localStorage, sessionStorage]) storage.removeItem(key);
  sessionStorage.removeItem(sentKey);
}
