import { conformanceClasses } from "../../domain/conformance.ts";
import { jsonLink, relations } from "../../domain/links.ts";
import { requireJson } from "../negotiate.ts";
import { openApiType } from "../openapi.ts";
import { jsonResponse, type Route } from "../route.ts";

/** Routes of the landing page and of the conformance declaration. */
export function landingRoutes(): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/",
      access: "public",
      hasEffect: false,
      handle({ request, baseUrl }) {
        requireJson(request.headers.get("accept"));
        return jsonResponse({
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
        });
      },
    },
    {
      method: "GET",
      path: "/conformance",
      access: "public",
      hasEffect: false,
      handle({ request }) {
        requireJson(request.headers.get("accept"));
        return jsonResponse({ conformsTo: conformanceClasses });
      },
    },
  ];
}
