import type { JobDocument } from "../domain/documents/job.ts";
import type { JobStatus } from "../domain/job-state.ts";
import { statusSigns, timeText } from "./words.ts";

/** A state by sign, word and colour. */
export function Badge({ status }: { readonly status: JobStatus }) {
  return (
    <span class={`badge badge-${status}`} data-status={status}>
      <span aria-hidden="true">{statusSigns[status]}</span> {status}
    </span>
  );
}

/** An instant; a script shows it in the time zone of its reader. */
export function Time({ at }: { readonly at: string }) {
  return <time datetime={at}>{timeText(at)}</time>;
}

/** Returns the address of the process of a job, without a query. */
export function processPath({ processID, providerID }: JobDocument, baseUrl: string): string {
  const provider = providerID === undefined ? "" : `/providers/${encodeURIComponent(providerID)}`;
  return `${baseUrl}${provider}/processes/${encodeURIComponent(processID)}`;
}
