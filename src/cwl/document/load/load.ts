import { Problem } from "../../../domain/problem.ts";
import { broaderFormatsName } from "../../../domain/processes/format-names.ts";
import type { DeployedStep } from "../../../domain/processes/process.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../../domain/values/json.ts";
import { checkDocument, checkMissingInputs } from "../check.ts";
import { type CwlDocument, type CwlProcess, type CwlVersion, cwlVersions } from "../schema.ts";
import { noteUnknownInputs } from "../unknown-inputs.ts";
import { asObject, entries, type Field, fault, items, member, optionalString, rootField, unexpected } from "./field.ts";
import { withDollarNames } from "./lenient-names.ts";
import { type LoadContext, shortName } from "./load-context.ts";
import { loadExtensions } from "./load-process.ts";
import { refuseSecrets } from "./load-requirements.ts";
import { loadExpressionTool, loadOperation, loadTool } from "./load-tool.ts";
import { namedTypes } from "./load-types.ts";
import { loadWorkflow } from "./load-workflow.ts";
import { withOwnImports } from "./own-imports.ts";
import { jsonSource, type Place, readSource, type Source } from "./source.ts";

export type LoadOptions = {
  /** Id of the process of a `$graph` that runs; when absent `main`, else the only one that no other runs. */
  readonly main?: string;
  /** True only where the document's author may read every file that this program can: never in the server. */
  readonly allowsLocalFiles?: boolean;
  /** True where nothing is to run: a graph may be a library, of which every process is checked. */
  readonly isLibrary?: boolean;
  /** True for a document that was deployed before: what is refused only since then is a note. */
  readonly isDeployed?: boolean;
  /** True where a document that asks for secret inputs is run all the same, with a warning: one that was deployed before. */
  readonly allowsSecretsHint?: boolean;
  /** What runs operations of the document, by their ids: nothing else makes them run. */
  readonly steps?: Readonly<Record<string, DeployedStep>>;
};

/** What a text or JSON document turned out to be: the document as it is kept, and what was read from it. */
export type Package = {
  readonly document: JsonObject;
  readonly cwl: CwlDocument;
  /** Names the place of a value of the document, where it was written. */
  readonly locate: (place: Place) => string;
};

/** Reads and checks a document from YAML or JSON text. Throws `invalid-parameter-value`, each fault with `file:line:column`. */
export function loadText(text: string, file: string, options: LoadOptions = {}): Package {
  return load(readSource(text, file), options, file);
}

/** Reads and checks a document whose values know where they stood. Throws `invalid-parameter-value`. */
export function loadSource(source: Source, file: string, options: LoadOptions = {}): Package {
  return load(source, options, file);
}

/** Reads and checks a document that came as JSON. Throws `invalid-parameter-value`, each fault with a JSON pointer below `prefix`. */
export function loadJson(value: Json, options: LoadOptions & { readonly prefix?: string } = {}): Package {
  return load(jsonSource(value, options.prefix), options, "the CWL document");
}

function load(given: Source, options: LoadOptions, name: string): Package {
  const source = { ...given, value: withOwnImports(withDollarNames(given.value)) };
  const root = rootField(source, options.isDeployed);
  const cwl = asObject(root) === undefined ? undefined : loadRoot(root, options);
  const { notes, doubts, outdated } = root.report;
  const faults = root.report.faults.length === 0 ? [] : [...root.report.faults, ...doubts];
  const [first] = faults;
  if (cwl !== undefined && first === undefined && isJsonObject(source.value)) {
    return { document: source.value, cwl: { ...cwl, notes, outdated }, locate: source.locate };
  }
  const detail = first === undefined ? "nothing to run in it" : `${first.pointer}: ${first.detail}`;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : "";
  throw new Problem("invalid-parameter-value", `Cannot read ${name}: ${detail}${more}`, { faults });
}

/** Parts that all uses of named types may have together. */
const maxTypeParts = 20_000;

