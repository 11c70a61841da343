import { conformanceClasses } from "../../domain/conformance.ts";
import { jsonLink, relations } from "../../domain/links.ts";
import { documentResponse } from "../answers/document-response.ts";
import { tagged } from "../openapi/about.ts";
import { openApiType } from "../openapi/openapi.ts";
import type { Route } from "../route.ts";

/** The texts are in English, whatever language a client prefers. */
const inEnglish = { "content-language": "en" };

/** Lists the routes of the landing page, of the rules for robots, and of the conformance declaration. */
export function landingRoutes(): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/",
      about: { summary: "Landing page", tag: "service", answers: tagged("LandingPage", "Links to all resources") },
      access: "public",
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
      path: "/robots.txt",
      about: {
        summary: "What programs that follow links may read",
        tag: "service",
        answers: { 200: { about: "Rules (RFC 9309)", content: { mediaType: "text/plain" } } },
      },
      access: "public",
      handle({ baseUrl }) {
        const headers = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };
        return new Response(robotsText(new URL(baseUrl).pathname.replace(/\/$/, "")), { headers });
      },
    },
    {
      method: "GET",
      path: "/conformance",
      about: {
        summary: "Conformance classes",
        tag: "service",
        answers: tagged("ConformanceClasses", "URIs of the classes that hold"),
      },
      access: "public",
      handle: (context) =>
        documentResponse(
          context,
          { conformsTo: conformanceClasses },
          { title: "Conformance classes", headers: inEnglish },
        ),
    },
  ];
}

/** Formats the rules for programs that follow links: they may read the processes, but execute nothing and read no jobs (RFC 9309). */
function robotsText(basePath: string): string {
  const below = [
    "Disallow: /processes/*/execution",
    "Disallow: /processes/*/jobs",
    "Allow: /processes/",
    "Allow: /processes?",
    "Allow: /processes$",
    "Allow: /?f=",
    "Allow: /$",
    "Disallow: /",
  ];
  const rules = below.map((rule) => rule.replace(": /", `: ${basePath}/`));
  return `${["User-agent: *", ...rules].join("\n")}\n`;
}
