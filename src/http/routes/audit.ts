import { defined } from "../../domain/defined.ts";
import { type AuditDocument, auditLine } from "../../domain/documents/audit.ts";
import { Problem } from "../../domain/problem.ts";
import { type ReadAuditDeps, readAudit } from "../../operations/read-audit.ts";
import { documentResponse } from "../answers/document-response.ts";
import { requireKnownQuery } from "../known-query.ts";
import { paging, tagged } from "../openapi/about.ts";
import { pageLinks, pageOf } from "../paging.ts";
import { principalOf, type Route } from "../route.ts";

export type AuditRouteDeps = ReadAuditDeps;

const filters = {
  since: "from this time on: a time ago, such as 12h or 7d, or RFC 3339",
  until: "before this time, written as since",
  user: "who did it",
  action: "what was done, such as deploy or execute",
  subject: "the id of the process, job, key or provider",
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
      async handle(context) {
        const principal = principalOf(context);
        requireKnownQuery(context, "the audit", { filters: Object.keys(filters), others: ["limit", "after"] });
        if (context.query("before") !== undefined) {
          const detail = "Cannot read the audit: found before, wanted after, which next links have";
          throw new Problem("invalid-query-parameter-value", detail);
        }
        const { limit, after } = pageOf(context, 100);
        const words = defined({
          since: context.query("since"),
          until: context.query("until"),
          user: context.query("user"),
          action: context.query("action"),
          subject: context.query("subject"),
        });
        const { items, next } = await readAudit(deps, principal, words, { limit, ...defined({ after }) });
        const document: AuditDocument = {
          entries: items.map(auditLine),
          links: pageLinks(context, `${context.baseUrl}/_/audit`, { next }),
        };
        return documentResponse(context, document, { title: "Audit" });
      },
    },
  ];
}
