import type { PeriodFigures, RunPeriod } from "../../domain/figures/run-period.ts";
import { jobUrl, processUrl } from "../../domain/links.ts";
import { durationText } from "../../domain/words/spans.ts";
import type { ListedProcess } from "./listed-process.ts";
import { dayText, takenWords } from "./process-list.tsx";

/** How the last runs of a process ended, of those that the reader may see. */
export type RunFigures = Pick<ListedProcess, "id" | "successRate" | "since" | "medianSeconds" | "fromCache"> & {
  readonly runs: number;
  readonly failed: number;
  /** The id of the last one that failed; undefined without one. */
  readonly lastFailed?: string;
  /** How many were dismissed since then: they say nothing of the process. */
  readonly dismissed?: number;
  /** Whose runs count: everybody's, also for who may change the process and sees no job of others, those of some others too, or the reader's own. */
  readonly whose: "all" | "owner" | "some" | "own";
  /** How many of them ran the version that the process has now; absent where all did. */
  readonly ofCurrent?: { readonly version: string; readonly runs: number };
  /** Those of a period, where one was asked for. */
  readonly period?: PeriodFigures & { readonly name: RunPeriod };
  /** Where the revisions of a process are that nobody can run any more; absent for others, and for who may not deploy. */
  readonly revisionsUrl?: string;
};

const whoseWords = {
  all: "Everybody's runs count.",
  owner: "Everybody's runs count, because you look after this process; whose they are is not shown.",
  some: "The runs that you may see count.",
  own: "Only your own runs count.",
} as const;

/** Says how the last runs ended, in the words of the list of processes, and whose runs count. */
export function Figures({ figures, baseUrl }: { readonly figures: RunFigures; readonly baseUrl: string }) {
  const { id, runs, medianSeconds, whose, revisionsUrl } = figures;
  return (
    <p class="muted">
      {runs === 0 ? notRunWords(figures) : runs === 1 ? null : `Last runs of ${id}: ${rateOf(figures)} succeeded`}
      {runs === 1 ? <OneRun figures={figures} baseUrl={baseUrl} /> : <Failed figures={figures} baseUrl={baseUrl} />}
      {dismissedWords(figures)}
      {runs === 0 ? "" : medianSeconds === undefined ? "." : `, usual time ${durationText(medianSeconds)}.`}
      {fromCacheWords(figures)}
      {currentWords(figures)} {whoseWords[whose]}
      {revisionsUrl === undefined ? null : (
        <>
          {" It was undeployed: "}
          <a href={revisionsUrl}>its revisions</a>.
        </>
      )}
    </p>
  );
}

function notRunWords({ id, whose }: RunFigures): string {
  if (whose === "own") return `${id}: you have not run it yet.`;
  return whose === "some" ? `${id}: no run that you may see yet.` : `${id}: not run yet.`;
}

/** One's own runs are called so. */
function rateOf({ runs, whose, since, successRate = 0 }: RunFigures): string {
  const which = `${whose === "own" ? "your" : "the"} last ${runs} runs`;
  return `${shareText(successRate, runs)} of ${which}${since === undefined ? "" : `, since ${dayText(since)},`}`;
}

/** So many runs are counted; of more, their share is told. */
const few = 10;

/** Words how many runs succeeded: a share of few says little. */
export function shareText(successRate: number, runs: number): string {
  return runs <= few ? String(Math.round(successRate * runs)) : `${Math.round(successRate * 100)} %`;
}

/** A single run has no share: how it ended is told, with its day. */
function OneRun({ figures, baseUrl }: { readonly figures: RunFigures; readonly baseUrl: string }) {
  const { id, whose, since, failed } = figures;
  const day = since === undefined ? "" : ` (${dayText(since)})`;
  return (
    <>
      {`${id}: ${whose === "own" ? "your" : "the"} last run `}
      {failed === 0 ? "succeeded" : <FailedRuns figures={figures} of={figures} words="failed" baseUrl={baseUrl} />}
      {day}
    </>
  );
}

type FailedProps = {
  readonly figures: RunFigures;
  /** How many of them failed, and the last one; where these are of a period, which jobs it has. */
  readonly of: Pick<RunFigures, "failed" | "lastFailed"> & { readonly datetime?: string };
  readonly words: string;
  readonly baseUrl: string;
};

/** The words for runs that failed lead to the job where it is one, else to a list of just these; where whoever reads sees them. */
export function FailedRuns({ figures, of: { failed, lastFailed, datetime }, words, baseUrl }: FailedProps) {
  if (failed === 0 || lastFailed === undefined || figures.whose === "owner") return <>{words}</>;
  if (failed === 1) return <a href={`${jobUrl(baseUrl, lastFailed)}?f=html`}>{words}</a>;
  return <a href={failedUrl(figures, datetime, baseUrl)}>{words}</a>;
}

/** All jobs with the id of the process may be of other servers, too: its own list has those of this service alone. One that was undeployed has none. */
function failedUrl({ id, since, revisionsUrl }: RunFigures, datetime: string | undefined, baseUrl: string): string {
  const list = revisionsUrl === undefined ? `${processUrl(baseUrl, id)}/jobs` : `${baseUrl}/jobs`;
  const query = new URLSearchParams({ f: "html", status: "failed" });
  if (revisionsUrl !== undefined) query.set("processID", id);
  const from = datetime ?? (since === undefined ? "" : `${new Date(since).toISOString()}/..`);
  if (from !== "") query.set("datetime", from);
  return `${list}?${query}`;
}

/** Of what was dismissed nobody knows whether it had succeeded. */
function dismissedWords({ runs, dismissed = 0 }: RunFigures): string {
  if (runs === 0 || dismissed === 0) return "";
  return ` (${dismissed} dismissed ${dismissed === 1 ? "is" : "are"} not counted)`;
}

/** Says how many runs failed, and leads to them. */
function Failed({ figures, baseUrl }: { readonly figures: RunFigures; readonly baseUrl: string }) {
  if (figures.failed === 0) return null;
  return (
    <>
      {", "}
      <FailedRuns figures={figures} of={figures} words={`${figures.failed} failed`} baseUrl={baseUrl} />
    </>
  );
}

/** Says that the figures are of earlier versions, too, or of none but those. */
function currentWords({ runs, ofCurrent }: RunFigures): string {
  if (ofCurrent === undefined) return "";
  const { version, runs: count } = ofCurrent;
  if (count > 0) return ` Of these, ${count} ran version ${version}, and ${runs - count} other versions.`;
  return ` ${runs === 1 ? "That run was of another version" : "All of them were of other versions"}: version ${version} was not run yet.`;
}

/** Says which runs tell nothing of how long the tools take. */
function fromCacheWords({ fromCache = 0 }: RunFigures): string {
  if (fromCache === 0) return "";
  const left = fromCache === 1 ? "It ran no tool, and does" : "They ran no tools, and do";
  return ` ${takenWords(fromCache)}. ${left} not count in the usual time.`;
}
