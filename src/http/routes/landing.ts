import { conformanceClasses } from "../../domain/conformance.ts";
import { jsonLink, relations } from "../../domain/links.ts";
import { documentResponse } from "../document-response.ts";
import { openApiType } from "../openapi.ts";
import type { Route } from "../route.ts";

/** Their words are the service's own, whatever language a client prefers. */
const inEnglish = { "content-language": "en" };

/** Routes of the landing page and of the conformance declaration. */
export function landingRoutes(): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/",
      access: "public",
      hasEffect: false,
      handle(context) {
        const { baseUrl } = context;
        const document = {
          title: "Heddle",
          description: "Runs tools as OGC API - Processes",
          links: [
            jsonLink(`${baseUrl}/`, "self"),
            { href: `${baseUrl}/api`, rel: "service-desc", type: openApiType("3.0"), title: "API description" },
            { href: `${baseUrl}/api?f=oas31`, rel: "service-desc", type: openApiType("3.1"), title: "API description" },
            { href: `${baseUrl}/api.html`, rel: "service-doc", type: "text/html", title: "API description for people" },
            jsonLink(`${baseUrl}/conformance`, relations.conformance, "Conformance classes"),
            jsonLink(`${baseUrl}/processes`, relations.processes, "Processes"),
            jsonLink(`${baseUrl}/jobs`, relations.jobList, "Jobs"),
          ],
        };
        return documentResponse(context, document, { title: "Heddle", headers: inEnglish });
      },
    },
    {
      method: "GET",
      path: "/conformance",
      access: "public",
      hasEffect: false,
      handle: (context) =>
        documentResponse(
          context,
          { conformsTo: conformanceClasses },
          { title: "Conformance classes", headers: inEnglish },
        ),
    },
  ];
}
