import { defined } from "../../../domain/defined.ts";
import type { Job } from "../../../domain/jobs/job.ts";
import { jobTimes } from "../../../domain/jobs/job-times.ts";
import {
  jobUrl,
  jsonLink,
  type Link,
  processUrl,
  profiles,
  providerProcessUrl,
  relations,
} from "../../../domain/links.ts";
import type { Process } from "../../../domain/processes/process.ts";
import type { Provider } from "../../../domain/processes/provider.ts";
import type { ChosenProcess } from "../../../operations/deploy/application-package.ts";
import type { Deployed } from "../../../operations/deploy/deploy-process.ts";
import type { ProcessRevision } from "../../../operations/processes/process-revisions.ts";
import type { ProcessStatistics } from "../../../operations/processes/process-statistics.ts";

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

/**
 * Builds the answer to a deployment: the summary of the process, which process of the package it is, the others that could
 * have been deployed, and what whoever deployed it should know.
 */
export function deployedDocument(
  { process, warnings }: Deployed,
  { chosen }: { readonly chosen?: ChosenProcess | undefined },
  baseUrl: string,
): Readonly<Record<string, unknown>> {
  return {
    ...processSummary(process, baseUrl),
    ...(chosen === undefined ? {} : { workflow: chosen.main, otherWorkflows: chosen.others }),
    warnings,
  };
}

/** Builds the description of a process (process.yaml), or of one of its revisions. */
export function processDocument(
  process: Process,
  baseUrl: string,
  revision?: ProcessRevision,
): Readonly<Record<string, unknown>> {
  const url = processUrl(baseUrl, process.id);
  const own = revision === undefined ? url : processUrl(baseUrl, `${process.id}@${process.revision}`);
  const isExecutable = revision === undefined || revision.isDeployed;
  return {
    ...process.description,
    mutable: process.isMutable,
    revision: process.revision,
    ...(revision === undefined ? {} : stateMembers(revision)),
    ...sourcesOf(process),
    links: [
      jsonLink(own, "self", "Process description"),
      { href: profiles.processDescription, rel: "profile" },
      ...(isExecutable ? [jsonLink(`${own}/execution`, relations.execute, "Execute this process")] : []),
      ...(process.isMutable
        ? [
            { href: `${own}/package`, rel: relations.package, title: "The package that was deployed" },
            jsonLink(`${url}/revisions`, "version-history", "All revisions of this process"),
          ]
        : []),
      ...toldLinks(process),
      ...(revision === undefined || revision.isCurrent
        ? []
        : [jsonLink(url, "latest-version", "The current revision")]),
    ],
  };
}

/** Builds the description of a process of a provider. */
export function providerProcessDocument(
  process: Process,
  provider: Provider,
  baseUrl: string,
): Readonly<Record<string, unknown>> {
  const url = providerProcessUrl(baseUrl, provider.id, process.id);
  return {
    ...process.description,
    mutable: false,
    revision: process.revision,
    links: [
      jsonLink(url, "self", "Process description"),
      jsonLink(`${url}/execution`, relations.execute, "Execute this process"),
    ],
  };
}

/** Builds the list of revisions of a process. */
export function revisionList(id: string, revisions: readonly ProcessRevision[], baseUrl: string) {
  return revisions.map((one) => ({
    version: one.version,
    revision: one.revision,
    ...stateMembers(one),
    links: [jsonLink(processUrl(baseUrl, `${id}@${one.revision}`), "item", `Version ${one.version}`)],
  }));
}

/** Relations of what a description tells of a process with a link (IANA link relations; RFC 4946, RFC 8288). */
const toldRelations: Readonly<Record<string, string>> = {
  author: "author",
  license: "license",
  codeRepository: "related",
};

/** Links to authors, licence and source code, as the metadata of the description names them. */
function toldLinks({ description: { metadata = [] } }: Process): readonly Link[] {
  return metadata.flatMap(({ role, href, title }) => {
    const rel = typeof role === "string" && Object.hasOwn(toldRelations, role) ? toldRelations[role] : undefined;
    if (rel === undefined || typeof href !== "string") return [];
    return [{ href, rel, ...(typeof title === "string" ? { title } : {}) }];
  });
}

/** What was fetched for its package, each file with its digest, and the deployed processes that its steps run. */
function sourcesOf({ definition }: Process) {
  return definition.kind === "cwl" ? defined({ sources: definition.sources, runs: definition.runs }) : {};
}

/** Builds what is told of the last runs of a process; times are seconds. */
export function statisticsOfProcess(statistics: ProcessStatistics, baseUrl: string) {
  const { lastRuns, runs, since, successRate, fromCache, medianSeconds } = statistics;
  return {
    runs,
    ...defined({ since, successRate, fromCache, medianSeconds }),
    lastRuns: lastRuns.map((job) => ({
      jobID: job.id,
      status: job.status,
      ...runMembers(job),
      links: [jsonLink(jobUrl(baseUrl, job.id), "monitor", "The job")],
    })),
  };
}

function runMembers(job: Job): {
  readonly finished?: string;
  readonly seconds?: number;
  readonly fromCache?: boolean;
} {
  if (job.finishedAt === undefined) return {};
  const { running } = jobTimes(job, job.finishedAt);
  const finished = new Date(job.finishedAt).toISOString();
  const taken = job.isFromCache === true ? { fromCache: true } : {};
  return { finished, ...(running === undefined ? {} : { seconds: running / 1000 }), ...taken };
}

function stateMembers({ deployedAt, currentSince, withdrawnAt, isCurrent, isDeployed }: ProcessRevision) {
  return {
    deployed: new Date(deployedAt).toISOString(),
    ...(currentSince === undefined ? {} : { currentSince: new Date(currentSince).toISOString() }),
    ...(withdrawnAt === undefined ? {} : { withdrawn: new Date(withdrawnAt).toISOString() }),
    state: isCurrent ? "current" : isDeployed ? "deployed" : "withdrawn",
  };
}
