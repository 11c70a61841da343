import { defined } from "../defined.ts";
import type { ProcessDefinition, RemoteDefinition } from "../processes/process.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../values/json.ts";
import { shellWord } from "../words/shell-word.ts";
import { compareJson } from "./json-difference.ts";
import { cutBeside } from "./text-difference.ts";

/** What is different about what a process runs: `was` or `is` is absent where there was, or is, nothing. */
export type ToolChange = {
  /** The tool, where there are several. */
  readonly tool?: string;
  /** As a noun with its article. */
  readonly what: string;
  readonly was?: string;
  readonly is?: string;
  /** So many more places of it differ than are told. */
  readonly more?: number;
};

/** Compares what two revisions of a process run: the server, or the commands, images, requirements and steps of the CWL. */
export function compareDefinitions(before: ProcessDefinition, after: ProcessDefinition): readonly ToolChange[] {
  if (before.kind === "remote" && after.kind === "remote") return remoteChanges(before, after);
  if (before.kind !== "cwl" || after.kind !== "cwl") {
    return changed("what runs it", kindWords[before.kind], kindWords[after.kind]);
  }
  const pinned = pairs(new Map(before.runs?.map(named)), new Map(after.runs?.map(named)));
  const runs = pinned.flatMap(({ name, one, other }) => changed(`the process that step ${name} runs`, one, other));
  return [...toolChanges(toolsOf(before.document), toolsOf(after.document)), ...runs];
}

const kindWords = { builtin: "a part of this service", cwl: "CWL", remote: "a process of another server" } as const;

function named({
  step,
  process,
  version,
}: {
  readonly step: string;
  readonly process: string;
  readonly version: string;
}) {
  return [step, `${process} (version ${version})`] as const;
}

function remoteChanges(before: RemoteDefinition, after: RemoteDefinition): readonly ToolChange[] {
  return [
    ...changed("the server", before.url, after.url),
    ...changed("the process of that server", before.processId, after.processId),
    ...changed("the standard that it speaks", before.type, after.type),
  ];
}

/** Old and new are told whole, as what runs is what changes; longer texts are cut, so that the first place where they differ is told. */
const longestTold = 4000;

function changed(what: string, was: string | undefined, is: string | undefined): readonly ToolChange[] {
  if (was === is) return [];
  if (was === undefined || is === undefined) return [{ what, ...defined({ was, is }) }];
  const [one, other] = cutBeside(was, is, longestTold);
  return [{ what, was: one, is: other }];
}

type Pair<Value> = { readonly name: string; readonly one: Value | undefined; readonly other: Value | undefined };

function pairs<Value>(before: ReadonlyMap<string, Value>, after: ReadonlyMap<string, Value>): readonly Pair<Value>[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].map((name) => ({ name, one: before.get(name), other: after.get(name) }));
}

type Tools = ReadonlyMap<string, JsonObject>;

/** The processes of a document by their ids, those that stand in steps by the names of these. */
function toolsOf(document: JsonObject): Tools {
  const graph = isList(document.$graph) ? document.$graph.filter(isJsonObject) : [document];
  const found = graph.map((one) => [idOf(one), one] as const);
  return new Map([...found, ...found.flatMap(([id, one]) => innerTools(id, one))]);
}

function innerTools(around: string, process: JsonObject): readonly (readonly [string, JsonObject])[] {
  return [...membersById(process.steps)].flatMap(([id, step]) => {
    const run = isJsonObject(step) ? step.run : undefined;
    const path = around === "" ? id : `${around}/${id}`;
    return isJsonObject(run) ? [[path, run] as const, ...innerTools(path, run)] : [];
  });
}

/** The last part: packed documents have ids with places before them. */
function idOf({ id }: JsonObject): string {
  return typeof id === "string" ? id.slice(Math.max(id.lastIndexOf("#"), id.lastIndexOf("/")) + 1) : "";
}

function toolChanges(before: Tools, after: Tools): readonly ToolChange[] {
  const [[, one] = [], [, other] = []] = [[...before][0] ?? [], [...after][0] ?? []];
  // What is alone may be called anything.
  if (before.size === 1 && after.size === 1 && one !== undefined && other !== undefined) return changesOf(one, other);
  return pairs(before, after).flatMap(({ name, one: old, other: now }) => {
    if (old === undefined) return [{ tool: name, what: "it", is: "new" }];
    if (now === undefined) return [{ tool: name, what: "it", was: "there" }];
    return changesOf(old, now).map((change) => ({ tool: name, ...change }));
  });
}

/** What the description of the process tells, or what is not run. */
const notRun = ["inputs", "outputs", "doc", "label", "id", "class", "intent", "requirements", "hints", "steps"];
const told = ["baseCommand", "arguments", "DockerRequirement"];

