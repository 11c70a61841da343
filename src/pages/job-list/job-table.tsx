import { defined } from "../../domain/defined.ts";
import type { JobDocument } from "../../domain/documents/job.ts";
import { givenTags } from "../../domain/jobs/job-tags.ts";
import { providerUrl } from "../../domain/links.ts";
import { type JobsSoFar, type SoFar, tookText, waitText } from "../job/job-times.ts";
import { shortFailure } from "../shared/failure-words.ts";
import { membersOf } from "../shared/members.ts";
import { Badge, processPath, Time, WayTo } from "../shared/parts.tsx";
import { RecordTable } from "../shared/record-table.tsx";
import { shortId, soFarText } from "../shared/words.ts";

/** Who submitted each job, by its id; empty where that is nothing to tell. */
export type JobUsers = ReadonlyMap<string, string>;

/** Which processes are not there any more: the id of the provider, or nothing, a slash, and that of the process. */
export type GoneProcesses = ReadonlySet<string>;

/** What processes are called, by the same. */
export type ProcessTitles = ReadonlyMap<string, string>;

/** What is different about each job, in a line of its inputs, by its id. */
export type InputLines = ReadonlyMap<string, string>;

/** What a list tells of its jobs besides their documents. */
export type ListedJobs = {
  readonly users: JobUsers;
  readonly gone?: GoneProcesses;
  readonly titles?: ProcessTitles;
  /** What the process was called in the version that a job ran, by the id of the job, where it is called otherwise now. */
  readonly names?: ReadonlyMap<string, string>;
  readonly lines?: InputLines;
  /** Which version of its process each job ran, by its id; empty where there is one alone. */
  readonly versions?: ReadonlyMap<string, string>;
  readonly soFar?: JobsSoFar;
};

type TableProps = ListedJobs & {
  readonly jobs: readonly JobDocument[];
  readonly baseUrl: string;
  /** Which of them are chosen; they cannot be when absent. */
  readonly chosen?: readonly string[];
};

/** A table of jobs, a row for each. */
export function JobTable({ jobs, chosen, ...shown }: TableProps) {
  const { users } = shown;
  return (
    <div class="job-cards">
      <RecordTable label="Jobs">
        <table>
          <thead>
            <tr>
              <th scope="col">Job</th>
              <th scope="col">Status</th>
              <th scope="col">Process</th>
              <th scope="col">Inputs, tags</th>
              <th scope="col">Took</th>
              {users.size === 0 ? null : <th scope="col">User</th>}
              <th scope="col">Created</th>
              {chosen === undefined ? null : (
                <th scope="col">
                  <span data-choose-words="">Choose</span>
                  {/* Only a script ticks all: it shows this in the place of the word. */}
                  <label class="choose-all">
                    <input type="checkbox" data-choose-all="" aria-label="Choose all jobs of this page" hidden />
                    <span>Choose all jobs of this page</span>
                  </label>
                </th>
              )}
              <th scope="col">All</th>
            </tr>
          </thead>
          <tbody>
            {jobs.map((job) => (
              <Row job={job} {...shown} {...defined({ chosen })} />
            ))}
          </tbody>
        </table>
      </RecordTable>
    </div>
  );
}

type RowProps = Omit<TableProps, "jobs"> & { readonly job: JobDocument };

