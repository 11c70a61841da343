/** One exception of a report (OGC 06-121r9, 8). */
export type WpsException = { readonly code: string; readonly locator?: string; readonly text: string };
