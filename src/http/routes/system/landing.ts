import { defined, unlessEmpty } from "../../../domain/defined.ts";
import type { LandingDocument } from "../../../domain/documents/landing.ts";
import { jsonLink, type Link, relations } from "../../../domain/links.ts";
import type { ServiceIdentity } from "../../../domain/people/service-identity.ts";
import { conformanceClasses } from "../../../domain/processes/conformance.ts";
import { homePage } from "../../../pages/system/home.tsx";
import { documentFormat, documentResponse } from "../../answers/document-response.ts";
import { type HomeDeps, readHomeView } from "../../answers/system/home-view.ts";
import { tagged } from "../../openapi/about.ts";
import { openApiType } from "../../openapi/openapi.ts";
import type { Route } from "../../route.ts";

/** The texts are in English, whatever language a client prefers. */
const inEnglish = { "content-language": "en" };

export type LandingRouteDeps = HomeDeps & {
  /** What the service says of itself. */
  readonly identity: ServiceIdentity;
};

/** Lists the routes of the landing page, of the rules for robots, and of the conformance declaration. */
export function landingRoutes(deps: LandingRouteDeps): readonly Route[] {
  const { identity } = deps;
  return [
    {
      method: "GET",
      path: "/",
      about: { summary: "Landing page", tag: "service", answers: tagged("LandingPage", "Links to all resources") },
      access: "public",
      async handle(context) {
        const { baseUrl } = context;
        const document: LandingDocument = {
          ...introductionOf(identity),
          links: [
            jsonLink(`${baseUrl}/`, "self"),
            { href: `${baseUrl}/api`, rel: "service-desc", type: openApiType("3.0"), title: "API description" },
            { href: `${baseUrl}/api?f=oas31`, rel: "service-desc", type: openApiType("3.1"), title: "API description" },
            { href: `${baseUrl}/api.html`, rel: "service-doc", type: "text/html", title: "API description for people" },
            jsonLink(`${baseUrl}/conformance`, relations.conformance, "Conformance classes"),
            jsonLink(`${baseUrl}/processes`, relations.processes, "Processes"),
            jsonLink(`${baseUrl}/jobs`, relations.jobList, "Jobs"),
            ...linksOf(identity),
          ],
        };
        const isPage = documentFormat(context) === "html";
        const page = isPage ? homePage(await readHomeView(deps, context, identity)) : undefined;
        return documentResponse(context, document, { title: identity.title, headers: inEnglish, ...defined({ page }) });
      },
    },
    {
      method: "GET",
      path: "/robots.txt",
      about: {
        summary: "What programs that follow links may read",
        tag: "pages",
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

function introductionOf({ title, description, keywords, languages, provider, contact, license }: ServiceIdentity) {
  return {
    title,
    description,
    ...defined({ keywords: unlessEmpty(keywords), provider, contact, license }),
    languages,
  };
}

/** Builds the links that the operator wishes, by the relations that catalogues of services use. */
function linksOf({ provider, contact, license, termsUrl, logoUrl }: ServiceIdentity): readonly Link[] {
  const links = [
    { rel: "provider", href: provider?.url, title: provider?.name },
    { rel: "help", href: contact?.url, title: contact?.name },
    { rel: "license", href: license?.url, title: license?.name },
    { rel: "terms-of-service", href: termsUrl, title: "Terms of use" },
    { rel: "icon", href: logoUrl, title: "Logo" },
  ];
  return links.flatMap(({ rel, href, title }) => (href === undefined ? [] : [{ href, rel, ...defined({ title }) }]));
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
