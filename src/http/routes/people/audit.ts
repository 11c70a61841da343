import { defined } from "../../../domain/defined.ts";
import { type AuditDocument, auditLine } from "../../../domain/documents/audit.ts";
import { mayDo, type Principal } from "../../../domain/people/access.ts";
import { processOfRequest } from "../../../domain/people/audit.ts";
import type { AuditWords } from "../../../domain/people/audit-query.ts";
import { Problem } from "../../../domain/problem.ts";
import { listKeysFor } from "../../../operations/people/manage-keys.ts";
import { jobsOfAudit, type ReadAuditDeps, readAudit } from "../../../operations/people/read-audit.ts";
import { knownProcesses, removedProcesses } from "../../../operations/processes/process-revisions.ts";
import { auditPage } from "../../../pages/people/audit.tsx";
import type { KeysOfAudit } from "../../../pages/people/audit-table.tsx";
import type { AuditView } from "../../../pages/people/audit-words.ts";
import { roleText } from "../../../pages/people/keys.tsx";
import { documentFormat, documentResponse } from "../../answers/document-response.ts";
import { withFiltersAgain } from "../../answers/filters-again.ts";
import { paging, tagged } from "../../openapi/about.ts";
import { requireKnownQuery } from "../../request/known-query.ts";
import { pageLinks, pageOf } from "../../request/paging.ts";
import { principalOf, type Route, type RouteContext } from "../../route.ts";

export type AuditRouteDeps = ReadAuditDeps & Parameters<typeof removedProcesses>[0];

const filters = {
  since: "from this time on: a time ago, such as 12h or 7d, today, yesterday or last week (UTC), or RFC 3339",
  until: "before this time, written as since",
  user: "who did it",
  key: "the id of the key that it was done with",
  action: "what was done, such as deploy or execute",
  subject: "the id of the process, job, key or provider; of a job also 8 or more characters of its beginning or end",
  outcome: "done or refused",
} as const;

/** Lists the route by which admins read who did what. */
export function auditRoutes(deps: AuditRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/_/audit",
      about: {
        summary: "Who did what: the audit, for admins",
        tag: "service",
        query: { ...paging, ...filters },
        answers: tagged("AuditList", "One page of the audit, the newest first"),
      },
      handle(context) {
        const words = wordsOf(context);
        const view = { since: "", until: "", user: "", key: "", action: "", subject: "", outcome: "", ...words };
        return withFiltersAgain(
          context,
          () => list(deps, context, view, words),
          (fault) => documentResponse(context, { entries: [], links: [] }, { title, page: auditPage(view, { fault }) }),
        );
      },
    },
  ];
}

const title = "Audit";

/** A field of the page that nobody filled in says nothing. */
function wordsOf({ query }: RouteContext): AuditWords {
  const field = (name: keyof typeof filters) => query(name) || undefined;
  return defined({
    since: field("since"),
    until: field("until"),
    user: field("user"),
    key: field("key"),
    action: field("action"),
    subject: field("subject"),
    outcome: field("outcome"),
  });
}

async function list(
  deps: AuditRouteDeps,
  context: RouteContext,
  view: AuditView,
  words: AuditWords,
): Promise<Response> {
  const principal = principalOf(context);
  requireKnownQuery(context, "the audit", { filters: Object.keys(filters), others: ["limit", "after"] });
  if (context.query("before") !== undefined) {
    const detail = "Cannot read the audit: found before, wanted after, which next links have";
    throw new Problem("invalid-query-parameter-value", detail);
  }
  const { limit, after } = pageOf(context, 100);
  const { items, next } = await readAudit(deps, principal, words, { limit, ...defined({ after }) });
  const document: AuditDocument = {
    entries: items.map(auditLine),
    links: pageLinks(context, `${context.baseUrl}/_/audit`, { next }),
  };
  if (documentFormat(context) !== "html") return documentResponse(context, document, { title });
  const [keys, jobs, removed, processes] = await Promise.all([
    keysOf(deps, principal, document),
    jobsOfAudit(deps, principal, document),
    mayDo(principal, "deploy") ? removedProcesses(deps, principal) : [],
    knownProcesses(deps, principal, namedIn(document)),
  ]);
  return documentResponse(context, document, {
    title,
    page: auditPage(view, { keys, jobs, removed: new Set(removed), processes: new Set(processes) }),
  });
}

/** Lists the processes that refused requests name. */
function namedIn({ entries }: AuditDocument): readonly string[] {
  return entries.flatMap(({ outcome, subject }) => (outcome === "refused" ? (processOfRequest(subject) ?? []) : []));
}

/** Tells whose the keys are that the lines name, for who may know; keys that were revoked are kept. */
async function keysOf(deps: AuditRouteDeps, principal: Principal, { entries }: AuditDocument): Promise<KeysOfAudit> {
  const namesKey = entries.some(
    ({ action, subject, keyID }) => keyID !== undefined || action.endsWith("-key") || subject.startsWith("key "),
  );
  if (!namesKey || !mayDo(principal, "manage-keys")) return new Map();
  const keys = await listKeysFor(deps, principal);
  return new Map(keys.map(({ id, user, role, actions }) => [id, `${user}, ${roleText(role, actions)}`]));
}
