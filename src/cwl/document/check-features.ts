import { type Field, newFault } from "./load/field.ts";
import type { CwlProcess, Requirements, Step, Workflow, WorkflowFeature } from "./schema.ts";

/** Where a feature is used, and how it is called. */
type Use = { readonly feature: WorkflowFeature; readonly words: string; readonly at: string };

/** What stands around a process: all that it inherits. */
type Around = readonly Requirements[];

/**
 * Checks that a workflow, or one around it, says which features it uses: other programs refuse those that do not (CWL v1.2
 * Workflow 4.2). Reports each once with the line to add.
 */
export function checkFeatures(
  checked: {
    readonly root: Field;
    readonly fields: ReadonlyMap<string, Field>;
    readonly processes: ReadonlyMap<string, CwlProcess>;
  },
  main: CwlProcess,
): void {
  const told = new Set<string>();
  const seen = new Set<string>();
  const visit = (process: CwlProcess, around: Around): void => {
    if (process.kind !== "workflow") return;
    const own = [...around, process.requirements, process.hints];
    const key = `${process.id} ${featuresOf(own).join(" ")}`;
    if (seen.has(key)) return;
    seen.add(key);
    for (const use of outputUses(process)) tell(process, use, own);
    for (const step of process.steps) {
      const inner = [...own, step.requirements, step.hints];
      const run = checked.processes.get(step.run);
      for (const use of stepUses(process, step, run)) tell(process, use, inner);
      if (run !== undefined) visit(run, inner);
    }
  };
  const tell = ({ id }: Workflow, { feature, words, at }: Use, around: Around): void => {
    if (around.some((requirements) => requirements[feature] === true) || told.has(`${at} ${feature}`)) return;
    told.add(`${at} ${feature}`);
    newFault(
      checked.fields.get(at) ?? checked.root,
      `found ${words} without ${feature}, wanted the line "${feature}: {}" under the requirements of workflow "${id}"`,
    );
  };
  visit(main, []);
}

function featuresOf(around: Around): readonly string[] {
  const used = around.flatMap((requirements) =>
    Object.keys(requirements).filter((name) => name.endsWith("Requirement")),
  );
  return [...new Set(used)].toSorted();
}

function outputUses(workflow: Workflow): readonly Use[] {
  const several = workflow.outputs.filter((output) => output.link.sources.length > 1);
  return several.map(({ id }) => severalSources(`${workflow.id}/${id}`));
}

function severalSources(at: string): Use {
  return { feature: "MultipleInputFeatureRequirement", words: "several sources", at };
}

function stepUses(workflow: Workflow, step: Step, run: CwlProcess | undefined): readonly Use[] {
  const path = `${workflow.id}/${step.id}`;
  const scatter: Use = { feature: "ScatterFeatureRequirement", words: "a scatter", at: path };
  const nested: Use = { feature: "SubworkflowFeatureRequirement", words: "a workflow as a step", at: path };
  return [
    ...(step.scatter.length > 0 ? [scatter] : []),
    ...(run?.kind === "workflow" ? [nested] : []),
    ...step.inputs.flatMap((input): readonly Use[] => {
      const at = `${path}/${input.id}`;
      const computed: Use = { feature: "StepInputExpressionRequirement", words: "valueFrom at a step's input", at };
      return [
        ...(input.link.sources.length > 1 ? [severalSources(at)] : []),
        ...(input.valueFrom === undefined ? [] : [computed]),
      ];
    }),
  ];
}
