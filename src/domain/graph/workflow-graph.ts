/** What a package says of the tool of a step. */
export type GraphTool = {
  readonly doc?: string;
  /** The words that its command begins with; absent where its arguments are all of it. */
  readonly command?: readonly string[];
  readonly image?: string;
  /** What its SoftwareRequirement names. */
  readonly software?: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
};

/** A part of a workflow as people see it: an input, a step or an output. */
export type GraphNode = {
  /** The path of a step; of an input or output its id behind `in:` or `out:`. */
  readonly id: string;
  readonly kind: "input" | "step" | "output";
  readonly title: string;
  /** The id of a step in its workflow, where its title is another one. */
  readonly name?: string;
  /** What runs it. */
  readonly runs?: string;
  /** Ids of the nodes beside it that it waits for. */
  readonly needs: readonly string[];
  /** What it runs for each item of: inputs of the workflow, or outputs of steps; empty for one run. */
  readonly scatter: readonly string[];
  /** It runs only where a condition holds. */
  readonly isConditional: boolean;
  /** The tool that a step runs; absent for a workflow, and for what is not in the package. */
  readonly tool?: GraphTool;
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

/** How many of the parts of a scattered step are done, and how many there are. */
export type StepParts = { readonly done: number; readonly count: number };

/** Names the key that keeps how many parts a scattered step has: no step's path has `#`. */
export function partsKey(path: string, count: number): string {
  return `${path}#parts=${count}`;
}

/** Names the key that keeps when the first part of a scattered step began, in milliseconds since 1970. */
export function begunKey(path: string, at: number): string {
  return `${path}#begun=${at}`;
}

/** Removes the numbers of parts from the path of a step. */
export function withoutParts(path: string): string {
  return path.replace(/\[\d+\](?=\/|$)/g, "");
}

/**
 * Reads from the keys of what is finished, of `partsKey` and of `begunKey`, by the paths of scattered steps without the numbers of
 * parts, when each began of which some parts have not ended yet; undefined where that is not known.
 */
export function openStepsOf(keys: readonly string[]): ReadonlyMap<string, number | undefined> {
  const open = [...partsOf(keys)].filter(([, { done, count }]) => done < count);
  const begun = new Map<string, number | undefined>(open.map(([path]) => [withoutParts(path), undefined]));
  for (const key of keys) {
    const [, path = "", at] = /^(.*)#begun=(\d+)$/.exec(key) ?? [];
    const step = withoutParts(path);
    if (at !== undefined && begun.has(step)) begun.set(step, Math.min(Number(at), begun.get(step) ?? Number(at)));
  }
  return begun;
}

/** Counts the parts of scattered steps, by their paths, by the keys of what is finished and of `partsKey`. */
export function partsOf(keys: readonly string[]): ReadonlyMap<string, StepParts> {
  const done = new Map<string, number>();
  for (const key of keys) {
    // A part that is a workflow or of another server keeps its outputs as its own part 0.
    const [, path] = /^(.*[^\]])\[\d+\](?:\[0\])?$/.exec(key) ?? [];
    if (path !== undefined) done.set(path, (done.get(path) ?? 0) + 1);
  }
  const parts = new Map<string, StepParts>();
  for (const key of keys) {
    const [, path, count] = /^(.*)#parts=(\d+)$/.exec(key) ?? [];
    if (path !== undefined) parts.set(path, { done: done.get(path) ?? 0, count: Number(count) });
  }
  return parts;
}

/** Counts all steps, those of inner workflows too. */
export function countSteps(nodes: readonly GraphNode[]): number {
  return nodes.reduce((sum, { kind, inner = [] }) => sum + (kind === "step" ? 1 : 0) + countSteps(inner), 0);
}
