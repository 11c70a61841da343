import { Problem } from "../../../domain/problem.ts";
import { nearNames } from "../../../domain/words/near-names.ts";
import { neededSteps } from "../check.ts";
import type { CwlDocument, Link, Step, Workflow } from "../schema.ts";

/**
 * Leaves of a workflow what the targets are and what they need: of an output the steps that lead to it; of a step itself,
 * the steps before it and the outputs that are its own; of an input all that is made from it. Throws
 * `invalid-parameter-value` for a name that the workflow does not have, with the near ones, and for a process without steps.
 */
export function onlyTargets(document: CwlDocument, targets: readonly string[]): CwlDocument {
  const { main } = document;
  if (main.kind !== "workflow") {
    throw refuse(`found "${targets[0]}" and a process without steps, wanted it for a workflow`);
  }
  const wanted = wantedOf(main, targets);
  const steps = stepsBefore(main, wanted);
  const isKept = (step: Step) => steps.has(step.id);
  const keptSteps = main.steps.filter(isKept);
  const outputs = main.outputs.filter(({ id }) => wanted.outputs.has(id));
  const links = [
    ...keptSteps.flatMap((step) => step.inputs.map(({ link }) => link)),
    ...outputs.map(({ link }) => link),
  ];
  const used = new Set([...links.flatMap(({ sources }) => sources), ...wanted.inputs]);
  const inputs = main.inputs.filter(({ id }) => used.has(id));
  const narrowed: Workflow = { ...main, inputs, steps: keptSteps, outputs };
  return { ...document, main: narrowed, processes: new Map([...document.processes, [main.id, narrowed]]) };
}

type Wanted = { readonly inputs: Set<string>; readonly steps: Set<string>; readonly outputs: Set<string> };

function wantedOf(workflow: Workflow, targets: readonly string[]): Wanted {
  const wanted: Wanted = { inputs: new Set(), steps: new Set(), outputs: new Set() };
  for (const target of targets) {
    if (workflow.outputs.some(({ id }) => id === target)) wanted.outputs.add(target);
    else if (workflow.steps.some(({ id }) => id === target)) wantStep(workflow, wanted, target);
    else if (workflow.inputs.some(({ id }) => id === target)) wantInput(workflow, wanted, target);
    else throw unknown(workflow, target);
  }
  return wanted;
}

function wantStep(workflow: Workflow, wanted: Wanted, id: string): void {
  wanted.steps.add(id);
  for (const output of workflow.outputs) {
    const { sources } = output.link;
    if (sources.length > 0 && sources.every((source) => source.startsWith(`${id}/`))) wanted.outputs.add(output.id);
  }
}

/** All that is made from an input, through any number of steps. */
function wantInput(workflow: Workflow, wanted: Wanted, id: string): void {
  wanted.inputs.add(id);
  const made = new Set<string>();
  const isMadeOf = ({ sources }: Link) =>
    sources.some((source) => source === id || (source.includes("/") && made.has(stepOf(source))));
  for (let found = true; found; ) {
    found = false;
    for (const step of workflow.steps) {
      if (made.has(step.id) || !step.inputs.some(({ link }) => isMadeOf(link))) continue;
      made.add(step.id);
      found = true;
    }
  }
  for (const step of made) wanted.steps.add(step);
  for (const output of workflow.outputs) if (isMadeOf(output.link)) wanted.outputs.add(output.id);
}

function stepOf(source: string): string {
  return source.slice(0, source.indexOf("/"));
}

function stepsBefore(workflow: Workflow, wanted: Wanted): ReadonlySet<string> {
  const steps = new Map(workflow.steps.map((step) => [step.id, step]));
  const kept = new Set<string>();
  const keep = (id: string) => {
    const step = steps.get(id);
    if (step === undefined || kept.has(id)) return;
    kept.add(id);
    neededSteps(step).forEach(keep);
  };
  wanted.steps.forEach(keep);
  for (const output of workflow.outputs) {
    if (!wanted.outputs.has(output.id)) continue;
    for (const source of output.link.sources) if (source.includes("/")) keep(stepOf(source));
  }
  return kept;
}

function unknown(workflow: Workflow, target: string): Problem {
  const names = [...workflow.outputs, ...workflow.steps, ...workflow.inputs].map(({ id }) => id);
  const near = nearNames(target, names);
  const meant = near.length === 0 ? `wanted one of ${names.join(", ")}` : `did you mean "${near.join('" or "')}"?`;
  return refuse(`found "${target}", which is no output, step or input of the workflow: ${meant}`);
}

function refuse(detail: string): Problem {
  return new Problem("invalid-parameter-value", `Cannot use --target: ${detail}`);
}