function Row({ job, users, baseUrl, chosen, gone, titles, names, lines, versions, soFar }: RowProps) {
  const { jobID, status, message, progress, created, processID, attempt } = job;
  const key = `${job.providerID ?? ""}/${processID}`;
  // Without a title of its own a job is called by that of its process: a card says that once.
  const isSaidByName =
    (job.title ?? names?.get(jobID)) === undefined &&
    job.providerID === undefined &&
    versions?.has(jobID) !== true &&
    gone?.has(key) !== true;
  const columns = 7 + (users.size === 0 ? 0 : 1) + (chosen === undefined ? 0 : 1);
  return (
    <>
      <tr>
        <td class="breaks">
          <a href={`${baseUrl}/jobs/${encodeURIComponent(jobID)}?f=html`} title={jobID}>
            {job.title ?? names?.get(jobID) ?? titles?.get(key) ?? processID}, <code>{shortId(jobID)}</code>
          </a>
        </td>
        <td title={message}>
          <Badge status={status} isWaiting={waitText(job) !== undefined} />{" "}
          {waitText(job) ?? (status === "running" ? <span class="nowrap">{`${progress} %`}</span> : "")}
          {job.priority === undefined || job.finished !== undefined ? null : (
            <span class="muted nowrap">{` priority ${job.priority}`}</span>
          )}
          {job.kept === undefined ? null : <span class="muted nowrap"> kept for good</span>}
          {attempt > 1 ? <span class="muted nowrap">{` attempt ${attempt}`}</span> : null}
        </td>
        <td class={isSaidByName ? "breaks said-by-name" : "breaks"}>
          <span class="on-card">process </span>
          <ProcessName job={job} title={titles?.get(key)} isGone={gone?.has(key) === true} baseUrl={baseUrl} />
          {versions?.has(jobID) === true ? <span class="muted nowrap">{` version ${versions.get(jobID)}`}</span> : null}
          {job.providerID === undefined ? null : (
            <span class="muted">
              {" at "}
              {gone?.has(key) === true ? (
                job.providerID
              ) : (
                <a href={`${providerUrl(baseUrl, job.providerID)}?f=html`}>{job.providerID}</a>
              )}
            </span>
          )}
        </td>
        <td class="breaks">
          <About job={job} line={lines?.get(jobID)} />
        </td>
        <td class={tookText(job).includes(", ") ? undefined : "nowrap"}>
          <Took job={job} soFar={soFar?.get(jobID)} />
        </td>
        {users.size === 0 ? null : (
          <td class="breaks">
            <Owner name={users.get(jobID)} baseUrl={baseUrl} />
          </td>
        )}
        <td>
          <Time at={created} />
        </td>
        {chosen === undefined ? null : (
          <td data-label="Choose">
            <input
              type="checkbox"
              name="jobs"
              value={jobID}
              checked={chosen.includes(jobID)}
              aria-label={`Choose job ${shortId(jobID)}`}
            />
          </td>
        )}
        <td>
          {/* What it unfolds is the next row: in this cell it had no width. */}
          <details data-unfolds-row="">
            <summary>All fields</summary>
          </details>
        </td>
      </tr>
      <tr class="unfolded">
        <td colspan={columns}>
          <div class="all-fields">{membersOf(job)}</div>
        </td>
      </tr>
    </>
  );
}

/** Leads to the process of a job: by its id alone where the way to the job has its title already. */
function ProcessName({
  job,
  title,
  isGone,
  baseUrl,
}: {
  readonly job: JobDocument;
  readonly title: string | undefined;
  readonly isGone: boolean;
  readonly baseUrl: string;
}) {
  const { processID, providerID } = job;
  const isTold = title !== undefined && job.title !== undefined;
  return (
    <>
      <WayTo
        href={`${processPath(job, baseUrl)}?f=html`}
        name={isTold ? title : processID}
        isGone={isGone}
        {...(providerID === undefined ? {} : { gone: "removed" })}
      />
      {isTold ? <span class="muted"> {processID}</span> : null}
    </>
  );
}

/** What is different about the inputs of a job, its tags, and why it failed. */
function About({ job, line }: { readonly job: JobDocument; readonly line: string | undefined }) {
  const { tags } = job;
  const why = shortFailure(job);
  return (
    <>
      {line === undefined ? null : <span class="run-inputs">{line}</span>}
      {givenTags(tags).join(", ")}
      {why === undefined ? null : <span class="why">{why}</span>}
    </>
  );
}

/** How long a job took, or goes on already: a script goes on counting from there. */
function Took({ job, soFar }: { readonly job: JobDocument; readonly soFar: SoFar | undefined }) {
  if (soFar === undefined) return <Ran words={tookText(job)} />;
  const isWaiting = waitText(job) !== undefined;
  const seconds = isWaiting ? soFar.waitingSeconds : soFar.runningSeconds;
  if (seconds === undefined) return null;
  return (
    <>
      {isWaiting ? "waiting, " : ""}
      <span data-so-far={String(seconds)}>{soFarText(seconds)}</span>
    </>
  );
}

/** A time that stands alone says on a card, where its column has no name, what it is. */
function Ran({ words }: { readonly words: string }) {
  return (
    <>
      {/^(?:\d|less)/.test(words) ? <span class="on-card">ran </span> : null}
      {/* What it waited and what it ran may stand below one another, and each in one piece. */}
      {words.includes(", ") ? words.split(/(?<=,) /).map((part) => [<span class="nowrap">{part}</span>, " "]) : words}
    </>
  );
}

/** A user, and the way to all jobs of that user. */
function Owner({ name, baseUrl }: { readonly name: string | undefined; readonly baseUrl: string }) {
  if (name === undefined) return null;
  return <a href={`${baseUrl}/jobs?${new URLSearchParams({ f: "html", user: name })}`}>{name}</a>;
}
