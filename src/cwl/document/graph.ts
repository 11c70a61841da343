import { defined } from "../../domain/defined.ts";
import type { GraphNode, GraphTool } from "../../domain/graph/workflow-graph.ts";
import { neededSteps } from "./check.ts";
import type { CwlDocument, CwlProcess, Step, Workflow } from "./schema.ts";

type Documents = Pick<CwlDocument, "main" | "processes">;

/** Lists the parts of a process as people see them: its inputs, its steps (itself, where it has none), its outputs. */
export function graphOf({ main, processes }: Documents): readonly GraphNode[] {
  const inputs = main.inputs.map(({ id }): GraphNode => node({ id: `in:${id}`, kind: "input", title: id }));
  if (main.kind !== "workflow") {
    const own = node({ id: main.id, kind: "step", title: main.label ?? main.id, needs: inputs.map(({ id }) => id) });
    const outputs = main.outputs.map(({ id }) => node({ id: `out:${id}`, kind: "output", title: id, needs: [own.id] }));
    return [...inputs, own, ...outputs];
  }
  const outputs = main.outputs.map(({ id, link }) =>
    node({ id: `out:${id}`, kind: "output", title: id, needs: link.sources.map(sourceId) }),
  );
  return [...inputs, ...stepsOf(main, processes, { path: "", around: [main.id] }), ...outputs];
}

type Place = {
  readonly path: string;
  /** The workflows around, by their ids. */
  readonly around: readonly string[];
};

function stepsOf(workflow: Workflow, processes: Documents["processes"], place: Place): readonly GraphNode[] {
  const isOuter = place.path === "";
  return workflow.steps.map((step) => {
    const sources = step.inputs.flatMap((input) => input.link.sources).filter((source) => !source.includes("/"));
    const run = processes.get(step.run);
    const path = `${place.path}${step.id}`;
    // Inputs of inner workflows are not drawn: lines lead to their group.
    const needs = [...(isOuter ? sources.map(sourceId) : []), ...neededSteps(step).map((id) => `${place.path}${id}`)];
    return node({
      id: path,
      kind: "step",
      title: step.label ?? step.id,
      needs: [...new Set(needs)],
      scatter: step.scatter.map((id) => scatteredBy(step, id)),
      isConditional: step.when !== undefined,
      ...defined({
        name: step.label === undefined ? undefined : step.id,
        runs: runsOf(step, run),
        tool: toolOf(run),
        inner: innerOf(run, processes, { ...place, path }),
      }),
    });
  });
}

function innerOf(run: CwlProcess | undefined, processes: Documents["processes"], { path, around }: Place) {
  if (run?.kind !== "workflow" || around.includes(run.id)) return undefined;
  return stepsOf(run, processes, { path: `${path}/`, around: [...around, run.id] });
}

function toolOf(run: CwlProcess | undefined): GraphTool | undefined {
  if (run === undefined || run.kind === "workflow") return undefined;
  const { doc, inputs, outputs, requirements, hints } = run;
  const image = (requirements.docker ?? hints.docker)?.dockerPull;
  return {
    inputs: inputs.map(({ id }) => id),
    outputs: outputs.map(({ id }) => id),
    ...defined({
      doc,
      command: run.kind === "tool" && run.baseCommand.length > 0 ? run.baseCommand : undefined,
      image: typeof image === "string" ? image : undefined,
      software: requirements.software ?? hints.software,
    }),
  };
}

/** Names what a step runs, where that says more than its own name. */
function runsOf(step: Step, run: CwlProcess | undefined): string | undefined {
  const name = run?.label ?? run?.id.split("/").at(-1);
  return name === step.id || name === step.label || name === "run" ? undefined : name;
}

/** Names where the items come from that an input of a step has: who looks at the workflow knows no names inside of the step. */
function scatteredBy(step: Step, inputId: string): string {
  const sources = step.inputs.find(({ id }) => id === inputId)?.link.sources ?? [];
  return sources.length === 0 ? inputId : sources.map(sourceWords).join(" and ");
}

function sourceWords(source: string): string {
  const [from = "", output] = source.split("/");
  return output === undefined ? from : `${output} of ${from}`;
}

function sourceId(source: string): string {
  return source.includes("/") ? source.slice(0, source.indexOf("/")) : `in:${source}`;
}

function node(given: Pick<GraphNode, "id" | "kind" | "title"> & Partial<GraphNode>): GraphNode {
  const { needs = [], ...others } = given;
  return { scatter: [], isConditional: false, ...others, needs: [...new Set(needs)] };
}
