/** Where a form that was sent leaves the name of its draft, until the page that comes of it shows whether it became a job. */
export const sentKey = "heddle-sent";

/** Drops the draft of the form that became the job of this page. */
export function dropSentDraft(): void {
  const key = sessionStorage.getItem(sentKey);
  if (key === null) return;
  sessionStorage.removeItem(key);
  sessionStorage.removeItem(sentKey);
}
