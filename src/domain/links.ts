/** A link (OGC API - Common, link.yaml). */
export type Link = {
  readonly href: string;
  readonly rel: string;
  readonly type?: string;
  readonly title?: string;
};

/** Link relations of OGC API - Processes, which have no registered short name. Readers compare them literally. */
export const relations = {
  conformance: "http://www.opengis.net/def/rel/ogc/1.0/conformance",
  processes: "http://www.opengis.net/def/rel/ogc/1.0/processes",
  execute: "http://www.opengis.net/def/rel/ogc/1.0/execute",
  jobList: "http://www.opengis.net/def/rel/ogc/1.0/job-list",
  results: "http://www.opengis.net/def/rel/ogc/1.0/results",
  exceptions: "http://www.opengis.net/def/rel/ogc/1.0/exceptions",
  log: "http://www.opengis.net/def/rel/ogc/1.0/log",
  package: "http://www.opengis.net/def/rel/ogc/1.0/package",
} as const;

/** Names of the profiles of documents (OGC 18-062r3, requirements class query-param-profile). */
export const profiles = {
  processList: "https://www.opengis.net/def/profile/OGC/0/ogc-process-list",
  processDescription: "https://www.opengis.net/def/profile/OGC/0/ogc-process-description",
  jobList: "https://www.opengis.net/def/profile/OGC/0/jobs-list",
  job: "https://www.opengis.net/def/profile/OGC/0/job-description",
  results: "https://www.opengis.net/def/profile/OGC/0/ogc-results",
} as const;

/** Builds a link to a JSON resource. */
export function jsonLink(href: string, rel: string, title?: string): Link {
  const type = "application/json";
  return title === undefined ? { href, rel, type } : { href, rel, type, title };
}

/** Gives the URL of a process; `baseUrl` ends without a slash. */
export function processUrl(baseUrl: string, processId: string): string {
  // A colon and an at sign mean what they say in a path.
  return `${baseUrl}/processes/${encodeURIComponent(processId).replaceAll("%3A", ":").replaceAll("%40", "@")}`;
}

/** Gives the URL of a provider. */
export function providerUrl(baseUrl: string, providerId: string): string {
  return `${baseUrl}/providers/${encodeURIComponent(providerId)}`;
}

/** Gives the URL of a process of a provider. */
export function providerProcessUrl(baseUrl: string, providerId: string, processId: string): string {
  return `${providerUrl(baseUrl, providerId)}/processes/${encodeURIComponent(processId)}`;
}

/** Gives the URL of a job. */
export function jobUrl(baseUrl: string, jobId: string): string {
  return `${baseUrl}/jobs/${jobId}`;
}

/** Gives the URL of one result of a job. */
export function resultUrl(baseUrl: string, jobId: string, outputId: string): string {
  return `${jobUrl(baseUrl, jobId)}/results/${encodeURIComponent(outputId)}`;
}

/** Writes a `Link` header (RFC 8288). */
export function linkHeader(links: readonly Link[]): string {
  return links
    .map((link) => {
      const parameters = [
        `rel="${link.rel}"`,
        ...(link.type === undefined ? [] : [`type="${quoted(link.type)}"`]),
        ...(link.title === undefined ? [] : [`title="${quoted(link.title)}"`]),
      ];
      return `<${link.href}>; ${parameters.join("; ")}`;
    })
    .join(", ");
}

/** Names the profile of a document: as a link (RFC 6906), and as negotiation by profile does. */
export function profileHeaders(profile: string): Readonly<Record<string, string>> {
  return { link: `<${profile}>; rel="profile"`, "content-profile": `<${profile}>` };
}

/** Leaves out what would end a quoted string or a header line. */
function quoted(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]|["\\]/g, "_");
}
