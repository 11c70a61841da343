import { type ListedProcess, rateWords, secondsWords } from "./process-list.tsx";

/** How the last runs of a process ended, of those that the reader may see. */
export type RunFigures = Pick<ListedProcess, "id" | "successRate" | "medianSeconds" | "fromCache"> & {
  readonly runs: number;
  /** Whose runs count: everybody's, those of some others too, or the reader's own. */
  readonly whose: "all" | "some" | "own";
  /** Where the revisions of a process are that nobody can run any more; absent for others, and for who may not deploy. */
  readonly revisionsUrl?: string;
};

const whoseWords = {
  all: "Everybody's runs count.",
  some: "The runs that you may see count.",
  own: "Only your own runs count.",
} as const;

/** Says how the last runs ended, in the words of the list of processes, and whose runs count. */
export function Figures({ figures, baseUrl }: { readonly figures: RunFigures; readonly baseUrl: string }) {
  const { id, runs, medianSeconds, whose, revisionsUrl } = figures;
  return (
    <p class="muted">
      {runs === 0 ? `${id}: not run yet.` : `Last runs of ${id}: ${rateWords(figures)} succeeded`}
      <Failed figures={figures} baseUrl={baseUrl} />
      {runs === 0 ? "" : medianSeconds === undefined ? "." : `, usual time ${secondsWords(medianSeconds)}.`}
      {fromCacheWords(figures)} {whoseWords[whose]}
      {revisionsUrl === undefined ? null : (
        <>
          {" It was removed: "}
          <a href={revisionsUrl}>its revisions</a>.
        </>
      )}
    </p>
  );
}

/** Leads to the runs that failed. */
function Failed({ figures, baseUrl }: { readonly figures: RunFigures; readonly baseUrl: string }) {
  const { id, runs, successRate = 1 } = figures;
  const failed = Math.round(runs * (1 - successRate));
  if (failed === 0) return null;
  return (
    <>
      {", "}
      <a href={`${baseUrl}/jobs?f=html&processID=${encodeURIComponent(id)}&status=failed`}>{`${failed} failed`}</a>
    </>
  );
}

/** Says which runs tell nothing of how long the tools take. */
function fromCacheWords({ fromCache = 0 }: RunFigures): string {
  if (fromCache === 0) return "";
  const left = fromCache === 1 ? "ran no tool, and does" : "ran no tools, and do";
  return ` ${fromCache} from earlier runs: ${left} not count in the usual time.`;
}
