import type { JobDocument } from "../../domain/documents/job.ts";
import type { JobView } from "../../domain/documents/job-view.ts";
import { partTalk } from "../../domain/jobs/program-talk.ts";
import { saysClosedAddress } from "../../domain/people/closed-address.ts";
import { saysWantedKey } from "../../domain/people/wanted-key.ts";
import { lackOf, saysOnlyCode } from "../shared/failure-kinds.ts";
import { type Exception, sentenceOf, wantedKeyWords } from "../shared/failure-words.ts";
import { Opening } from "../shared/opening.tsx";
import type { PageFrame } from "../shared/page.ts";
import { Time } from "../shared/parts.tsx";
import { toldSentence, WhatPrograms } from "./program-talk.tsx";

type FailureProps = { readonly job: JobDocument; readonly view: JobView; readonly frame: PageFrame };

/** Says in one sentence what failed and where, then what the tool said last, and what one can do. */
export function Failure({ job, view, frame }: FailureProps) {
  const { exception } = job;
  if (exception === undefined) return null;
  const { stderrTail } = exception;
  const detail = typeof exception.detail === "string" ? exception.detail : job.message;
  const { sentence } = partTalk(detail);
  return (
    <div class="notice notice-bad" role="alert">
      <Again job={job} view={view} />
      <p>
        <strong>{sentenceOf(exception)}</strong> {saysOnlyCode(sentence, exception) ? null : toldSentence(detail)}
        <Opening texts={[detail]} frame={frame} />
      </p>
      <WhatPrograms texts={[detail]} />
      {typeof stderrTail === "string" && stderrTail !== "" ? (
        <pre class="code last-lines" role="log" aria-live="off" aria-label="The last lines of the tool" tabindex={0}>
          {stderrTail}
        </pre>
      ) : null}
      <p class="on-screen">
        {job.providerID !== undefined && view.whyNotRetried === undefined && saysWantedKey(detail) ? (
          <WantedKey url={view.wantedKeyUrl} provider={job.providerID} />
        ) : (
          adviceOf({ ...exception, detail }, { ...view, owner: job.user, isRemote: job.providerID !== undefined })
        )}
        {view.mendUrl === undefined ? null : (
          <>
            {" "}
            <a href={view.mendUrl}>Mend the package (new version)</a>
          </>
        )}
      </p>
    </div>
  );
}

/** Says that the provider wants a key: who may give it is led there, others are told whom to ask. */
function WantedKey({ url, provider }: { readonly url: string | undefined; readonly provider: string }) {
  if (url === undefined) return <>{wantedKeyWords} Ask the operator of this service to give it one.</>;
  return (
    <>
      {wantedKeyWords} <a href={url}>Give one on the page of {provider}</a>, then try again.
    </>
  );
}

/** Tells of a job that was retried when that was, and where one reads of the tries before. */
export function Retried({
  job: { attempt, retriedBy },
  view: { timeline, earlierLogs = [] },
}: {
  readonly job: JobDocument;
  readonly view: JobView;
}) {
  const again = timeline.findLastIndex(({ status }) => status === "accepted");
  const ended = timeline.findIndex(({ status }) => status === "failed" || status === "dismissed");
  const at = timeline[again]?.at;
  if (at === undefined || ended === -1 || ended > again) return null;
  return (
    <p class="muted">
      Tried again {retriedBy === undefined ? "" : `by ${retriedBy} `}
      <Time at={at} />
      {attempt > 1 ? `: this is attempt ${attempt}` : ""}. The log is that of the last attempt; the{" "}
      <a href="#timeline">timeline</a> says how those before ended
      {earlierLogs.length === 0 ? null : (
        <>
          , and <a href="#earlier-logs">their logs</a> are kept
        </>
      )}
      .
    </p>
  );
}

/** A page that looks as it did before a retry would seem not to have tried. */
function Again({
  job: { attempt, finished },
  view: { timeline },
}: {
  readonly job: JobDocument;
  readonly view: JobView;
}) {
  const failed = timeline.findIndex(({ status }) => status === "failed");
  const hasFailedBefore = failed !== -1 && failed < timeline.findLastIndex(({ status }) => status === "accepted");
  if (!hasFailedBefore || finished === undefined) return null;
  return (
    <p>
      Attempt {String(attempt)} failed too, <Time at={finished} />.
    </p>
  );
}

/** The exit code of a shell for a program that was killed, as the kernel does when memory ends. */
const killed = 137;

