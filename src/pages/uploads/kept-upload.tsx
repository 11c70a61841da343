import type { UploadDocument, UploadHolder, UploadUse } from "../../domain/documents/upload.ts";
import { Time } from "../shared/parts.tsx";
import { shortId } from "../shared/words.ts";

type Props = { readonly upload: UploadDocument };

/** Until when an upload is kept: past its time as long as a job reads it that is kept for good, has not ended, or can be retried. */
export function Kept({ upload }: Props) {
  if (!upload.held) return <Time at={upload.expires} />;
  return (
    <>
      as long as <Holders upload={upload} />; else until <Time at={upload.expires} />
    </>
  );
}

/** Says that an upload was not removed, which jobs it stays for, and what to do first. */
export function NotRemoved({ upload }: Props) {
  const { name, keptBy } = upload;
  return (
    <p class="notice notice-bad" role="alert">
      {`${name} was not removed: `}
      <Holders upload={upload} />
      {keptBy === undefined
        ? ". It can be removed when no such job is left: each has ended well, or was cancelled or removed."
        : ". It can be removed when no such job is kept for good any more."}
    </p>
  );
}

/** A job by its title where it has one, with the way to it. */
export function JobLink({ job: { jobID, processID, title, href } }: { readonly job: UploadUse }) {
  return <a href={`${href}?f=html`}>{`${title ?? processID} ${shortId(jobID)}`}</a>;
}

function Holders({ upload: { heldBy = [], keptBy } }: Props) {
  const isForeign = keptBy !== undefined && !heldBy.some(({ kept }) => kept);
  if (isForeign) return <>a job of somebody else is kept for good</>;
  if (heldBy.length === 0) return <>a job of somebody else may read it</>;
  return (
    <>
      {heldBy.map((job, at) => (
        <>
          {at === 0 ? "job " : at === heldBy.length - 1 ? " and job " : ", job "}
          <JobLink job={job} /> {whyText(job)}
        </>
      ))}
    </>
  );
}

function whyText({ kept, status }: UploadHolder): string {
  if (kept) return "is kept for good";
  return status === "failed" ? "failed and can be retried" : "has not ended";
}
