import { defined } from "../../../domain/defined.ts";
import { isJsonObject, isList } from "../../../domain/values/json.ts";
import { nearNames } from "../../../domain/words/near-names.ts";
import {
  type Link,
  type LinkMerge,
  pickValues,
  type Step,
  type StepInput,
  scatterMethods,
  type Workflow,
  type WorkflowOutput,
} from "../schema.ts";
import { noteUnknownInputs } from "../unknown-inputs.ts";
import {
  asString,
  type Entry,
  type Field,
  fault,
  isPresent,
  items,
  member,
  oneOrMore,
  optionalBoolean,
  optionalString,
  optionalWord,
  refuseUnknownMembers,
  unexpected,
} from "./field.ts";
import { type LoadContext, loadListingMode, optionalExpression, shortName, since } from "./load-context.ts";
import { checkLocations } from "./load-files.ts";
import { loadInputs, outputFields, outputMembers, parameters } from "./load-parameters.ts";
import { processFields, processMembers } from "./load-process.ts";
import { loadHints, loadRequirements } from "./load-requirements.ts";
import { loadType } from "./load-types.ts";

/** Loads the process that a step runs, and gives its id. */
export type RunLoader = (step: { workflowId: string; stepId: string }, run: Field) => string | undefined;

const linkMerges: readonly LinkMerge[] = ["merge_nested", "merge_flattened"];
const stepMembers = ["id", "label", "doc", "in", "out", "run", "requirements", "hints", "scatter", "scatterMethod"];
const stepInputMembers = ["id", "source", "linkMerge", "default", "valueFrom"];
const laterInputMembers = ["label", "loadContents", "loadListing"];

/** What a link in a workflow may name. */
type Names = {
  readonly workflowId: string;
  /** What the workflow may be called in exact ids. */
  readonly prefixes: readonly string[];
  readonly known: ReadonlySet<string>;
};

/** Reads a Workflow; each link leads to an input of the workflow or to an output that a step lists. */
export function loadWorkflow(context: LoadContext, id: string, field: Field, loadRun: RunLoader): Workflow {
  refuseUnknownMembers(field, [...processMembers, "steps"]);
  const inputs = loadInputs(context, field);
  const stepEntries = parameters(field, "steps", undefined);
  const outs = stepEntries.flatMap((step) => stepOutputs(step.field).map((output) => `${step.id}/${output}`));
  const written = optionalString(field, "id") ?? id;
  const prefixes = [`${id}/`, `${written.slice(written.indexOf("#") + 1)}/`];
  const names: Names = { workflowId: id, prefixes, known: new Set([...inputs.map((input) => input.id), ...outs]) };
  return {
    kind: "workflow",
    ...processFields(context, id, field),
    inputs,
    outputs: parameters(field, "outputs").map((entry) => loadOutput(context, names, entry)),
    steps: stepEntries.flatMap((entry) => loadStep(context, names, entry, loadRun) ?? []),
  };
}

function loadOutput(context: LoadContext, names: Names, { id, field }: Entry): WorkflowOutput {
  refuseUnknownMembers(field, [
    ...outputMembers,
    "outputSource",
    "linkMerge",
    ...since(context, "v1.2", ["pickValue"]),
    ...(context.version === "v1.0" ? ["outputBinding"] : []),
  ]);
  context.fields.set(`${names.workflowId}/${id}`, field);
  return {
    ...outputFields(context, id, field),
    type: loadType(context, member(field, "type")),
    link: loadLink(names, field, "outputSource"),
  };
}

function loadStep(context: LoadContext, names: Names, { id, field }: Entry, loadRun: RunLoader): Step | undefined {
  refuseUnknownMembers(field, [...stepMembers, ...since(context, "v1.2", ["when"])]);
  const path = `${names.workflowId}/${id}`;
  context.fields.set(path, field);
  // These expressions see what stands in the step's `in`, and nothing else.
  const expressions: Field[] = [];
  const seen: LoadContext = { ...context, foundExpression: (at) => expressions.push(at) };
  const inputs = parameters(field, "in", "source").map((entry) => {
    context.fields.set(`${path}/${entry.id}`, entry.field);
    return loadStepInput(seen, names, entry);
  });
  const label = optionalString(field, "label");
  const run = loadRun({ workflowId: names.workflowId, stepId: id }, member(field, "run"));
  const scatter = loadScatter(field, path, inputs);
  const when = optionalExpression(seen, field, "when");
  noteUnknownInputs(expressions, new Set(inputs.map((input) => input.id)));
  if (run === undefined) return undefined;
  return {
    id,
    scatter,
    scatterMethod: optionalWord(field, "scatterMethod", scatterMethods) ?? "dotproduct",
    ...defined({ when }),
    inputs,
    outputs: stepOutputs(field),
    run,
    requirements: loadRequirements(context, field),
    hints: loadHints(context, field),
    ...defined({ label }),
  };
}

