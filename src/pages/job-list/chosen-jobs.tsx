import type { JobListDocument } from "../../domain/documents/job.ts";
import { type ChosenOutcome, maxChosen } from "../../domain/jobs/chosen-jobs.ts";
import { withoutNews } from "../shared/list-address.ts";
import type { PageFrame } from "../shared/page.ts";
import { choiceText } from "../shared/words.ts";
import { doneText, leftText } from "./chosen-words.ts";
import type { JobReader } from "./job-reader.ts";
import { JobTable, type ListedJobs } from "./job-table.tsx";

const compared = 2;

/** The table of jobs; where something can be done to several, they can be chosen. */
export function ChosenJobs({
  jobs,
  shown,
  frame,
  may,
}: {
  readonly jobs: JobListDocument["jobs"];
  readonly shown: ListedJobs;
  readonly frame: PageFrame;
  readonly may: JobReader | undefined;
}) {
  const { baseUrl, here, jsonUrl } = frame;
  const mayCompare = jobs.length >= compared;
  const mayAct = may?.mayDismiss === true || may?.mayRetry === true;
  if (!mayCompare && !mayAct) return <JobTable jobs={jobs} {...shown} baseUrl={baseUrl} />;
  const choosing = mayCompare ? (mayAct ? "compares-acts" : "compares") : "acts";
  const chosen = new URL(jsonUrl).searchParams.getAll("chosen");
  return (
    <form method="get" action={`${baseUrl}/jobs/compare`} data-chooses="">
      <input type="hidden" name="f" value="html" />
      {here === undefined ? null : <input type="hidden" name="list" value={withoutNews(here)} />}
      <JobTable jobs={jobs} {...shown} baseUrl={baseUrl} chosen={chosen} />
      <div class="actions chosen-bar">
        <span class="muted" role="status" data-choice={choosing}>
          {choiceText(0, choosing)}
        </span>
        {mayCompare ? (
          <button type="submit" class="button" data-least={compared} data-most={compared}>
            Compare<span class="longer"> two chosen jobs</span>
          </button>
        ) : null}
        {may?.mayRetry === true ? <Act to="retry" words="Retry" baseUrl={baseUrl} /> : null}
        {may?.mayDismiss === true ? <Act to="dismiss" words="Cancel or remove" baseUrl={baseUrl} /> : null}
      </div>
      {may?.mayDismiss === true ? (
        <p class="muted on-screen">What runs or waits is cancelled, what has ended is removed with its results.</p>
      ) : null}
    </form>
  );
}

/** A button of the same form, which a browser sends by POST to another address. On a small screen only its first words are seen. */
function Act({
  to,
  words,
  baseUrl,
}: {
  readonly to: "retry" | "dismiss";
  readonly words: string;
  readonly baseUrl: string;
}) {
  return (
    <button
      type="submit"
      class={to === "dismiss" ? "button button-danger" : "button"}
      formmethod="post"
      formaction={`${baseUrl}/jobs/${to}-form`}
      data-least={1}
      data-most={maxChosen}
    >
      {words}
      <span class="longer"> the chosen jobs</span>
    </button>
  );
}

/** Says how many of the chosen jobs were done, which were not, and why. */
export function Outcome({ outcome }: { readonly outcome: ChosenOutcome }) {
  const { left } = outcome;
  return (
    <div class={left.length === 0 ? "notice notice-good" : "notice"} role="status">
      <p>
        <span data-told="outcome">{doneText(outcome)}</span>
      </p>
      {left.length === 0 ? null : (
        <ul>
          {left.map((one) => (
            <li>{leftText(one)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
