import { jobUrl } from "../../../domain/links.ts";
import { Problem } from "../../../domain/problem.ts";
import type { ReadInputsDeps } from "../../../operations/runs/read-inputs.ts";
import { readProvenance } from "../../../operations/runs/read-provenance.ts";
import { provenancePage } from "../../../pages/provenance/provenance.tsx";
import { shortId } from "../../../pages/shared/words.ts";
import { writeProvN } from "../../../wire/prov-n.ts";
import { documentResponse } from "../../answers/document-response.ts";
import { preferredType } from "../../answers/negotiate.ts";
import { provenanceDocument } from "../../answers/provenance/provenance-document.ts";
import { provenanceParts, provenanceText } from "../../answers/provenance/provenance-text.ts";
import { type AnswerDeps, outputLocations } from "../../answers/results/results-context.ts";
import { notChanged } from "../../openapi/about.ts";
import { foreignBytes, principalOf, type Route, type RouteContext } from "../../route.ts";

export type ProvenanceRouteDeps = ReadInputsDeps & Pick<AnswerDeps, "settings">;

const notation = "text/provenance-notation";

/** Lists the routes of a job's provenance: as PROV-JSON, as PROV-N, and its parts as text, as clients of Weaver ask for them. */
export function provenanceRoutes(deps: ProvenanceRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/jobs/:jobId/prov",
      about: {
        summary: "How a job came to its results: W3C PROV as JSON or as text",
        tag: "jobs",
        query: { f: "json, html, or provn for PROV-N" },
        answers: {
          200: { about: "The provenance", content: { document: "Provenance", hasFormats: true } },
          ...notChanged,
        },
        problems: [406, 410],
      },
      handle: (context) => answerProvenance(deps, context),
    },
    ...Object.entries(provenanceParts).map(
      ([part, summary]): Route => ({
        method: "GET",
        path: `/jobs/:jobId/prov/${part}`,
        about: {
          summary,
          tag: "jobs",
          answers: { 200: { about: "Lines of text", content: { mediaType: "text/plain" } } },
          problems: [406, 410],
        },
        handle: (context) => answerPart(deps, context, part),
      }),
    ),
  ];
}

async function answerProvenance(deps: ProvenanceRouteDeps, context: RouteContext): Promise<Response> {
  const jobId = context.param("jobId");
  const known = await readProvenance(deps, principalOf(context), jobId);
  const document = provenanceDocument(known, context.baseUrl, outputLocations(deps, context.baseUrl));
  if (!wantsNotation(context)) {
    return documentResponse(context, document, {
      title: `Provenance of job ${shortId(jobId)}`,
      page: provenancePage({ jobUrl: jobUrl(context.baseUrl, jobId), parts: provenanceParts }),
    });
  }
  const headers = { "content-type": `${notation}; charset=utf-8`, vary: "accept", ...foreignBytes };
  return new Response(writeProvN(document), { headers });
}

/** `f` wins over `Accept`. */
function wantsNotation({ request, query }: RouteContext): boolean {
  const format = query("f");
  if (format !== undefined) return format === "provn";
  return preferredType(request.headers.get("accept"), ["application/json", "text/html", notation]) === notation;
}

async function answerPart(deps: ProvenanceRouteDeps, context: RouteContext, part: string): Promise<Response> {
  const accept = context.request.headers.get("accept");
  if (preferredType(accept, ["text/plain"]) === undefined) {
    throw new Problem("not-acceptable", `Cannot answer: found Accept "${accept}", wanted text/plain`);
  }
  const jobId = context.param("jobId");
  const known = await readProvenance(deps, principalOf(context), jobId);
  const lines = provenanceText(known, part, jobUrl(context.baseUrl, jobId));
  const text = lines.map((line) => `${line}\n`).join("");
  return new Response(text, {
    headers: { "content-type": "text/plain; charset=utf-8", vary: "accept", ...foreignBytes },
  });
}