function loadRoot(root: Field, options: LoadOptions): Omit<CwlDocument, "notes" | "outdated"> | undefined {
  const version = loadVersion(member(root, "cwlVersion"));
  if (version === undefined) return undefined;
  const namespaces = loadNamespaces(member(root, "$namespaces"));
  const context: LoadContext = {
    version,
    namespaces,
    extensions: loadExtensions({ namespaces }, root),
    allowsLocalFiles: options.allowsLocalFiles ?? false,
    allowsSecretsHint: options.allowsSecretsHint ?? false,
    fields: new Map(),
    types: new Map(),
    openTypes: [],
    typeParts: { left: maxTypeParts },
    foundScript: () => {},
    foundExpression: () => {},
  };
  const graph = member(root, "$graph");
  const roots: readonly Field[] = graph.value === undefined ? [root] : items(graph);
  if (graph.value !== undefined && !isList(graph.value)) unexpected(graph, "a list of processes");
  // Beside a graph nothing is read, but what asks for secrecy must not be dropped in silence.
  if (graph.value !== undefined) refuseSecrets(context, root);
  const ids = roots.map((field) => graphId(field));
  const processes = new Map<string, CwlProcess>();
  const scripts = new Map<string, Field>();
  const graphIds = new Set(ids);
  for (const [index, field] of roots.entries()) {
    const id = ids[index] ?? "main";
    if (processes.has(id)) fault(field, `found process "${id}" twice, wanted each id once`);
    loadProcess({ context, processes, scripts, graph: graphIds }, id, field);
  }
  const all = [...processes.values()];
  const isLibrary = options.isLibrary === true && options.main === undefined && all.length > 0;
  const main = isLibrary ? (processes.get("main") ?? all[0]) : chooseMain(root, processes, ids, options.main);
  const checked = { root, fields: context.fields, processes, scripts };
  if (root.report.faults.length > 0) checkMissingInputs(checked);
  if (main === undefined || root.report.faults.length > 0) return undefined;
  const mains = isLibrary ? ids.flatMap((id) => processes.get(id) ?? []) : [main];
  checkDocument(checked, mains);
  return {
    processes,
    main,
    namespaces: context.namespaces,
    holdsScripts: scripts.size > 0,
    broaderFormats: loadBroaderFormats(root.value),
    steps: new Map(Object.entries(options.steps ?? {})),
  };
}

/** What packing has read from the files of `$schemas`. */
function loadBroaderFormats(document: Json | undefined): Readonly<Record<string, readonly string[]>> {
  const found = isJsonObject(document) ? document[broaderFormatsName] : undefined;
  if (!isJsonObject(found)) return {};
  const pairs = Object.entries(found).map(([name, list]) => {
    return [name, isList(list) ? list.filter((item) => typeof item === "string") : []] as const;
  });
  return Object.fromEntries(pairs);
}

function loadVersion(field: Field): CwlVersion | undefined {
  const version = cwlVersions.find((candidate) => candidate === field.value);
  if (version === undefined) unexpected(field, `one of ${cwlVersions.join(", ")}${versionHint(field.value)}`);
  return version;
}

/** What to do about a document that is older, or newer, than what is read here. */
function versionHint(value: Json | undefined): string {
  if (typeof value !== "string") return "";
  if (/draft-[34]|^sbg:draft/.test(value)) {
    return ": documents of the drafts are brought to v1.0 by the program cwl-upgrader, and by hand where it cannot";
  }
  return /^v1\.2\.0-dev|^v1\.1\.0-dev/.test(value) ? `: "${value}" became "${value.slice(0, 4)}"` : "";
}

function loadNamespaces(field: Field): Readonly<Record<string, string>> {
  if (!isJsonObject(field.value)) return {};
  const pairs = Object.entries(field.value);
  return Object.fromEntries(pairs.flatMap(([name, iri]) => (typeof iri === "string" ? [[name, iri] as const] : [])));
}

function graphId(field: Field): string {
  const id = optionalString(field, "id") ?? "main";
  return id.slice(id.lastIndexOf("#") + 1);
}