/** What a person may do about a failure. */
type MayDo = Pick<
  JobView,
  "newerVersion" | "mayResume" | "mayRetry" | "mendUrl" | "mayRun" | "whyNotRetried" | "againUrl" | "isProcessGone"
> & {
  /** Who submitted the job, for who is somebody else. */
  readonly owner?: string | undefined;
  /** It ran at a provider. */
  readonly isRemote?: boolean;
};

/** Words what a person can do after a failure. */
function adviceOf(exception: Exception, may: MayDo): string {
  const { detail, stage, exitCode, stderrTail, isPackageFault } = exception;
  if (isPackageFault === true) return `${faultyProcess} ${wayOnOfFaulty(may)}`;
  if (may.mayRun === false) return forReaders(stderrTail, may);
  if (may.whyNotRetried !== undefined && may.againUrl === undefined) return "It can neither be tried nor run again.";
  if (exitCode === killed) {
    return "The tool was killed, maybe because it needed more memory than there was: try smaller inputs, or ask the operator.";
  }
  if (typeof detail === "string" && saysClosedAddress(detail)) {
    return canOnlyBeTried(may)
      ? `Try it again when the address is allowed. ${goneWords}`
      : "Run it again when the address is allowed, or upload the file and run it with that.";
  }
  const lack = lackOf(exception, may.isRemote === true);
  if (lack !== undefined) return `${lack}: other inputs hardly help. ${wayOnOfLack(may)}`;
  if (stage === "getInputs") {
    return canOnlyBeTried(may)
      ? `Check that each input can be fetched from its address, then try it again. ${goneWords}`
      : "Check that each input can be fetched from its address, then run it again.";
  }
  if (typeof stderrTail === "string" && stderrTail !== "") {
    return `The lines above are the last that the tool wrote. ${wayOn(may)}`;
  }
  return `Read the log below. ${wayOn(may)}`;
}

/** What the service lacks, its operator can give. */
function wayOnOfLack(may: MayDo): string {
  const { mayRetry, mayResume } = may;
  const again = mayResume === true ? "resume it" : mayRetry ? "try it again" : "run it again";
  const way = `Tell ${may.isRemote === true ? "the operator of this service, or that of the provider" : "the operator of this service"}, and ${again} when that is mended.`;
  return canOnlyBeTried(may) ? `${way} ${goneWords}` : way;
}

const faultyProcess =
  "The process is faulty: its package cannot be run as it is written, and other inputs hardly help.";

function wayOnOfFaulty({ newerVersion, mendUrl }: MayDo): string {
  if (newerVersion !== undefined) return wayOn({ newerVersion, mayRetry: false });
  return mendUrl === undefined
    ? "Tell its author, or the operator of this service, and name this job: they can deploy a mended version."
    : "Mend its package, or tell its author.";
}

/** Who may not run it is told where the cause stands, and who can do something about it. */
function forReaders(stderrTail: unknown, { owner }: MayDo): string {
  const cause =
    typeof stderrTail === "string" && stderrTail !== ""
      ? "the lines above, which the tool wrote last"
      : "the log below";
  const whom =
    owner === undefined
      ? "the operator of this service"
      : `user ${owner}, who submitted it, or the operator of this service`;
  return `The cause stands in ${cause}. You may not run it again: tell ${whom}, and name this job.`;
}

/** Of a process that is gone there is no form any more; its jobs still have the revision that they ran. */
function canOnlyBeTried({ isProcessGone, mayRetry }: MayDo): boolean {
  return isProcessGone === true && mayRetry;
}

/** Says what becomes of a job whose process was undeployed. */
export const goneWords =
  "Its process was undeployed: a retry runs the version that the job ran, and other inputs cannot be given.";

/** What is resumed runs the version that failed: with a newer one, that is no way on. */
function wayOn(may: MayDo): string {
  const { newerVersion, mayResume, mayRetry } = may;
  if (canOnlyBeTried(may))
    return `${mayResume === true ? "Resume it, or try it again," : "Try it again"} when the cause is mended. ${goneWords}`;
  if (newerVersion !== undefined) return `Run it again: that runs version ${newerVersion}, which was deployed since.`;
  if (mayResume === true) return "Correct the inputs and run it again, or resume when the cause is mended.";
  if (mayRetry) return "Correct the inputs and run it again, or try again when the cause is mended.";
  return "Correct the inputs and run it again.";
}
