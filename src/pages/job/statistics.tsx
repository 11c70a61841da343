import type { JobStatistics, JobStatisticsDocument } from "../../domain/documents/job-statistics.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import { durationText } from "../../domain/words/spans.ts";
import { WholeDocument } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { type Page, policyOf } from "../shared/page.ts";
import { Size, Wide } from "../shared/parts.tsx";
import { RecordTable } from "../shared/record-table.tsx";

/** Why there may be no figures of tools. */
export type StatisticsOrigin = {
  readonly isAllCached: boolean;
  /** The provider that an ended job ran at. */
  readonly ranAt?: string;
  /** What goes on of a job that has not ended, as the head of its page counts it: both show one figure. */
  readonly goesOn?: "Waiting" | "Running";
};

/** Builds the page of the statistics of a job. */
export function statisticsPage(jobUrl: string, origin: StatisticsOrigin): Page<JobStatisticsDocument> {
  return {
    policy: () => policyOf(),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame}>
          <p>
            <a href={`${jobUrl}?f=html`}>The job</a>
          </p>
          <Statistics statistics={document} origin={origin} />
          <WholeDocument document={document} jsonUrl={frame.jsonUrl} />
        </Layout>
      )}`,
  };
}

/** Shows what a job took, with units: its times, and what the tools of each step used. */
export function Statistics({
  statistics,
  origin,
}: {
  readonly statistics: JobStatistics;
  readonly origin: StatisticsOrigin;
}) {
  const { attempts, waitingSeconds, runningSeconds, steps } = statistics;
  const counted = (what: string) => (origin.goesOn === what ? `${what} ${attempts}` : undefined);
  return (
    <>
      <div class="run-times">
        <Wide label="Times">
          <table class="table">
            <tbody>
              <Row name="Waited" value={waitingSeconds} counted={counted("Waiting")} />
              <Row name="Ran" value={runningSeconds} counted={counted("Running")} />
              <tr>
                <th scope="row">Attempts</th>
                <td>{String(attempts)}</td>
              </tr>
            </tbody>
          </table>
        </Wide>
      </div>
      {steps.length > 0 ? <Steps steps={steps} /> : <p class="muted">{noFiguresText(origin)}</p>}
    </>
  );
}

type RowProps = {
  readonly name: string;
  /** In seconds. */
  readonly value: number;
  /** What a script goes on counting. */
  readonly counted: string | undefined;
};

function Row({ name, value, counted }: RowProps) {
  const isCounted = counted !== undefined;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td
        title={isCounted ? undefined : `${value} seconds`}
        data-counted={counted}
        data-seconds={isCounted ? String(value) : undefined}
      >
        {durationText(value)}
      </td>
    </tr>
  );
}

function Steps({ steps }: { readonly steps: readonly JsonObject[] }) {
  return (
    <RecordTable label="What the tools of each step used">
      <table>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Tools run</th>
            <th scope="col">CPU time</th>
            <th scope="col">Peak memory</th>
            <th scope="col">Exit code</th>
          </tr>
        </thead>
        <tbody>
          {steps.map(({ step, tools, cpuSeconds, peakMemoryBytes, exitCode }) => (
            <tr>
              <th scope="row">{step === "main" ? "the tool" : String(step)}</th>
              <td>{wordsOf(tools)}</td>
              <td>{typeof cpuSeconds === "number" ? durationText(cpuSeconds) : ""}</td>
              <td>
                {typeof peakMemoryBytes === "number" ? (
                  <Size bytes={peakMemoryBytes} />
                ) : (
                  <span class="muted">too short to measure</span>
                )}
              </td>
              <td>{wordsOf(exitCode)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

function wordsOf(value: unknown): string {
  return typeof value === "number" || typeof value === "string" ? String(value) : "";
}

function noFiguresText({ isAllCached, ranAt }: StatisticsOrigin): string {
  if (ranAt !== undefined) return `It ran at ${ranAt}; nothing is measured here.`;
  if (isAllCached) return "All steps were taken from an earlier run.";
  return "What its tools used is known when it has ended, of those that ran here.";
}
