import { defined } from "../../domain/defined.ts";
import type { JobView } from "../../domain/documents/job-view.ts";
import type { GraphNode, StepParts, StepState } from "../../domain/graph/workflow-graph.ts";
import { cachedWords, type StepRun } from "../../domain/jobs/step-runs.ts";
import { durationText } from "../../domain/words/spans.ts";
import { areNear, Time } from "../shared/parts.tsx";
import { RecordTable } from "../shared/record-table.tsx";

type Row = { readonly step: string; readonly run?: StepRun; readonly state: StepState; readonly parts?: StepParts };

/** The steps of a workflow that have ended, when and where they ran; behind them those that run or wait, of which no time is known yet. */
export function StepTable({ steps, graph }: Pick<JobView, "steps" | "graph">) {
  const titles = titlesOf(graph?.nodes ?? []);
  const rows = [...(steps ?? []).map((run) => rowOf(run, graph)), ...openRows(steps ?? [], graph)];
  return (
    <RecordTable label="Steps">
      <table>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">State</th>
            <th scope="col">Began</th>
            <th scope="col">Ended</th>
            <th scope="col">Took</th>
            <th scope="col">Where</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ step, run, ...row }) => (
            <tr>
              <th scope="row">{titles.get(step) ?? step}</th>
              <td>{stateWords(run, row)}</td>
              <td>{run === undefined ? null : <StepTime run={run} at={run.startedAt} />}</td>
              <td>{run?.endedAt === undefined ? null : <StepTime run={run} at={run.endedAt} />}</td>
              <td>{run === undefined ? "" : tookWords(run)}</td>
              <td>{run === undefined ? "" : run.places.join(", ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

/** In milliseconds, where the step took seconds at most. */
function StepTime({ run, at }: { readonly run: StepRun; readonly at: number }) {
  return <Time at={new Date(at).toISOString()} isPrecise={areNear(run.startedAt, run.endedAt ?? run.startedAt)} />;
}

function tookWords(run: StepRun): string {
  const { startedAt, endedAt } = run;
  return endedAt === undefined || isTaken(run) ? "" : durationText((endedAt - startedAt) / 1000);
}

/** Names a step by its title with its id beside, and one inside another by the way to it. */
function titlesOf(nodes: readonly GraphNode[], way: readonly string[] = []): ReadonlyMap<string, string> {
  return new Map(
    nodes
      .filter(({ kind }) => kind === "step")
      .flatMap(({ id, title, name, inner = [] }) => {
        const names = [...way, name === undefined ? title : `${title} (${name})`];
        return [[id, names.join(", ")] as const, ...titlesOf(inner, names)];
      }),
  );
}

/** A scattered step of which some parts have ended may still run. */
function rowOf(run: StepRun, graph: JobView["graph"]): Row {
  const known = graph?.states.get(run.step);
  const parts = graph?.parts.get(run.step);
  const state = run.hasFailed ? "failed" : known === "running" || run.endedAt === undefined ? "running" : "done";
  return { step: run.step, run, state, ...(parts === undefined ? {} : { parts }) };
}

function openRows(steps: readonly StepRun[], graph: JobView["graph"]): readonly Row[] {
  const begun = new Set(steps.map(({ step }) => step));
  return [...(graph?.states ?? [])]
    .filter(([step, state]) => !begun.has(step) && (state === "running" || state === "waiting"))
    .map(([step, state]) => ({ step, state, ...defined({ parts: graph?.parts.get(step) }) }));
}

function isTaken({ parts, cached }: StepRun): boolean {
  return parts > 0 && cached >= parts;
}

const signs: Readonly<Record<StepState, string>> = {
  waiting: "○ not begun",
  running: "▶ running",
  done: "✓ done",
  failed: "✕ failed",
};

function stateWords(run: StepRun | undefined, { state, parts }: Pick<Row, "state" | "parts">): string {
  const ofParts = parts === undefined ? [] : [`${parts.done} of ${parts.count} parts`];
  const taken = run === undefined ? undefined : cachedWords(run);
  return [signs[state], ...ofParts, ...(taken === undefined ? [] : [taken])].join(", ");
}
