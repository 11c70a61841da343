/** Tells whether a status says that the same request may work a moment later. */
export function isPassingStatus(status: number): boolean {
  return [408, 425, 429].includes(status) || status >= 500;
}

/** Reads how long a remote wants to be left alone: `Retry-After` (RFC 9110 10.2.3), in seconds or as a date. */
export function retryAfterSeconds(headers: Headers): number | undefined {
  const value = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const at = Date.parse(value);
  // A date is told against the remote's own clock.
  const sent = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(at) || Number.isNaN(sent) ? undefined : Math.max(0, (at - sent) / 1000);
}
