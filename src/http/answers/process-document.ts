import { jobUrl, jsonLink, processUrl, profiles, relations } from "../../domain/links.ts";
import type { Process } from "../../domain/process.ts";
import type { ProcessRevision } from "../../operations/process-revisions.ts";
import type { ProcessStatistics } from "../../operations/process-statistics.ts";

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
      ...(revision === undefined || revision.isCurrent
        ? []
        : [jsonLink(url, "latest-version", "The current revision")]),
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

/** Builds what is told of the last runs of a process; times are seconds. */
export function statisticsOfProcess({ lastRuns, ...figures }: ProcessStatistics, baseUrl: string) {
  return {
    ...figures,
    lastRuns: lastRuns.map(({ id, status, startedAt, finishedAt }) => ({
      jobID: id,
      status,
      ...(finishedAt === undefined ? {} : { finished: new Date(finishedAt).toISOString() }),
      ...(startedAt === undefined || finishedAt === undefined ? {} : { seconds: (finishedAt - startedAt) / 1000 }),
      links: [jsonLink(jobUrl(baseUrl, id), "monitor", "The job")],
    })),
  };
}

function stateMembers({ deployedAt, withdrawnAt, isCurrent, isDeployed }: ProcessRevision) {
  return {
    deployed: new Date(deployedAt).toISOString(),
    ...(withdrawnAt === undefined ? {} : { withdrawn: new Date(withdrawnAt).toISOString() }),
    state: isCurrent ? "current" : isDeployed ? "deployed" : "withdrawn",
  };
}
