import type { JobDocument } from "../domain/documents/job.ts";
import type { JobView, TimelineEntry } from "../domain/documents/job-view.ts";
import { Time } from "./parts.tsx";

/** What one can do with a job: each button is a form of its own, so that it works without a script. */
export function Actions({
  job,
  view,
  baseUrl,
}: {
  readonly job: JobDocument;
  readonly view: JobView;
  readonly baseUrl: string;
}) {
  const url = `${baseUrl}/jobs/${encodeURIComponent(job.jobID)}`;
  const isFinished = job.finished !== undefined;
  return (
    <div class="actions">
      {view.mayRetry && job.status === "failed" ? (
        <RetryForm url={url} fromFailed="true" words="Resume from the failed step" />
      ) : null}
      {view.mayRetry ? <RetryForm url={url} fromFailed="false" words="Try again from the start" /> : null}
      {view.againUrl === undefined ? null : (
        <a class="button" href={view.againUrl}>
          Run again
        </a>
      )}{" "}
      <a class="button" href={`${url}?f=html`} data-copy={url}>
        Copy link
      </a>{" "}
      {view.mayDismiss ? (
        <form method="post" action={`${url}/dismiss-form`}>
          <button type="submit" class="button button-danger">
            {isFinished ? "Remove with its results" : "Cancel"}
          </button>
        </form>
      ) : null}
    </div>
  );
}

function RetryForm({
  url,
  fromFailed,
  words,
}: {
  readonly url: string;
  readonly fromFailed: "true" | "false";
  readonly words: string;
}) {
  return (
    <form method="post" action={`${url}/retry-form`}>
      <button type="submit" class="button" name="fromFailed" value={fromFailed}>
        {words}
      </button>
    </form>
  );
}

/** The history of a job as a table. */
export function Timeline({ entries }: { readonly entries: readonly TimelineEntry[] }) {
  if (entries.length === 0) return <p class="muted">Nothing yet.</p>;
  return (
    <div class="wide">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">State</th>
            <th scope="col">Stage</th>
            <th scope="col">%</th>
            <th scope="col">Message</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(({ at, status, stage = "", progress, message }) => (
            <tr>
              <td>
                <Time at={at} />
              </td>
              <td>{status}</td>
              <td>{stage}</td>
              <td>{String(progress)}</td>
              <td>{message}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
