import type { JobView } from "../../domain/documents/job-view.ts";
import { durationText } from "../../domain/words/spans.ts";
import { Time } from "../shared/parts.tsx";
import { shortId } from "../shared/words.ts";

/** Tells what runs while a job waits: which jobs, for who may see them, and how many others. */
export function Holders({ holders }: { readonly holders: JobView["holders"] }) {
  if (holders === undefined || holders.count === 0) return null;
  const { count, since, jobs } = holders;
  const others = count - jobs.length;
  return (
    <div class="muted on-screen">
      {jobs.length === 0 ? null : (
        <>
          <p>Now running:</p>
          <ul>
            {jobs.map((job) => (
              <li>
                <a href={`${job.url}?f=html`}>
                  {job.processId}, job <code>{shortId(job.id)}</code>
                </a>
                {job.user === undefined ? "" : ` of ${job.user}`}, since <Time at={job.since} />
                {job.usualSeconds === undefined ? "" : `, usually ${durationText(job.usualSeconds)}`}
              </li>
            ))}
          </ul>
        </>
      )}
      {others === 0 ? null : (
        <p>
          {othersText(others, jobs.length > 0)}
          {jobs.length > 0 || since === undefined ? null : (
            <>
              {others === 1 ? ", since " : ", the first of them since "}
              <Time at={since} />
            </>
          )}
          .
        </p>
      )}
    </div>
  );
}

function othersText(count: number, isMore: boolean): string {
  const run = count === 1 ? "runs" : "run";
  return isMore ? `${count} more ${run}` : `Now ${count === 1 ? "1 job" : `${count} jobs`} ${run}`;
}
