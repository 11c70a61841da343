import { asJson } from "../domain/documents/as-json.ts";
import type { JobDocument, JobListDocument } from "../domain/documents/job.ts";
import { Members } from "./document.tsx";
import { Layout } from "./layout.tsx";
import { type Page, policyOf, scriptUrl } from "./page.ts";

const script = "local-times";

/**
 * The page of a list of jobs: a table, a row for each, and the ways to the pages beside it. What the columns do not show is
 * folded up (OGC 18-062r2 /req/html/content wants all of it).
 */
export const jobListPage: Page<JobListDocument> = {
  policy: (frame) => policyOf({ scripts: scriptUrl(frame, script) }),
  render: (frame, { jobs, links }) =>
    `<!doctype html>${(
      <Layout {...frame} script={scriptUrl(frame, script)}>
        {jobs.length === 0 ? <p>No jobs.</p> : <Table jobs={jobs} baseUrl={frame.baseUrl} />}
        <p>
          {links.map(({ href, rel, title }) => (
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
      </Layout>
    )}`,
};

function Table({ jobs, baseUrl }: { readonly jobs: readonly JobDocument[]; readonly baseUrl: string }) {
  return (
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">Process</th>
            <th scope="col">Status</th>
            <th scope="col">Progress</th>
            <th scope="col">Created</th>
            <th scope="col">Took</th>
            <th scope="col">Tags</th>
            <th scope="col">All</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <Row job={job} baseUrl={baseUrl} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ job, baseUrl }: { readonly job: JobDocument; readonly baseUrl: string }) {
  const { jobID, status, message, progress, created, tags = [] } = job;
  return (
    <tr>
      <td>
        <a href={`${baseUrl}/jobs/${encodeURIComponent(jobID)}?f=html`}>
          <code>{jobID}</code>
        </a>
      </td>
      <td>
        <a href={`${processPath(job, baseUrl)}?f=html`}>{job.processID}</a>
      </td>
      <td title={message}>{status}</td>
      <td>
        <progress max={100} value={progress} /> {progress} %
      </td>
      <td>
        <time datetime={created}>{created.replace("T", " ").replace(/\.\d+Z$/, " UTC")}</time>
      </td>
      <td>{tookText(job)}</td>
      <td>{tags.join(", ")}</td>
      <td>
        <details>
          <summary>More</summary>
          <Members value={asJson(job)} />
        </details>
      </td>
    </tr>
  );
}

function processPath({ processID, providerID }: JobDocument, baseUrl: string): string {
  const provider = providerID === undefined ? "" : `/providers/${encodeURIComponent(providerID)}`;
  return `${baseUrl}${provider}/processes/${encodeURIComponent(processID)}`;
}

/** Formats how long a job ran; empty while it runs, or when it never started. */
function tookText({ started, finished }: JobDocument): string {
  if (started === undefined || finished === undefined) return "";
  const seconds = (Date.parse(finished) - Date.parse(started)) / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const [minutes, hours] = [Math.floor(seconds / 60) % 60, Math.floor(seconds / 3600)];
  return hours === 0 ? `${minutes} min ${Math.floor(seconds) % 60} s` : `${hours} h ${minutes} min`;
}
