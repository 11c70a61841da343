import { asJson } from "../domain/documents/as-json.ts";
import type { JobDocument } from "../domain/documents/job.ts";
import type { JobView } from "../domain/documents/job-view.ts";
import { Members } from "./document.tsx";
import { Failure } from "./failure.tsx";
import { Actions, Timeline } from "./job-parts.tsx";
import { Layout } from "./layout.tsx";
import { type Page, type PageFrame, policyOf, scriptUrl } from "./page.ts";
import { Badge, processPath, Time } from "./parts.tsx";
import { imagesOf, Results } from "./results.tsx";
import { durationText, stageWords } from "./words.ts";

const script = "job";

/** Builds the page of a job. Parts with `data-part` are what the script takes from a newer page. */
export function jobPage(view: JobView): Page<JobDocument> {
  return {
    policy: (frame) =>
      policyOf({ sendsForms: true, images: imagesOf(view.results), connects: true, scripts: scriptUrl(frame, script) }),
    render: (frame, job) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          <div data-job={job.jobID} data-events={view.events}>
            <div data-part="head">
              <Head job={job} view={view} frame={frame} />
            </div>
            <Sections job={job} view={view} frame={frame} />
          </div>
        </Layout>
      )}`,
  };
}

type Parts = { readonly job: JobDocument; readonly view: JobView; readonly frame: PageFrame };

function Head({ job, view, frame }: Parts) {
  return (
    <>
      <p>
        <Badge status={job.status} /> <a href={`${processPath(job, frame.baseUrl)}?f=html`}>{job.processID}</a>{" "}
        <code>{job.jobID}</code> {job.tags === undefined ? null : <span class="muted">{job.tags.join(", ")}</span>}
      </p>
      <Failure job={job} />
      <p>
        <progress class="bar" max={100} value={job.progress} aria-label="Progress" />{" "}
        <span data-live="progress">{`${job.progress} %`}</span> <span data-live="stage">{stageText(job)}</span>
      </p>
      <p data-live="message" role="status">
        {job.exception === undefined ? job.message : ""}
      </p>
      <Times job={job} runningSeconds={view.runningSeconds} />
      <Actions job={job} view={view} baseUrl={frame.baseUrl} />
    </>
  );
}

/** What has ended is at no stage any more. */
function stageText({ status, stage, finished }: JobDocument): string {
  if (finished !== undefined) return status === "successful" ? "Done" : "";
  return stage === undefined ? "" : stageWords[stage];
}

function Times({
  job,
  runningSeconds,
}: {
  readonly job: JobDocument;
  readonly runningSeconds: JobView["runningSeconds"];
}) {
  const { created, started, finished, queuePosition, waitsFor, estimatedCompletion, expirationDate } = job;
  const took =
    started === undefined || finished === undefined ? undefined : (Date.parse(finished) - Date.parse(started)) / 1000;
  return (
    <p class="muted">
      Created <Time at={created} />. {took === undefined ? null : <span>{`Took ${durationText(took)}. `}</span>}
      {runningSeconds === undefined ? null : <span>{`Running for ${durationText(runningSeconds)}. `}</span>}
      {queuePosition === undefined ? null : <span>{`Place ${queuePosition} in the queue. `}</span>}
      {waitsFor === undefined ? null : <span>{`Waits for ${waitsFor}. `}</span>}
      {estimatedCompletion === undefined ? null : (
        <span>
          Usually done by <Time at={estimatedCompletion} />.{" "}
        </span>
      )}
      {expirationDate === undefined ? null : (
        <span>
          Kept until <Time at={expirationDate} />.
        </span>
      )}
    </p>
  );
}

function Sections({ job, view, frame }: Parts) {
  const url = `${frame.baseUrl}/jobs/${encodeURIComponent(job.jobID)}`;
  return (
    <>
      <section data-part="results">
        {job.status !== "successful" ? null : (
          <>
            <h2>
              <a href={`${url}/results?f=html`}>Results</a>
            </h2>
            <Results results={view.results} />
          </>
        )}
      </section>
      <section>
        <h2>Log</h2>
        <pre class="code" data-live="log" role="log" aria-live="off" aria-label="Log">
          {view.log.map((line) => `${line}\n`).join("")}
        </pre>
        <p>
          <a href={`${url}/log`}>The whole log</a>
        </p>
      </section>
      <section>
        <h2>
          <a href={`${url}/inputs?f=html`}>Inputs</a>
        </h2>
        <Inputs inputs={view.inputs} />
      </section>
      <section data-part="timeline">
        <h2>Timeline</h2>
        <Timeline entries={view.timeline} />
      </section>
      <section data-part="more">
        {view.statistics === undefined ? null : (
          <>
            <h2>
              <a href={`${url}/statistics?f=html`}>Statistics</a>
            </h2>
            <Members value={view.statistics} />
          </>
        )}
        <h2>More</h2>
        <ul>
          {job.links.map(({ href, rel, title, type }) => (
            <li>
              <a href={href} rel={rel} type={type}>
                {title ?? rel}
              </a>
            </li>
          ))}
          <li>
            <a href={frame.jsonUrl} rel="alternate" type="application/json">
              As JSON
            </a>
          </li>
        </ul>
        <details>
          <summary>All fields</summary>
          <Members value={asJson(job)} />
        </details>
      </section>
    </>
  );
}

function Inputs({ inputs }: { readonly inputs: JobView["inputs"] }) {
  if (inputs === undefined) return <p class="muted">They are not shown here.</p>;
  return Object.keys(inputs).length === 0 ? <p class="muted">None.</p> : <Members value={inputs} />;
}
