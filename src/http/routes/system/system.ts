import type { SystemDocument } from "../../../domain/documents/system.ts";
import { jsonLink } from "../../../domain/links.ts";
import { Problem } from "../../../domain/problem.ts";
import type { Clock } from "../../../domain/waiting/clock.ts";
import { shortText } from "../../../domain/words/short-text.ts";
import { readSystem, type SystemDeps, type UsePeriod } from "../../../operations/system/read-system.ts";
import { systemPage } from "../../../pages/system/system.tsx";
import { documentResponse } from "../../answers/document-response.ts";
import { ok } from "../../openapi/about.ts";
import { principalOf, type Route } from "../../route.ts";

export type SystemRouteDeps = SystemDeps & { readonly clock: Clock };

/** Reads of which time the use of the service is told. Throws `invalid-query-parameter-value`. */
function periodOf(text: string | undefined): UsePeriod {
  if (text === undefined || text === "7d" || text === "30d") return text ?? "7d";
  const detail = `Cannot read query parameter "period": found "${shortText(text)}", wanted 7d or 30d`;
  throw new Problem("invalid-query-parameter-value", detail);
}

/** Lists the route by which admins see what the service runs on. */
export function systemRoutes(deps: SystemRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/_/system",
      about: {
        summary: "What the service runs on: queue, disk, database, sandbox, and each setting with its source",
        tag: "service",
        query: { period: "of which time the jobs of users count: 7d, the last 7 days, as without it, or 30d" },
        answers: ok("System", "The figures of this moment"),
      },
      async handle(context) {
        const { baseUrl } = context;
        const facts = await readSystem(deps, principalOf(context), periodOf(context.query("period")));
        const document: SystemDocument = {
          ...facts,
          links: [
            jsonLink(`${baseUrl}/_/system`, "self"),
            jsonLink(`${baseUrl}/_/keys`, "related", "Keys"),
            jsonLink(`${baseUrl}/_/audit`, "related", "Audit"),
            jsonLink(`${baseUrl}/providers`, "related", "Providers"),
          ],
        };
        return documentResponse(context, document, {
          title: "System",
          headers: { "cache-control": "no-store" },
          page: systemPage({ measured: new Date(deps.clock.now()).toISOString() }),
        });
      },
    },
  ];
}
