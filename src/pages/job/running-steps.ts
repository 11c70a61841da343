import type { JobDocument } from "../../domain/documents/job.ts";
import type { JobView } from "../../domain/documents/job-view.ts";
import type { GraphNode } from "../../domain/graph/workflow-graph.ts";
import { stages } from "../../domain/jobs/progress.ts";
import { waitText } from "./job-times.ts";

type Graph = NonNullable<JobView["graph"]>;

/** As many steps are named at once. */
const mostNamed = 3;

/**
 * Words which steps of a workflow run, each scattered one with how many of its parts are done: "Running: count, 2 of 3". Undefined
 * where the message of the job says more than that it runs, or its steps are not for who looks.
 */
export function runningText(job: JobDocument, { graph }: Pick<JobView, "graph">): string | undefined {
  const isPlain = job.status === "running" && job.message === stages.monitorLoop.message;
  if (!isPlain || waitText(job) !== undefined || graph === undefined) return undefined;
  const names = runningOf(graph.nodes, graph);
  if (names.length === 0) return undefined;
  const others = names.length - mostNamed;
  return `Running: ${names.slice(0, mostNamed).join("; ")}${others > 0 ? ` and ${others} more` : ""}`;
}

/** Of a step that is a workflow its own steps are named; those of a scattered one run in each of its parts. */
function runningOf(nodes: readonly GraphNode[], graph: Graph): readonly string[] {
  const running = nodes.filter(({ kind, id }) => kind === "step" && graph.states.get(id) === "running");
  return running.flatMap(({ id, title, scatter, inner = [] }) => {
    const inside = scatter.length === 0 ? runningOf(inner, graph) : [];
    const parts = graph.parts.get(id);
    return inside.length > 0 ? inside : [parts === undefined ? title : `${title}, ${parts.done} of ${parts.count}`];
  });
}
