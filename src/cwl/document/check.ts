import { canFeed, isOptional, members, typeText, unionOf } from "../values/types.ts";
import { checkFeatures } from "./check-features.ts";
import { type Field, fault, member } from "./load/field.ts";
import type { CwlProcess, CwlType, InputParameter, Link, Step, Workflow } from "./schema.ts";

/** The most tools that one document may start: nested workflows multiply. */
const maxTools = 10_000;
const maxNesting = 32;

/** A document that was read, and where its parts stand (`main/clean/table`). */
export type Checked = {
  readonly root: Field;
  readonly fields: ReadonlyMap<string, Field>;
  readonly processes: ReadonlyMap<string, CwlProcess>;
  /** An expression of each process that needs the JavaScript engine. */
  readonly scripts: ReadonlyMap<string, Field>;
};

/**
 * Checks what needs the whole document: nesting, links between steps, types along links. `mains` are the processes that
 * may be run. Reports what it finds.
 */
export function checkDocument(checked: Checked, mains: readonly CwlProcess[]): void {
  for (const process of checked.processes.values()) {
    if (process.kind !== "workflow") continue;
    checkOrder(checked, process);
    for (const step of process.steps) checkStep(checked, process, step);
    for (const output of process.outputs) {
      checkLink(checked, process, { link: output.link, sink: output.type, path: `${process.id}/${output.id}` });
    }
  }
  if (checked.root.report.faults.length > 0) return;
  for (const main of mains) checkMain(checked, main);
}

/**
 * Reports which inputs steps leave out, of a document in which something else is wrong: what cannot be told before that is
 * right is told by `checkDocument`.
 */
export function checkMissingInputs(checked: Checked): void {
  for (const process of checked.processes.values()) {
    if (process.kind !== "workflow") continue;
    for (const step of process.steps) {
      if (isUnread(member(at(checked, `${process.id}/${step.id}`), "in"))) continue;
      for (const input of checked.processes.get(step.run)?.inputs ?? []) {
        // What a type that could not be read wants is not known.
        const isKnown = input.type.kind !== "Any" && step.inputs.every(({ id }) => id !== input.id);
        if (isKnown) checkStepInput(checked, process, step, input);
      }
    }
  }
}

/** Tells whether entries of a list or map may be missing only because they could not be read. */
function isUnread({ place, report }: Field): boolean {
  return report.faultPlaces.some((faulty) => {
    const [item, name, more] = faulty.slice(place.length);
    if (!place.every((part, index) => part === faulty[index])) return false;
    return item === undefined || (typeof item === "number" && more === undefined && (name ?? "id") === "id");
  });
}

function checkMain(checked: Checked, main: CwlProcess): void {
  const { root, processes } = checked;
  const tools = countTools(processes, main, new Map(), 0);
  if (tools === undefined) faultNesting(checked, main);
  else if (tools > maxTools) fault(root, `found ${tools} tools to run, wanted at most ${maxTools}`);
  else {
    checkScripts(checked, main, false, new Set());
    checkFeatures(checked, main);
  }
}

function faultNesting({ root, fields, processes }: Checked, main: CwlProcess): void {
  const step = circularStep(processes, main, [], new Set());
  const words = `found workflows that run themselves or nest deeper than ${maxNesting} levels, wanted fewer`;
  if (step === undefined) fault(root, words);
  else fault(fields.get(step) ?? root, `step "${step.slice(step.lastIndexOf("/") + 1)}": ${words}`);
}

/** Finds a step that runs a workflow around it, or the one that is too deep: its place in `fields`. */
function circularStep(
  processes: Checked["processes"],
  process: CwlProcess,
  around: readonly string[],
  seen: Set<string>,
): string | undefined {
  if (process.kind !== "workflow" || seen.has(process.id)) return undefined;
  const open = [...around, process.id];
  for (const step of process.steps) {
    if (open.includes(step.run) || open.length > maxNesting) return `${process.id}/${step.id}`;
    const run = processes.get(step.run);
    const found = run === undefined ? undefined : circularStep(processes, run, open, seen);
    if (found !== undefined) return found;
  }
  seen.add(process.id);
  return undefined;
}

/** JavaScript stands only where InlineJavascriptRequirement does: on the process, or on one around it. */
function checkScripts(checked: Checked, process: CwlProcess, isAllowed: boolean, seen: Set<string>): void {
  const isOwn = isAllowed || allowsScripts(process);
  const key = `${process.id} ${isOwn}`;
  if (seen.has(key)) return;
  seen.add(key);
  const steps = process.kind === "workflow" ? process.steps : [];
  const script = checked.scripts.get(process.id);
  if (script !== undefined && !isOwn && !steps.some(allowsScripts)) {
    fault(script, "found JavaScript, wanted parameter references, or InlineJavascriptRequirement on the process");
  }
  for (const step of steps) {
    const run = checked.processes.get(step.run);
    if (run !== undefined) checkScripts(checked, run, isOwn || allowsScripts(step), seen);
  }
}

function allowsScripts({ requirements, hints }: Pick<CwlProcess, "requirements" | "hints">): boolean {
  return (requirements.javascript ?? hints.javascript) !== undefined;
}

function at(checked: Checked, path: string): Field {
  return checked.fields.get(path) ?? checked.root;
}