function changesOf(before: JsonObject, after: JsonObject): readonly ToolChange[] {
  const changes = [
    ...changed("the kind", textOf(before.class), textOf(after.class)),
    ...changed("the image", imageOf(before), imageOf(after)),
    ...changed("the command", commandOf(before), commandOf(after)),
  ];
  const parts = pairs(partsOf(before), partsOf(after)).filter(({ one, other }) => !isSame(one, other));
  return [
    ...changes,
    ...parts.flatMap(({ name, one, other }) => partChanges(name, one, other)),
    ...bindingChange("how inputs reach the tool", before.inputs, after.inputs),
    ...bindingChange("where outputs are found", before.outputs, after.outputs),
  ];
}

/** An input or an output that comes or goes is told by the description. */
function bindingChange(what: string, before: Json | undefined, after: Json | undefined): readonly ToolChange[] {
  const both = pairs(membersById(before), membersById(after)).filter(
    ({ one, other }) => one !== undefined && other !== undefined,
  );
  return both.flatMap(({ name, one, other }) => innerChanges(`${what}: "${name}"`, bindingOf(one), bindingOf(other)));
}

function partChanges(name: string, one: Json | undefined, other: Json | undefined): readonly ToolChange[] {
  if (one === undefined) return [{ what: name, is: "new" }];
  return other === undefined ? [{ what: name, was: "there" }] : innerChanges(name, one, other);
}

/** Places inside of one part that are told. */
const mostInner = 5;

/** Tells where two values of one part differ, with what stood and stands there. */
function innerChanges(what: string, one: Json, other: Json): readonly ToolChange[] {
  const { differences, more } = compareJson(one, other, mostInner, longestTold);
  const told = differences.map(
    ({ path, a, b }): ToolChange => ({
      what: path === "" ? what : `${what} at ${path}`,
      ...defined({ was: a === undefined ? undefined : valueText(a), is: b === undefined ? undefined : valueText(b) }),
    }),
  );
  return more === 0 ? told : [...told, { what, more }];
}

function valueText(value: Json): string {
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value);
}

/** All else that decides what is run, each part by its name. */
function partsOf(process: JsonObject): ReadonlyMap<string, Json> {
  const parts = new Map<string, Json>();
  for (const [name, value] of Object.entries(process)) {
    if (!notRun.includes(name) && !told.includes(name) && !/[:$]/.test(name)) parts.set(`"${name}"`, value);
  }
  for (const [name, value] of requirementsOf(process)) if (!told.includes(name)) parts.set(`"${name}"`, value);
  for (const [id, step] of membersById(process.steps)) parts.set(`step ${id}`, withoutRun(step));
  return parts;
}

/** The requirements and the hints by their classes. */
function requirementsOf(process: JsonObject): ReadonlyMap<string, Json> {
  const found = new Map<string, Json>();
  for (const members of [process.hints, process.requirements]) {
    if (isList(members)) {
      for (const one of members.filter(isJsonObject)) found.set(String(one.class), one);
    } else if (isJsonObject(members)) {
      for (const [name, one] of Object.entries(members))
        found.set(name, isJsonObject(one) ? { class: name, ...one } : one);
    }
  }
  return found;
}

function imageOf(process: JsonObject): string | undefined {
  const image = requirementsOf(process).get("DockerRequirement");
  if (!isJsonObject(image)) return undefined;
  const names = [image.dockerPull, image.dockerImageId, image.dockerImport, image.dockerLoad];
  return names.find((name) => typeof name === "string") ?? "one made of a Dockerfile";
}

function commandOf({ baseCommand, arguments: added }: JsonObject): string | undefined {
  const words = [baseCommand, added].flatMap((part) => (isList(part) ? part : part === undefined ? [] : [part]));
  return words.length === 0 ? undefined : words.map(wordOf).join(" ");
}

/** Writes a word as a shell wants it, unless the package says that a shell is to read it as it stands. */
function wordOf(word: Json): string {
  if (!isJsonObject(word)) return shellWord(String(word));
  const { prefix, valueFrom, separate, shellQuote } = word;
  const parts = [prefix, valueFrom].flatMap((part) => (part === undefined ? [] : [String(part)]));
  if (shellQuote === false) return parts.join(" ");
  return separate === false ? shellWord(parts.join("")) : parts.map(shellWord).join(" ");
}

function membersById(members: Json | undefined): ReadonlyMap<string, Json> {
  if (isList(members)) return new Map(members.filter(isJsonObject).map((one) => [idOf(one), one]));
  return new Map(isJsonObject(members) ? Object.entries(members) : []);
}

/** A process that stands in a step is told by itself. */
function withoutRun(step: Json): Json {
  if (!isJsonObject(step)) return step;
  const { run, ...others } = step;
  return isJsonObject(run) || run === undefined ? others : step;
}

const ofDescription = ["type", "default", "doc", "label", "format", "id"];

function bindingOf(member: Json | undefined): Json {
  if (!isJsonObject(member)) return {};
  return Object.fromEntries(Object.entries(member).filter(([name]) => !ofDescription.includes(name)));
}

function isSame(one: Json | undefined, other: Json | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return compareJson(one, other, 1).differences.length === 0;
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
