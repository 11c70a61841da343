import type { Child } from "hono/jsx";
import type { JobDocument } from "../../domain/documents/job.ts";
import type { JobView, TimelineEntry } from "../../domain/documents/job-view.ts";
import { FoldedShareForm, SharedUntil } from "../results/share-form.tsx";
import { lackOf } from "../shared/failure-kinds.ts";
import { isStage } from "../shared/failure-words.ts";
import type { PageFrame } from "../shared/page.ts";
import { Time } from "../shared/parts.tsx";
import { RecordTable } from "../shared/record-table.tsx";
import { stageWords, statusWords } from "../shared/words.ts";
import { goneWords } from "./failure.tsx";

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
  const ways = waysOn(view, url, isOfTool(job));
  const others = <OtherActions job={job} view={view} url={url} />;
  return (
    <>
      <div class="actions">
        {ways.slice(0, shownWays)}
        {view.mayRetry ? null : others}
      </div>
      {view.mayRetry ? (
        <details data-follows="" class="on-screen">
          <summary>{`How these differ; ${ways.length > shownWays ? "try again, " : ""}copy the link, ${view.mayDismiss && job.kept === undefined ? "remove" : "and more"}`}</summary>
          <div class="actions">
            {ways.slice(shownWays)}
            {others}
          </div>
          <Ways view={view} />
        </details>
      ) : null}
      {view.whyNotRetried === undefined ? null : (
        <p class="notice">{`This job cannot be tried again: ${view.whyNotRetried}.`}</p>
      )}
      {view.isProcessGone === true && view.mayRetry && job.exception === undefined ? (
        <p class="notice">{goneWords}</p>
      ) : null}
      {view.share === undefined ? null : <SharedUntil share={view.share} url={url} />}
      {view.share?.choices === undefined ? null : <FoldedShareForm share={view.share} url={url} />}
      {view.newerVersion === undefined ? null : (
        <p class="notice">
          {`Version ${view.newerVersion} of the process was deployed since. Run again runs that one; ${view.mayResume === true ? "Resume and Try again run" : "Try again runs"} the version that this job had.`}
        </p>
      )}
    </>
  );
}

/** So many ways to go on stand beside one another; of a job that failed, all else is folded up. */
const shownWays = 2;

/** The exit code of a shell for a program that was killed: other inputs need not help. */
const killed = 137;

/** Tells whether a job failed by its tool itself, which says the same of the same inputs: not by what the service or its machine lacked. */
function isOfTool({ exception, providerID }: JobDocument): boolean {
  if (typeof exception?.exitCode !== "number" || exception.exitCode === killed) return false;
  return lackOf(exception, providerID !== undefined) === undefined;
}

/** Lists the ways to go on with a job, what is most useful first; of one that failed with what each does. */
function waysOn(view: JobView, url: string, isOfTool: boolean) {
  const { againUrl, newerVersion, mayResume, mayRetry } = view;
  const isMain = newerVersion !== undefined;
  const words = wayWords(view);
  const link = (
    <a class={isMain ? "button button-main" : "button"} href={againUrl}>
      {words.again}
    </a>
  );
  const again =
    againUrl === undefined ? [] : [mayRetry ? <Way does="a new job: inputs can be changed">{link}</Way> : link];
  const resume =
    mayResume === true
      ? [
          <Way does="this job, with its finished steps and the same inputs">
            <RetryForm url={url} fromFailed="true" words={words.resume} />
          </Way>,
        ]
      : [];
  const retry = mayRetry
    ? [
        <Way does="this job once more, with the same inputs">
          <RetryForm url={url} fromFailed="false" words={words.retry} />
        </Way>,
      ]
    : [];
  // Only a new job may have other inputs.
  if (isMain || isOfTool) return [...again, ...resume, ...retry];
  return mayResume === true ? [...resume, ...again, ...retry] : [...retry, ...again];
}

/** A way to go on, with what it does in a few words. */
function Way({ does, children }: { readonly does: string; readonly children: Child }) {
  return (
    <div class="way">
      {children} <small class="muted">{does}</small>
    </div>
  );
}

/** Words the ways to go on; where a newer version of the process was deployed since, each says which one it runs. */
function wayWords({ newerVersion, version }: JobView): Readonly<Record<"again" | "resume" | "retry", string>> {
  if (newerVersion === undefined) {
    return { again: "Run again", resume: "Resume from the failed step", retry: "Try again from the start" };
  }
  const isNumbered = version !== undefined && version.name.split(" ")[0] !== newerVersion;
  const [newer, older] = isNumbered ? [newerVersion, version.name] : ["the new package", "the old package"];
  return { again: `Run again with ${newer}`, resume: `Resume with ${older}`, retry: `Try again with ${older}` };
}

/** What one can do with any job: copy its address, share its results, cancel or remove it. */
function OtherActions({ job, view, url }: { readonly job: JobDocument; readonly view: JobView; readonly url: string }) {
  const isFinished = job.finished !== undefined;
  const isHeld = isFinished && job.kept !== undefined;
  const mayEnd = view.mayDismiss && !isHeld;
  return (
    <>
      {/* Only a script copies: it shows the button where the browser lets it. */}
      <button type="button" class="button" data-copy={url} hidden>
        Copy link
      </button>{" "}
      {/* A form with choices stands below the buttons. */}
      {view.share === undefined || view.share.choices !== undefined ? null : (
        <FoldedShareForm share={view.share} url={url} />
      )}{" "}
      {isHeld ? <a href="#run">Kept for good</a> : null}
      {mayEnd ? (
        <form method="post" action={`${url}/${isFinished ? "remove" : "dismiss"}-form`}>
          <button type="submit" class="button button-danger">
            {isFinished ? "Remove with its results" : "Cancel"}
          </button>
        </form>
      ) : null}
    </>
  );
}

/** Says how the ways to go on from a failure differ. */
function Ways({ view: { mayRetry, mayResume, againUrl } }: { readonly view: JobView }) {
  return (
    <ul class="muted prose">
      {mayResume === true ? (
        <li>Resume from the failed step: this job goes on, and keeps the steps that were finished.</li>
      ) : null}
      {mayRetry ? <li>Try again from the start: this job once more, with the same id and the same inputs.</li> : null}
      {againUrl === undefined ? null : (
        <li>Run again: a new job, by the form of the process with these inputs filled in, which can be changed.</li>
      )}
    </ul>
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
    <RecordTable label="Timeline">
      <table>
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
              <td>{status === "accepted" ? statusWords.accepted : status}</td>
              <td>{isStage(stage) ? stageWords[stage] : stage}</td>
              <td>{String(progress)}</td>
              <td>{message}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

/** What the parts of the page of a job are made of. */
export type JobParts = { readonly job: JobDocument; readonly view: JobView; readonly frame: PageFrame };
