/** A part of a workflow as people see it: an input, a step or an output. */
export type GraphNode = {
  /** The path of a step; of an input or output its id behind `in:` or `out:`. */
  readonly id: string;
  readonly kind: "input" | "step" | "output";
  readonly title: string;
  /** What runs it. */
  readonly runs?: string;
  /** Ids of the nodes beside it that it waits for. */
  readonly needs: readonly string[];
  /** The inputs over whose items it runs; empty for one run. */
  readonly scatter: readonly string[];
  /** It runs only where a condition holds. */
  readonly isConditional: boolean;
  /** The steps of the workflow that it runs. */
  readonly inner?: readonly GraphNode[];
};

export const stepStates = ["waiting", "running", "done", "failed"] as const;
export type StepState = (typeof stepStates)[number];

/** What is known of a run, for the states of its steps. */
export type RunFacts = {
  readonly isRunning: boolean;
  readonly isSuccessful: boolean;
  /** Keys of what is finished: paths of steps, and of parts of scattered ones. */
  readonly finished: readonly string[];
  readonly failedStep?: string;
};

/** Tells the state of each step of a run, by its path: a step whose needs are met runs, or waits only for room. */
export function statesOf(nodes: readonly GraphNode[], run: RunFacts): ReadonlyMap<string, StepState> {
  const states = new Map<string, StepState>();
  addStates(nodes, run, { states, isReached: run.isRunning, isOver: run.isSuccessful });
  return states;
}

function addStates(
  nodes: readonly GraphNode[],
  run: RunFacts,
  {
    states,
    isReached,
    isOver,
  }: { readonly states: Map<string, StepState>; readonly isReached: boolean; readonly isOver: boolean },
): void {
  const finished = new Set(run.finished);
  const isDone = (id: string) => isOver || finished.has(id);
  const steps = nodes.filter(({ kind }) => kind === "step");
  const stepIds = new Set(steps.map(({ id }) => id));
  for (const { id, needs, inner } of steps) {
    const isFailed = run.failedStep === id || run.failedStep?.startsWith(`${id}/`) === true;
    const isRunning = isReached && needs.every((need) => !stepIds.has(need) || isDone(need));
    const state = isDone(id) ? "done" : isFailed ? "failed" : isRunning ? "running" : "waiting";
    states.set(id, state);
    if (inner !== undefined)
      addStates(inner, run, { states, isReached: state === "running", isOver: state === "done" });
  }
}

/** Counts all steps, those of inner workflows too. */
export function countSteps(nodes: readonly GraphNode[]): number {
  return nodes.reduce((sum, { kind, inner = [] }) => sum + (kind === "step" ? 1 : 0) + countSteps(inner), 0);
}