function checkStep(checked: Checked, workflow: Workflow, step: Step): void {
  const run = checked.processes.get(step.run);
  if (run === undefined) return;
  const path = `${workflow.id}/${step.id}`;
  for (const output of step.outputs) {
    if (run.outputs.some((candidate) => candidate.id === output)) continue;
    const known = run.outputs.map((candidate) => candidate.id).join(", ");
    fault(at(checked, path), `found output "${output}", wanted one of ${known}`);
  }
  for (const input of run.inputs) checkStepInput(checked, workflow, step, input);
}

function checkStepInput(checked: Checked, workflow: Workflow, step: Step, input: InputParameter): void {
  const given = step.inputs.find((candidate) => candidate.id === input.id);
  if (given?.valueFrom !== undefined || (given?.link.sources.length === 0 && given.default !== undefined)) return;
  const path = `${workflow.id}/${step.id}/${input.id}`;
  if (given !== undefined && given.link.sources.length > 0) {
    const isScattered = step.scatter.includes(input.id);
    const isSkipped = given.default !== undefined || input.default !== undefined || step.when !== undefined;
    const wanted = isSkipped ? unionOf([{ kind: "null" }, ...members(input.type)]) : input.type;
    const sink: CwlType = isScattered ? { kind: "array", items: wanted } : wanted;
    checkLink(checked, workflow, { link: given.link, sink, path });
  } else if (input.default === undefined && !isOptional(input.type)) {
    const field = at(checked, given === undefined ? `${workflow.id}/${step.id}` : path);
    fault(field, `found no source for input "${input.id}" of the step, wanted ${typeText(input.type)}`);
  }
}

function checkLink(
  checked: Checked,
  workflow: Workflow,
  { link, sink, path }: { readonly link: Link; readonly sink: CwlType; readonly path: string },
): void {
  const types = link.sources.flatMap((source) => sourceType(checked.processes, workflow, source) ?? []);
  if (types.length === 0 || types.length < link.sources.length) return;
  const type = pickedType(link, mergedType(link, types));
  if (canFeed(type, sink)) return;
  fault(at(checked, path), `found ${typeText(type)} from ${link.sources.join(", ")}, wanted ${typeText(sink)}`);
}

function pickedType({ pickValue }: Link, type: CwlType): CwlType {
  if (pickValue === undefined) return type;
  const items = members(type).flatMap((member) => (member.kind === "array" ? members(member.items) : [member]));
  const given = unionOf(items.filter((item) => item.kind !== "null"));
  return pickValue === "all_non_null" ? { kind: "array", items: given } : given;
}

function mergedType(link: Link, types: readonly CwlType[]): CwlType {
  if (!link.isList) return unionOf(types);
  if (link.linkMerge === "merge_nested") return { kind: "array", items: unionOf(types) };
  return { kind: "array", items: unionOf(types.map((type) => (type.kind === "array" ? type.items : type))) };
}

function sourceType(
  processes: ReadonlyMap<string, CwlProcess>,
  workflow: Workflow,
  source: string,
): CwlType | undefined {
  const [first, output] = source.split("/");
  if (output === undefined) return workflow.inputs.find((input) => input.id === first)?.type;
  const step = workflow.steps.find((candidate) => candidate.id === first);
  const run = step === undefined ? undefined : processes.get(step.run);
  const type = run?.outputs.find((candidate) => candidate.id === output)?.type;
  return step === undefined || type === undefined ? undefined : stepOutputType(step, type);
}

/** A step that may be skipped may give null; one that is scattered gives lists. */
function stepOutputType(step: Step, type: CwlType): CwlType {
  let given = step.when === undefined ? type : unionOf([{ kind: "null" }, ...members(type)]);
  const depth = step.scatterMethod === "nested_crossproduct" ? step.scatter.length : Math.min(1, step.scatter.length);
  for (let level = 0; level < depth; level += 1) given = { kind: "array", items: given };
  return given;
}

/** Steps must not wait for each other in a circle. */
function checkOrder(checked: Checked, workflow: Workflow): void {
  const waiting = new Map(workflow.steps.map((step) => [step.id, neededSteps(step)] as const));
  for (let found = true; found; ) {
    found = false;
    for (const [id, needs] of waiting) {
      if (needs.some((need) => waiting.has(need))) continue;
      waiting.delete(id);
      found = true;
    }
  }
  const [first] = waiting.keys();
  if (first === undefined) return;
  const names = [...waiting.keys()].join(", ");
  fault(at(checked, `${workflow.id}/${first}`), `found steps that wait for each other (${names}), wanted no circle`);
}

/** The steps whose outputs a step takes. */
export function neededSteps(step: Step): readonly string[] {
  const sources = step.inputs.flatMap((input) => input.link.sources);
  return sources.flatMap((source) => (source.includes("/") ? [source.slice(0, source.indexOf("/"))] : []));
}

/** Counts the tools that a process starts; undefined when it nests too deeply or in a circle. */
function countTools(
  processes: ReadonlyMap<string, CwlProcess>,
  process: CwlProcess,
  counted: Map<string, number>,
  depth: number,
): number | undefined {
  if (depth > maxNesting) return undefined;
  if (process.kind !== "workflow") return 1;
  const known = counted.get(process.id);
  if (known !== undefined) return known;
  let tools = 0;
  for (const step of process.steps) {
    const run = processes.get(step.run);
    const inner = run === undefined ? 0 : countTools(processes, run, counted, depth + 1);
    if (inner === undefined) return undefined;
    tools += inner;
  }
  counted.set(process.id, tools);
  return tools;
}