/** `path` is that of the step, below its workflow. An input is named by its id, alone or with the way to it. */
function loadScatter(field: Field, path: string, inputs: readonly StepInput[]): readonly string[] {
  const scatter = member(field, "scatter");
  const names = oneOrMore(scatter).flatMap((item) => {
    const text = asString(item, "the id of an input of the step") ?? "";
    const name = text.slice(text.indexOf("#") + 1);
    const named = inputs.find(({ id }) => name === id || `/${path}/${id}`.endsWith(`/${name}`));
    if (named !== undefined) return [named.id];
    fault(item, `found "${text}", wanted one of ${inputs.map((input) => input.id).join(", ")}`);
    return [];
  });
  if (names.length > 1 && !isPresent(member(field, "scatterMethod"))) {
    fault(field, `found a scatter over ${names.length} inputs without scatterMethod, wanted one`);
  }
  return names;
}

function stepOutputs(field: Field): readonly string[] {
  const out = member(field, "out");
  if (!isList(out.value)) {
    unexpected(out, "a list of output ids");
    return [];
  }
  return items(out).flatMap((item) => {
    const name = asString(isJsonObject(item.value) ? member(item, "id") : item);
    return name === undefined ? [] : [shortName(name)];
  });
}

function loadStepInput(context: LoadContext, names: Names, { id, field }: Entry): StepInput {
  refuseUnknownMembers(field, [
    ...stepInputMembers,
    ...since(context, "v1.1", laterInputMembers),
    ...since(context, "v1.2", ["pickValue"]),
  ]);
  const fallback = member(field, "default");
  checkLocations(context, fallback);
  const valueFrom = optionalExpression(context, field, "valueFrom");
  return {
    id,
    link: loadLink(names, field, "source"),
    loadContents: optionalBoolean(field, "loadContents", false),
    ...loadListingMode(field),
    ...(isPresent(fallback) ? { default: fallback.value ?? null } : {}),
    ...defined({ valueFrom }),
  };
}

function loadLink(names: Names, field: Field, name: string): Link {
  const source = member(field, name);
  const sources = oneOrMore(source).flatMap((item) => {
    const text = asString(item, "the id of an input or step/output");
    if (text === undefined) return [];
    const found = resolveSource(names, text);
    if (found === undefined) {
      fault(item, `found source "${text}", which leads nowhere, wanted ${wantedSource(names, text)}`);
    }
    return found ?? [];
  });
  const pickValue = optionalWord(field, "pickValue", pickValues);
  return {
    ...defined({ pickValue }),
    sources,
    isList: sources.length > 1 || isPresent(member(field, "linkMerge")),
    linkMerge: optionalWord(field, "linkMerge", linkMerges) ?? "merge_nested",
  };
}

/**
 * Finds what a source names (CWL v1.2, Schema Salad 1.1 link resolution): a name with `#` is an exact id, of this workflow
 * or written without it; any other is looked for in the workflow first, and then among exact ids.
 */
function resolveSource({ prefixes, known }: Names, text: string): string | undefined {
  const name = text.slice(text.indexOf("#") + 1);
  const own = prefixes.filter((prefix) => name.startsWith(prefix)).map((prefix) => name.slice(prefix.length));
  const candidates = text.includes("#") ? [...own, name] : [name, ...own];
  return candidates.find((candidate) => known.has(candidate));
}

/** Words what a source that leads nowhere may have meant. */
function wantedSource({ known }: Names, text: string): string {
  const name = text.slice(text.indexOf("#") + 1);
  const near = new Set(nearNames(name, known));
  const last = name.slice(name.lastIndexOf("/") + 1);
  for (const candidate of known) if (candidate.endsWith(`/${last}`) || candidate === last) near.add(candidate);
  const all = `one of ${[...known].join(", ") || "none"}`;
  return near.size === 0 ? all : `${all}; did you mean ${[...near].map((each) => `"${each}"`).join(" or ")}`;
}
