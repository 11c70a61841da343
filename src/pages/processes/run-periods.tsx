import { defined } from "../../domain/defined.ts";
import { type RunPeriod, runPeriods } from "../../domain/figures/run-period.ts";
import { processUrl } from "../../domain/links.ts";
import { durationText } from "../../domain/words/spans.ts";
import { Choice } from "../shared/parts.tsx";
import { FailedRuns, type RunFigures, shareText } from "./run-figures.tsx";

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
      {period === undefined ? null : <PeriodRuns figures={figures} period={period} baseUrl={baseUrl} />}
    </>
  );
}

/** Of few runs, the number says more than a share. */
function succeededText(successRate: number, judged: number): string {
  const share = shareText(successRate, judged);
  return share.endsWith("%") ? `${share} succeeded` : `${share} of ${judged} succeeded`;
}

type PeriodProps = {
  readonly figures: RunFigures;
  readonly period: NonNullable<RunFigures["period"]>;
  readonly baseUrl: string;
};

function PeriodRuns({ figures, period, baseUrl }: PeriodProps) {
  const { name, runs, failed, lastFailed, isCut } = period;
  const { words } = runPeriods[name];
  const when = `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
  if (runs === 0) return <p>{`${when}: no run has ended.`}</p>;
  // A list has all of the period, of which only the last ones count.
  const known = isCut && failed > 1 ? undefined : lastFailed;
  const datetime = name === "all" ? "" : name;
  return (
    <p>
      {`${when}: ${beforeFailed(period)}`}
      <FailedRuns
        figures={figures}
        of={{ failed, datetime, ...defined({ lastFailed: known }) }}
        words={`${failed} failed`}
        baseUrl={baseUrl}
      />
      {behindFailed(period)}
    </p>
  );
}

type Period = PeriodProps["period"];

function beforeFailed({ runs, dismissed = 0, successRate, isCut }: Period): string {
  const which = isCut
    ? `more than ${runs} runs, of which the last ${runs} count`
    : `${runs} ${runs === 1 ? "run" : "runs"}`;
  return `${which}; ${successRate === undefined ? "" : `${succeededText(successRate, runs - dismissed)}, `}`;
}

function behindFailed({ dismissed = 0, medianSeconds, longestSeconds }: Period): string {
  const times = [
    ...(medianSeconds === undefined ? [] : [`usual time ${durationText(medianSeconds)}`]),
    ...(longestSeconds === undefined ? [] : [`the slowest ${durationText(longestSeconds)}`]),
  ];
  const more = dismissed === 0 ? "" : `, ${dismissed} dismissed (not in the share)`;
  return `${more}${times.length === 0 ? "" : `; ${times.join(", ")}`}.`;
}
