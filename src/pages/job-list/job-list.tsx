import type { JobListDocument } from "../../domain/documents/job.ts";
import { type ChosenOutcome, isNothing } from "../../domain/jobs/chosen-jobs.ts";
import { readJobId, shortId } from "../../domain/jobs/short-id.ts";
import type { JobsSoFar } from "../job/job-times.ts";
import { Figures, type RunFigures } from "../processes/run-figures.tsx";
import { WholeDocument } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { OnlyOwn } from "../shared/only-own.tsx";
import { type Page, type PageFrame, policyOf, scriptUrl } from "../shared/page.ts";
import { Fault } from "../shared/parts.tsx";
import { ChosenJobs, Outcome } from "./chosen-jobs.tsx";
import { Conditions, conditionsOf, type JobCount } from "./job-conditions.tsx";
import { Filter } from "./job-filter.tsx";
import type { JobReader } from "./job-reader.ts";
import type { GoneProcesses, InputLines, JobUsers, ProcessTitles } from "./job-table.tsx";

const script = "job-list";

/** What the page of a list of jobs shows besides the document. */
export type JobListView = {
  readonly users?: JobUsers;
  readonly gone?: GoneProcesses;
  readonly titles?: ProcessTitles;
  readonly lines?: InputLines;
  /** Which version of its process each job ran, by its id, where they ran several. */
  readonly versions?: ReadonlyMap<string, string>;
  readonly names?: ReadonlyMap<string, string>;
  /** Ids of processes that the filter offers. */
  readonly offered?: readonly string[];
  /** How long those that have not ended go on already. */
  readonly soFar?: JobsSoFar;
  /** The one process whose jobs they are, with the address of its page. */
  readonly process?: { readonly id: string; readonly providerId?: string; readonly href: string };
  /** How the last runs of the one process ended whose jobs are asked for, with the revisions of one that was removed. */
  readonly figures?: RunFigures;
  /** What who looks at it may do besides; both when absent. */
  readonly may?: JobReader;
  /** How many jobs there are, for a list that is narrowed to nothing, where that is known. */
  readonly all?: JobCount;
  /** Why the filters cannot be read. */
  readonly fault?: string;
  /** What became of the jobs that were chosen, for who comes back from there. */
  readonly outcome?: ChosenOutcome | undefined;
};

/**
 * Builds the page of a list of jobs: what is filtered by, a table with a row for each, and the ways to the pages beside it. What the
 * columns do not show is folded up (OGC 18-062r2 /req/html/content wants all of it).
 */
export function jobListPage({
  users = new Map(),
  gone = new Set(),
  titles = new Map(),
  lines = new Map(),
  versions = new Map(),
  names = new Map(),
  offered = [],
  soFar = new Map(),
  process,
  figures,
  may,
  all,
  fault,
  outcome,
}: JobListView = {}): Page<JobListDocument> {
  return {
    policy: (frame) => policyOf({ sendsForms: true, connects: true, scripts: scriptUrl(frame, script) }),
    render: (frame, { jobs, links }) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          <Whose process={process} frame={frame} />
          {figures === undefined ? null : <Figures figures={figures} baseUrl={frame.baseUrl} />}
          {fault === undefined ? null : <Fault words={fault} />}
          {outcome === undefined || isNothing(outcome) ? null : <Outcome outcome={outcome} />}
          <search>
            <Filter
              frame={frame}
              isOfOne={process !== undefined}
              offered={offered}
              isFaulty={fault !== undefined}
              byUser={may?.seesOthers === true && frame.reader?.name !== undefined}
            />
          </search>
          <div data-part="jobs" data-events={`${frame.baseUrl}/events`}>
            {fault !== undefined ? null : (
              <Conditions address={frame.jsonUrl} count={jobs.length} all={all} links={links} />
            )}
            {fault !== undefined ? null : jobs.length === 0 ? (
              <Nothing frame={frame} may={may} />
            ) : (
              <>
                <Named jobs={jobs} frame={frame} />
                <ChosenJobs
                  jobs={jobs}
                  shown={{ users, gone, titles, names, lines, versions, soFar }}
                  frame={frame}
                  may={may}
                />
              </>
            )}
            <p class="actions">
              {links
                .filter(({ rel }) => rel !== "self")
                .map(({ href, rel, title }) => (
                  <>
                    <a href={href} rel={rel}>
                      {title ?? rel}
                    </a>{" "}
                  </>
                ))}
              <a href={frame.jsonUrl} rel="alternate" type="application/json">
                As JSON
              </a>
            </p>
          </div>
          <WholeDocument document={{ links: links.filter(({ rel }) => rel === "self") }} />
        </Layout>
      )}`,
  };
}

/** The way to the one job whose id was looked for, before its row. */
function Named({
  jobs,
  frame: { baseUrl, jsonUrl },
}: {
  readonly jobs: JobListDocument["jobs"];
  readonly frame: PageFrame;
}) {
  const asked = readJobId((new URL(jsonUrl).searchParams.get("q") ?? "").trim());
  const [job] = jobs;
  if (asked === undefined || job === undefined || jobs.length > 1 || !job.jobID.endsWith(asked)) return null;
  return (
    <p>
      <a href={`${baseUrl}/jobs/${encodeURIComponent(job.jobID)}?f=html`}>Open job {shortId(job.jobID)}</a>
    </p>
  );
}

/** Says whose jobs they are, where not those of all processes, and leads there and to all jobs. */
function Whose({
  process,
  frame: { baseUrl, jsonUrl },
}: {
  readonly process: JobListView["process"] | undefined;
  readonly frame: PageFrame;
}) {
  const provider = new URL(jsonUrl).searchParams.get("provider") ?? "";
  if (process === undefined && provider === "") return null;
  return (
    <ul class="tabs">
      {process === undefined ? null : (
        <li>
          <a href={process.href}>Process {process.id}</a>
        </li>
      )}
      <li>
        {process === undefined ? `Only jobs that ran at provider ${provider}. ` : null}
        <a href={`${baseUrl}/jobs?f=html`}>All jobs</a>
      </li>
    </ul>
  );
}

/** Teaches the one way on from an empty list. */
function Nothing({ frame, may }: { readonly frame: PageFrame; readonly may: JobReader | undefined }) {
  const { baseUrl, jsonUrl } = frame;
  // What it is narrowed to is told above, with the way to all.
  if (conditionsOf(new URL(jsonUrl).searchParams).length > 0) return null;
  return may?.mayExecute === false ? (
    <p>
      No jobs. <OnlyOwn frame={frame} may={may} />
    </p>
  ) : (
    <p>
      No jobs. <a href={`${baseUrl}/processes?f=html`}>Choose a process and run it.</a>
    </p>
  );
}
