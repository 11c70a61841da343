import type { PeriodFigures, RunPeriod } from "../domain/run-period.ts";
import { durationText } from "../domain/spans.ts";
import type { ListedProcess } from "./listed-process.ts";
import { dayText, takenWords } from "./process-list.tsx";

/** How the last runs of a process ended, of those that the reader may see. */
export type RunFigures = Pick<ListedProcess, "id" | "successRate" | "since" | "medianSeconds" | "fromCache"> & {
  readonly runs: number;
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
  const { id, whose, since, successRate = 1 } = figures;
  const day = since === undefined ? "" : ` (${dayText(since)})`;
  const how = successRate === 1 ? "succeeded" : "failed";
  return (
    <>
      {`${id}: ${whose === "own" ? "your" : "the"} last run `}
      {how === "failed" && whose !== "owner" ? <a href={failedUrl(id, baseUrl)}>{how}</a> : how}
      {day}
    </>
  );
}

function failedUrl(id: string, baseUrl: string): string {
  return `${baseUrl}/jobs?f=html&processID=${encodeURIComponent(id)}&status=failed`;
}

/** Of what was dismissed nobody knows whether it had succeeded. */
function dismissedWords({ runs, dismissed = 0 }: RunFigures): string {
  if (runs === 0 || dismissed === 0) return "";
  return ` (${dismissed} dismissed ${dismissed === 1 ? "is" : "are"} not counted)`;
}

/** Leads to the runs that failed, where whoever reads sees them. */
function Failed({ figures, baseUrl }: { readonly figures: RunFigures; readonly baseUrl: string }) {
  const { id, runs, whose, successRate = 1 } = figures;
  const failed = Math.round(runs * (1 - successRate));
  if (failed === 0) return null;
  if (whose === "owner") return <>{`, ${failed} failed`}</>;
  return (
    <>
      {", "}
      <a href={failedUrl(id, baseUrl)}>{`${failed} failed`}</a>
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
