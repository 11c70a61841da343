import { jsonLink, processUrl, profiles, relations } from "../../domain/links.ts";
import type { Process } from "../../domain/process.ts";

/** Builds the summary of a process (processSummary.yaml; `mutable`: OGC 20-044 /req/deploy-replace-undeploy/static-indicator). */
export function processSummary(process: Process, baseUrl: string): Readonly<Record<string, unknown>> {
  const { inputs: _inputs, outputs: _outputs, ...summary } = process.description;
  const url = processUrl(baseUrl, process.id);
  return {
    ...summary,
    mutable: process.isMutable,
    links: [
      jsonLink(url, "self", "Process description"),
      { href: `${url}?f=html`, rel: "alternate", type: "text/html", title: "Process description as HTML" },
    ],
  };
}

/** Builds the description of a process (process.yaml). */
export function processDocument(process: Process, baseUrl: string): Readonly<Record<string, unknown>> {
  const url = processUrl(baseUrl, process.id);
  return {
    ...process.description,
    mutable: process.isMutable,
    revision: process.revision,
    links: [
      jsonLink(url, "self", "Process description"),
      { href: profiles.processDescription, rel: "profile" },
      jsonLink(`${url}/execution`, relations.execute, "Execute this process"),
    ],
  };
}
