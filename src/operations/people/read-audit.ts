import { defined } from "../../domain/defined.ts";
import { type AuditDocument, type AuditedJob, executed } from "../../domain/documents/audit.ts";
import { mayDo, type Principal } from "../../domain/people/access.ts";
import { type AuditEntry, jobOfLine } from "../../domain/people/audit.ts";
import { type AuditWords, readAuditQuery } from "../../domain/people/audit-query.ts";
import { Problem } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Database } from "../../store/database/database.ts";
import { listOwners } from "../../store/jobs/jobs.ts";
import { listAudit } from "../../store/people/audit.ts";
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

/**
 * Tells of what process the jobs are that lines name, and whose, by their ids: to who may see them all. What was removed is
 * known where its execution is among the lines.
 */
export async function jobsOfAudit(
  { database }: Pick<ReadAuditDeps, "database">,
  principal: Principal,
  { entries }: Pick<AuditDocument, "entries">,
): Promise<ReadonlyMap<string, AuditedJob>> {
  const told = entries.flatMap(({ action, jobID, subject, user }) =>
    action === "execute" && jobID !== undefined
      ? [[jobID, { ...executed(subject), ...defined({ user }) }] as const]
      : [],
  );
  if (!mayDo(principal, "read-all-jobs")) return new Map(told);
  const ids = new Set(entries.flatMap((line) => jobOfLine(line) ?? []));
  const found = await listOwners(database, [...ids]);
  const known = found.map(({ id, processId, providerId, user }) => {
    const job = { process: processId, ...defined({ user, provider: providerId }) };
    return [id, job] as const;
  });
  return new Map([...told, ...known]);
}
