import type { Principal } from "../domain/access.ts";
import type { AuditEntry } from "../domain/audit.ts";
import { type AuditWords, readAuditQuery } from "../domain/audit-query.ts";
import type { Clock } from "../domain/clock.ts";
import { Problem } from "../domain/problem.ts";
import { listAudit } from "../store/audit.ts";
import type { Database } from "../store/database.ts";
import { requireAction } from "./guard.ts";

export type ReadAuditDeps = { readonly database: Database; readonly clock: Clock };

/** Which page of the audit is wanted. */
export type AuditPage = { readonly limit: number; readonly after?: string };

type Found = { readonly items: readonly AuditEntry[]; readonly next?: string };

/** Reads a page of the audit, the newest first. Throws `forbidden`, `invalid-query-parameter-value`. */
export async function readAudit(
  deps: ReadAuditDeps,
  principal: Principal,
  words: AuditWords,
  page: AuditPage,
): Promise<Found> {
  requireAction(principal, "read-audit", "read the audit");
  return readAuditPage(deps, words, page);
}

/** Reads a page of the audit for the operator, as `readAudit` does. */
export async function readAuditPage(deps: ReadAuditDeps, words: AuditWords, page: AuditPage): Promise<Found> {
  const query = readAuditQuery(words, deps.clock.now());
  const { limit, after } = page;
  if (after !== undefined && !/^[1-9]\d{0,14}$/.test(after)) {
    const detail = `Cannot read the audit: found after ${JSON.stringify(after.slice(0, 80))}, wanted that of a next link`;
    throw new Problem("invalid-query-parameter-value", detail);
  }
  const below = after === undefined ? {} : { below: Number(after) };
  const read = await listAudit(deps.database, { ...query, ...below, limit: limit + 1 });
  const items = read.slice(0, limit);
  const last = items.at(-1);
  return read.length > limit && last !== undefined ? { items, next: String(last.number) } : { items };
}