function chooseMain(
  root: Field,
  processes: ReadonlyMap<string, CwlProcess>,
  ids: readonly string[],
  wanted: string | undefined,
): CwlProcess | undefined {
  const name = wanted?.replace(/^#/, "") ?? (processes.has("main") ? "main" : onlyRoot(processes, ids)) ?? "main";
  const main = processes.get(name);
  if (main === undefined && root.report.faults.length === 0) {
    fault(member(root, "$graph"), `found no process "${name}", wanted one of ${ids.slice(0, 50).join(", ")}`);
  }
  return main;
}

/** The only process of a graph that no other one runs. */
function onlyRoot(processes: ReadonlyMap<string, CwlProcess>, ids: readonly string[]): string | undefined {
  const all = [...processes.values()];
  const inner = new Set(
    all.flatMap((process) => (process.kind === "workflow" ? process.steps.map((step) => step.run) : [])),
  );
  const roots = ids.filter((id) => !inner.has(id));
  return roots.length === 1 ? roots[0] : undefined;
}

type Graph = {
  readonly context: LoadContext;
  readonly processes: Map<string, CwlProcess>;
  /** The first expression of each process that needs the JavaScript engine. */
  readonly scripts: Map<string, Field>;
  readonly graph: ReadonlySet<string>;
};

function loadProcess(graph: Graph, id: string, field: Field): void {
  if (asObject(field) === undefined) return;
  const own = member(field, "cwlVersion");
  const version = own.value === undefined ? graph.context.version : loadVersion(own);
  const namespaces = loadNamespaces(member(field, "$namespaces"));
  const types = schemaTypes(field);
  const context: LoadContext = {
    ...graph.context,
    version: version ?? graph.context.version,
    // Copied only where something is added: there may be thousands of both.
    ...(Object.keys(namespaces).length === 0 ? {} : { namespaces: { ...graph.context.namespaces, ...namespaces } }),
    ...(types.length === 0 ? {} : { types: new Map([...graph.context.types, ...types]) }),
    foundScript: (at) => {
      if (!graph.scripts.has(id)) graph.scripts.set(id, at);
    },
    foundExpression: () => {},
  };
  const kind = member(field, "class");
  switch (kind.value) {
    case "CommandLineTool":
      graph.processes.set(
        id,
        withNotes(context, (own) => loadTool(own, id, field)),
      );
      return;
    case "Workflow":
      graph.processes.set(
        id,
        loadWorkflow(context, id, field, (step, run) => loadRun({ ...graph, context }, step, run)),
      );
      return;
    case "ExpressionTool":
      graph.processes.set(
        id,
        withNotes(context, (own) => loadExpressionTool(own, id, field)),
      );
      return;
    case "Operation":
      graph.processes.set(id, loadOperation(context, id, field));
      return;
    default:
      unexpected(kind, "CommandLineTool, ExpressionTool, Operation or Workflow");
  }
}

/** Reads a tool, and notes the inputs that its expressions name and that it has not. */
function withNotes<Tool extends CwlProcess>(context: LoadContext, load: (context: LoadContext) => Tool): Tool {
  const expressions: Field[] = [];
  const tool = load({ ...context, foundExpression: (at) => expressions.push(at) });
  noteUnknownInputs(expressions, new Set(tool.inputs.map((input) => input.id)));
  return tool;
}

function schemaTypes(process: Field): readonly (readonly [string, Field])[] {
  return ["requirements", "hints"].flatMap((list) =>
    entries(member(process, list), "class").flatMap((entry) =>
      shortName(entry.id) === "SchemaDefRequirement" ? [...namedTypes(entry.field)] : [],
    ),
  );
}

/** A step runs a process of the same document: by `#id`, or written out in its place. */
function loadRun(graph: Graph, step: { workflowId: string; stepId: string }, run: Field): string | undefined {
  if (isJsonObject(run.value)) {
    const id = `${step.workflowId}/${step.stepId}/run`;
    loadProcess(graph, id, run);
    return id;
  }
  if (typeof run.value !== "string") {
    unexpected(run, "a process or the #id of one");
    return undefined;
  }
  const id = run.value.replace(/^#/, "");
  if (graph.graph.has(id)) return id;
  const known = [...graph.graph].map((name) => `#${name}`).join(", ");
  fault(
    run,
    `found "${run.value}", wanted a process of this document (${known}); deploying a package packs the files that it runs`,
  );
  return undefined;
}
