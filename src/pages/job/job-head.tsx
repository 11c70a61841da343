import type { JobDocument } from "../../domain/documents/job.ts";
import type { JobView } from "../../domain/documents/job-view.ts";
import { lateTool } from "../../domain/jobs/first-tool.ts";
import { isFinished } from "../../domain/jobs/job-state.ts";
import { givenTags } from "../../domain/jobs/job-tags.ts";
import { shortestWait } from "../../domain/jobs/job-times.ts";
import { providerUrl } from "../../domain/links.ts";
import { durationText } from "../../domain/words/spans.ts";
import { Badge, processPath, Time, WayTo } from "../shared/parts.tsx";
import { sizeText, stageWords } from "../shared/words.ts";
import { Holders } from "../system/slot-holders.tsx";
import { Failure, Retried } from "./failure.tsx";
import { Actions, type JobParts } from "./job-parts.tsx";
import { JobRecord } from "./job-record.tsx";
import { tookText, waitText } from "./job-times.ts";
import { Before } from "./ran-before.tsx";
import { runningText } from "./running-steps.ts";
import { FailedStages } from "./stages.tsx";

/** Smaller work directories are not told of, in bytes. */
const smallWork = 1_000_000;

/** What stands at the top of the page of a job: what it is, how far it is or why it failed, and what one can do with it. */
export function JobHead({ job, view, frame }: JobParts) {
  const running = runningText(job, view);
  const times = <Times job={job} view={view} />;
  return (
    <>
      <JobRecord job={job} view={view} frame={frame} />
      <p class="on-screen">
        <Badge status={job.status} isWaiting={waitText(job) !== undefined} />{" "}
        <WayTo
          href={`${processPath(job, frame.baseUrl)}?f=html`}
          name={view.processTitle ?? job.processID}
          isGone={view.isProcessGone === true}
          {...(job.providerID === undefined ? {} : { gone: "removed" })}
        />{" "}
        {view.processTitle === undefined ? null : <span class="muted">{job.processID} </span>}
        {view.restoreUrl === undefined ? null : <a href={view.restoreUrl}>revisions</a>}{" "}
        {view.version === undefined ? null : <a href={view.version.url}>version {view.version.name}</a>}{" "}
        {job.providerID === undefined ? null : (
          <>
            at provider{" "}
            <WayTo
              href={`${providerUrl(frame.baseUrl, job.providerID)}?f=html`}
              name={job.providerID}
              isGone={view.isProviderGone === true}
              gone="removed"
            />{" "}
          </>
        )}
        <code>{job.jobID}</code> <Tags tags={givenTags(job.tags)} baseUrl={frame.baseUrl} />
      </p>
      {view.line === undefined ? null : <p class="run-inputs on-screen">{view.line}</p>}
      <Failure job={job} view={view} frame={frame} />
      <Reached job={job} view={view} />
      <p
        data-live={whileItRuns(job, "message")}
        data-stands-for={running === undefined ? undefined : job.message}
        role="status"
      >
        {running ?? messageText(job)}
      </p>
      <Before view={view} />
      {job.exception === undefined ? times : null}
      {waitText(job) === undefined ? null : <Holders holders={view.holders} />}
      <Retried job={job} view={view} />
      <Actions job={job} view={view} baseUrl={frame.baseUrl} />
      {/* What one can do about a failure stands before what else is known of it. */}
      {job.exception === undefined ? null : (
        <>
          <FailedStages exception={job.exception} />
          {times}
        </>
      )}
    </>
  );
}

/** The tags that the user gave: each leads to the jobs that have it. What the service tells by tags of its own stands in the document. */
function Tags({ tags, baseUrl }: { readonly tags: readonly string[]; readonly baseUrl: string }) {
  if (tags.length === 0) return null;
  return (
    <span class="muted">
      {tags.length === 1 ? "tag " : "tags "}
      {tags.map((tag, at) => (
        <>
          {at === 0 ? "" : ", "}
          <a href={`${baseUrl}/jobs?${new URLSearchParams({ f: "html", tags: tag })}`}>{tag}</a>
        </>
      ))}
    </span>
  );
}

/** What a script sets while the job goes on. Of one that has ended the server said the last word: events that come late change nothing. */
function whileItRuns({ finished }: JobDocument, name: string): string | undefined {
  return finished === undefined ? name : undefined;
}

/** How far a job that goes on is, and at which stage. One that has ended is at none: its status and its times say all, and of one that failed how far its steps came. */
function Reached({ job, view: { reachedProgress, steps = [] } }: Pick<JobParts, "job" | "view">) {
  const wait = waitText(job);
  if (!isFinished(job.status)) {
    return (
      <p class="on-screen">
        <progress class="bar" max={100} value={job.progress} aria-label="Progress" />{" "}
        <span data-live="progress">{wait === undefined ? `${job.progress} %` : ""}</span>{" "}
        <span data-live="stage" data-waits={wait === undefined ? undefined : "true"}>
          {wait ?? (job.stage === undefined ? "" : stageWords[job.stage])}
        </span>
      </p>
    );
  }
  if (job.status !== "failed" || reachedProgress === undefined || steps.length === 0) return null;
  return <p class="on-screen">{`It came to ${reachedProgress} % before it failed.`}</p>;
}

