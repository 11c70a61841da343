import { processUrl } from "../domain/links.ts";
import { type RunPeriod, runPeriods } from "../domain/run-period.ts";
import { durationText } from "../domain/spans.ts";
import { Choice } from "./parts.tsx";
import { type RunFigures, shareText } from "./run-figures.tsx";

const names: readonly RunPeriod[] = ["7d", "30d", "all"];

/** Leads to the figures of runs in a period, and shows those of the one that was chosen. */
export function Periods({ figures, baseUrl }: { readonly figures: RunFigures; readonly baseUrl: string }) {
  const { id, period } = figures;
  const url = `${processUrl(baseUrl, id)}?f=html&period=`;
  return (
    <>
      <p id="figures" class="muted">
        {"Figures of "}
        {names.map((name, at) => (
          <>
            {at === 0 ? "" : at === names.length - 1 ? " or " : ", "}
            <Choice href={`${url}${name}#figures`} isChosen={period?.name === name}>
              {runPeriods[name].words}
            </Choice>
          </>
        ))}
      </p>
      {period === undefined ? null : <p>{wordsOf(period)}</p>}
    </>
  );
}

/** Of few runs, the number says more than a share. */
function succeededText(successRate: number, judged: number): string {
  const share = shareText(successRate, judged);
  return share.endsWith("%") ? `${share} succeeded` : `${share} of ${judged} succeeded`;
}

function wordsOf(period: NonNullable<RunFigures["period"]>): string {
  const { name, runs, failed, dismissed = 0, successRate, medianSeconds, longestSeconds, isCut } = period;
  const { words } = runPeriods[name];
  const when = `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
  if (runs === 0) return `${when}: no run has ended.`;
  const which = isCut
    ? `more than ${runs} runs, of which the last ${runs} count`
    : `${runs} ${runs === 1 ? "run" : "runs"}`;
  const ended = [
    ...(successRate === undefined ? [] : [succeededText(successRate, runs - dismissed)]),
    `${failed} failed`,
    ...(dismissed === 0 ? [] : [`${dismissed} dismissed (not in the share)`]),
  ];
  const times = [
    ...(medianSeconds === undefined ? [] : [`usual time ${durationText(medianSeconds)}`]),
    ...(longestSeconds === undefined ? [] : [`the slowest ${durationText(longestSeconds)}`]),
  ];
  return `${when}: ${[which, ended.join(", "), ...(times.length === 0 ? [] : [times.join(", ")])].join("; ")}.`;
}
