import { asJson } from "../domain/documents/as-json.ts";
import type { JobDocument, JobListDocument } from "../domain/documents/job.ts";
import { jobStatuses } from "../domain/job-state.ts";
import { Members } from "./document.tsx";
import { Layout } from "./layout.tsx";
import { type Page, type PageFrame, policyOf, scriptUrl } from "./page.ts";
import { Badge, processPath, Time } from "./parts.tsx";
import { durationText, shortId, statusSigns } from "./words.ts";

const script = "job-list";

/** Who submitted each job, by its id; empty where that is nothing to tell. */
export type JobUsers = ReadonlyMap<string, string>;

/**
 * Builds the page of a list of jobs: what is filtered by, a table with a row for each, and the ways to the pages beside it. What the
 * columns do not show is folded up (OGC 18-062r2 /req/html/content wants all of it).
 */
export function jobListPage(users: JobUsers = new Map()): Page<JobListDocument> {
  return {
    policy: (frame) => policyOf({ sendsForms: true, connects: true, scripts: scriptUrl(frame, script) }),
    render: (frame, { jobs, links }) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          <search>
            <Filter frame={frame} />
          </search>
          <div data-part="jobs" data-events={`${frame.baseUrl}/events`}>
            {jobs.length === 0 ? (
              <Nothing frame={frame} />
            ) : (
              <JobTable jobs={jobs} users={users} baseUrl={frame.baseUrl} />
            )}
            <p class="actions">
              {links.map(({ href, rel, title }) => (
                <>
                  <a href={href} rel={rel}>
                    {title ?? (rel === "self" ? "This page" : rel)}
                  </a>{" "}
                </>
              ))}
              <a href={frame.jsonUrl} rel="alternate" type="application/json">
                As JSON
              </a>
            </p>
          </div>
        </Layout>
      )}`,
  };
}

/** The filters as a form: what it sends stands in the address, which can be kept and sent on. */
function Filter({ frame }: { readonly frame: PageFrame }) {
  const { origin, pathname, searchParams } = new URL(frame.jsonUrl);
  const status = searchParams.get("status") ?? "";
  const others = [...searchParams].filter(([name]) =>
    ["limit", "sortby", "tags", "datetime", "provider"].includes(name),
  );
  return (
    <form method="get" action={`${origin}${pathname}`} class="actions">
      <input type="hidden" name="f" value="html" />
      {others.map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <label class="field">
        <span>Status</span>
        <select name="status">
          <option value="" selected={status === ""}>
            all
          </option>
          {jobStatuses.map((one) => (
            <option value={one} selected={status === one}>
              {`${statusSigns[one]} ${one}`}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>Process</span>
        <input name="processID" value={searchParams.get("processID") ?? ""} />
      </label>
      <label class="field">
        <span>Words in jobs that ended</span>
        <input type="search" name="q" value={searchParams.get("q") ?? ""} />
      </label>
      <button type="submit" class="button">
        Filter
      </button>
    </form>
  );
}

/** Teaches the one way on from an empty list. */
function Nothing({ frame: { baseUrl, jsonUrl } }: { readonly frame: PageFrame }) {
  const { searchParams } = new URL(jsonUrl);
  const isFiltered = ["status", "processID", "q", "tags", "datetime"].some(
    (name) => (searchParams.get(name) ?? "") !== "",
  );
  return isFiltered ? (
    <p>
      No jobs. <a href={`${baseUrl}/jobs?f=html`}>Show all jobs.</a>
    </p>
  ) : (
    <p>
      No jobs. <a href={`${baseUrl}/processes?f=html`}>Choose a process and run it.</a>
    </p>
  );
}

/** A table of jobs, a row for each. */
export function JobTable({
  jobs,
  users,
  baseUrl,
}: {
  readonly jobs: readonly JobDocument[];
  readonly users: JobUsers;
  readonly baseUrl: string;
}) {
  return (
    <div class="wide">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">Status</th>
            <th scope="col">Process</th>
            <th scope="col">Tags</th>
            <th scope="col">Took</th>
            {users.size === 0 ? null : <th scope="col">User</th>}
            <th scope="col">Created</th>
            <th scope="col">All</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <Row job={job} users={users} baseUrl={baseUrl} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({
  job,
  users,
  baseUrl,
}: {
  readonly job: JobDocument;
  readonly users: JobUsers;
  readonly baseUrl: string;
}) {
  const { jobID, status, message, progress, created, tags = [] } = job;
  return (
    <tr>
      <td>
        <a href={`${baseUrl}/jobs/${encodeURIComponent(jobID)}?f=html`} title={jobID}>
          <code>{shortId(jobID)}</code>
        </a>
      </td>
      <td title={message}>
        <Badge status={status} /> {status === "running" ? `${progress} %` : ""}
      </td>
      <td>
        <a href={`${processPath(job, baseUrl)}?f=html`}>{job.processID}</a>
      </td>
      <td>{tags.join(", ")}</td>
      <td>{tookText(job)}</td>
      {users.size === 0 ? null : <td>{users.get(jobID) ?? ""}</td>}
      <td>
        <Time at={created} />
      </td>
      <td>
        <details>
          <summary>More</summary>
          <Members value={asJson(job)} />
        </details>
      </td>
    </tr>
  );
}

/** Formats how long a job ran; empty while it runs, or when it never started. */
function tookText({ started, finished }: JobDocument): string {
  if (started === undefined || finished === undefined) return "";
  return durationText((Date.parse(finished) - Date.parse(started)) / 1000);
}