/** What the bar or the failure says already is not said again. */
function messageText({ status, message, exception }: JobDocument): string {
  if (exception !== undefined) return "";
  return status === "successful" && /^job complete\.?$/i.test(message) ? "" : message;
}

function Times({ job, view }: { readonly job: JobDocument; readonly view: JobView }) {
  const { created, finished, user, estimatedCompletion } = job;
  return (
    <p class="muted on-screen">
      Created <Time at={created} />
      {user === undefined ? "" : ` by ${user}`}. <LateTool job={job} view={view} />
      <span>{finished === undefined ? <Elapsed job={job} view={view} /> : <Ended job={job} />}</span>
      {estimatedCompletion === undefined ? null : (
        <span data-due={view.exceededSeconds === undefined ? estimatedCompletion : undefined}>
          {view.exceededSeconds === undefined ? (
            <>
              Usually done by <Time at={estimatedCompletion} />
            </>
          ) : (
            exceededText(view.exceededSeconds, view.exceededLikeness)
          )}
          .{" "}
        </span>
      )}
      {view.rangeSeconds === undefined ? null : rangeText(view.rangeSeconds)}
      {view.isFirstRun === true ? firstRunText : ""}
      {job.priority === undefined ? "" : `Priority ${job.priority}. `}
      {view.work === undefined ? null : workText(view.work)}
    </p>
  );
}

/** What began noticeably after the job was taken up is told with what it waited for. */
function LateTool({ job, view }: Pick<JobParts, "job" | "view">) {
  const late = lateTool(job, view.statistics);
  if (late === undefined || job.started === undefined) return null;
  return (
    <>
      {"Taken up "}
      <Time at={job.started} />
      {", its first tool began "}
      <Time at={late.at} />
      {` (${late.until}). `}
    </>
  );
}

/** What takes how long with other inputs is not usual for these. */
function exceededText(seconds: number, likeness: JobView["exceededLikeness"] = "unknown"): string {
  const usually = `usually ${durationText(seconds)}`;
  switch (likeness) {
    case "same":
      return `It takes longer than usual (${usually})`;
    case "other":
      return `It takes longer than the earlier runs, which had other inputs (${usually})`;
    case "unknown":
      return `It takes longer than the earlier runs (${usually})`;
    default:
      return likeness satisfies never;
  }
}

/** Words how long runs so far took, where no time of the end can be told by them. */
function rangeText([shortest, longest]: NonNullable<JobView["rangeSeconds"]>): string {
  const [least, most] = [durationText(shortest), durationText(longest)];
  return least === most ? `Runs so far took ${least}, with other inputs. ` : `Runs so far took ${least} to ${most}. `;
}

const firstRunText = "How long it takes is not known: no earlier run of this version tells it. ";

/** A small one is no matter: every job has a directory. */
function workText({ bytes, isWhole }: NonNullable<JobView["work"]>): string {
  if (isWhole && bytes < smallWork) return "";
  return `Its work directory takes ${isWhole ? "" : "more than "}${sizeText(bytes)} now. `;
}

/** Tells how long a job that has ended waited and ran, and who ended it when. */
function Ended({ job }: { readonly job: JobDocument }) {
  const { status, dismissedBy, finished } = job;
  const took = tookText(job);
  const words = took.startsWith("waited") ? `W${took.slice(1)}. ` : `Ran ${took}. `;
  return (
    <>
      {took === "" ? "" : words}
      {finished === undefined || status === "dismissed" ? null : (
        <>
          {"Ended "}
          <Time at={finished} />
          {". "}
        </>
      )}
      {status !== "dismissed" || finished === undefined ? null : (
        <>
          {dismissedBy === undefined ? "Dismissed, " : `Dismissed by ${dismissedBy}, `}
          <Time at={finished} />
          {". "}
        </>
      )}
    </>
  );
}

/** Tells how long a job has waited and run until now. A script goes on counting from there. */
function Elapsed({
  job,
  view: { waitingSeconds, runningSeconds },
}: {
  readonly job: JobDocument;
  readonly view: JobView;
}) {
  if (waitText(job) !== undefined) {
    return waitingSeconds === undefined ? null : <Counted of={job} what="Waiting" seconds={waitingSeconds} />;
  }
  const isNoticed = waitingSeconds !== undefined && waitingSeconds >= shortestWait;
  return (
    <>
      {isNoticed ? `Waited ${durationText(waitingSeconds)}. ` : null}
      {runningSeconds === undefined ? null : <Counted of={job} what="Running" seconds={runningSeconds} />}
    </>
  );
}

type CountedProps = { readonly of: JobDocument; readonly what: "Waiting" | "Running"; readonly seconds: number };

function Counted({ of: { attempt }, what, seconds }: CountedProps) {
  return (
    <>
      {what} for{" "}
      <span data-counted={`${what} ${attempt}`} data-seconds={String(seconds)}>
        {durationText(seconds)}
      </span>
      .{" "}
    </>
  );
}
