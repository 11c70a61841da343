import { type ApiOperations, notChanged, ok, tagged } from "./operation.ts";

/** The service itself. */
export const serviceOperations: ApiOperations = {
  "GET /": { summary: "Landing page", tag: "service", answers: tagged("LandingPage", "Links to all resources") },
  "GET /robots.txt": {
    summary: "What programs that follow links may read",
    tag: "service",
    answers: { 200: { about: "Rules (RFC 9309)", content: { mediaType: "text/plain" } } },
  },
  "GET /conformance": {
    summary: "Conformance classes",
    tag: "service",
    answers: tagged("ConformanceClasses", "URIs of the classes that hold"),
  },
  "GET /api": {
    summary: "API description",
    tag: "service",
    answers: {
      200: { about: "This document", content: { mediaType: "application/vnd.oai.openapi+json;version=3.0" } },
      ...notChanged,
    },
  },
  "GET /api.html": {
    summary: "API description for people",
    tag: "service",
    answers: { 200: { about: "A page", content: { mediaType: "text/html" } } },
  },
  "GET /api/:asset": {
    summary: "Scripts and styles of the page",
    tag: "service",
    answers: { 200: { about: "A file", content: { mediaType: "text/css" } } },
  },
  "GET /healthz": { summary: "Whether the service lives", tag: "service", answers: ok("Health", "It lives") },
  "GET /readyz": {
    summary: "Whether the service can work",
    tag: "service",
    answers: ok("Health", "It can"),
    problems: [503],
  },
};
