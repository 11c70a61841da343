import type { DeployedStep, RemoteDefinition } from "../../domain/processes/process.ts";
import type { Json, JsonObject } from "../../domain/values/json.ts";

/** The versions of the language. Each document keeps its own: some rules differ (escapes, loadContents). */
export const cwlVersions = ["v1.0", "v1.1", "v1.2"] as const;
export type CwlVersion = (typeof cwlVersions)[number];

/** A string that may hold parameter references and JavaScript: `$(inputs.x.path)`, `${ return 1; }`. */
export type Expression = string;

/** How a value becomes command-line arguments (CWL v1.2 CommandLineTool, CommandLineBinding). */
export type CommandLineBinding = {
  readonly position: number | Expression;
  readonly prefix?: string;
  /** False: prefix and value are one argument. */
  readonly separate: boolean;
  readonly itemSeparator?: string;
  readonly valueFrom?: Expression;
  readonly shellQuote: boolean;
};

/** Types without parts. */
export const simpleTypes = [
  "null",
  "boolean",
  "int",
  "long",
  "float",
  "double",
  "string",
  "File",
  "Directory",
  "Any",
] as const;
export type SimpleTypeName = (typeof simpleTypes)[number];

type EnumType = {
  readonly kind: "enum";
  readonly symbols: readonly string[];
  readonly inputBinding?: CommandLineBinding;
};
type ArrayType = {
  readonly kind: "array";
  readonly items: CwlType;
  /** Applies to each item. */
  readonly inputBinding?: CommandLineBinding;
};
/** How much of a directory's listing expressions see. */
export const listingModes = ["no_listing", "shallow_listing", "deep_listing"] as const;
export type ListingMode = (typeof listingModes)[number];

/** What is asked of the files of a parameter or a record's field. */
export type FileDemands = {
  /** IRIs of the accepted formats, or expressions; empty when any will do. */
  readonly formats: readonly Expression[];
  readonly secondaryFiles: readonly SecondaryFile[];
  readonly loadContents: boolean;
  readonly loadListing?: ListingMode;
};

export type RecordField = FileDemands & {
  readonly name: string;
  readonly type: CwlType;
  readonly label?: string;
  readonly doc?: string;
  readonly inputBinding?: CommandLineBinding;
  readonly outputBinding?: OutputBinding;
};
type RecordType = {
  readonly kind: "record";
  /** What a known record stands for: a format of JSON Schema, or `ogc-bbox`. */
  readonly meaning?: string;
  /** True for what another specification defines: fields that are not given stay absent. */
  readonly isForeign?: boolean;
  /** What its JSON Schema is said to be besides an object. */
  readonly format?: string;
  readonly fields: readonly RecordField[];
  readonly inputBinding?: CommandLineBinding;
};
type UnionType = { readonly kind: "union"; readonly members: readonly CwlType[] };
export type CwlType = { readonly kind: SimpleTypeName } | EnumType | ArrayType | RecordType | UnionType;

/** A file that travels with a primary file. `pattern` is a suffix, each leading `^` taking one extension off first. */
export type SecondaryFile = { readonly pattern: Expression; readonly isRequired?: boolean | Expression };

export type InputParameter = FileDemands & {
  readonly id: string;
  readonly type: CwlType;
  readonly label?: string;
  readonly doc?: string;
  readonly default?: Json;
  /** Only tools have one. */
  readonly inputBinding?: CommandLineBinding;
  /** `type: stdin` */
  readonly isStdin: boolean;
};

export type OutputBinding = {
  /** Undefined when there is no glob: then outputEval alone gives the value. */
  readonly glob?: readonly Expression[];
  readonly loadContents: boolean;
  readonly loadListing?: ListingMode;
  readonly outputEval?: Expression;
};

type OutputFields = {
  readonly id: string;
  readonly type: CwlType;
  readonly label?: string;
  readonly doc?: string;
  readonly secondaryFiles: readonly SecondaryFile[];
  readonly format?: Expression;
};

export type ToolOutput = OutputFields & {
  readonly outputBinding?: OutputBinding;
  /** `type: stdout` and `type: stderr`: the file that the stream is written to. */
  readonly stream?: "stdout" | "stderr";
};

export type LinkMerge = "merge_nested" | "merge_flattened";

export const pickValues = ["first_non_null", "the_only_non_null", "all_non_null"] as const;
export type PickValue = (typeof pickValues)[number];

export const scatterMethods = ["dotproduct", "nested_crossproduct", "flat_crossproduct"] as const;
export type ScatterMethod = (typeof scatterMethods)[number];

/** Where a value comes from: inputs of the workflow by id, outputs of steps as `step/output`. */
export type Link = {
  readonly sources: readonly string[];
  readonly isList: boolean;
  readonly linkMerge: LinkMerge;
  readonly pickValue?: PickValue;
};

export type WorkflowOutput = OutputFields & { readonly link: Link };

export type StepInput = {
  readonly id: string;
  readonly link: Link;
  readonly default?: Json;
  readonly valueFrom?: Expression;
  readonly loadContents: boolean;
  readonly loadListing?: ListingMode;
};

export type Step = {
  readonly id: string;
  readonly label?: string;
  readonly inputs: readonly StepInput[];
  readonly outputs: readonly string[];
  /** Id of the process that runs. */
  readonly run: string;
  /** Inputs that the step runs once for each item of; empty when it runs once. */
  readonly scatter: readonly string[];
  readonly scatterMethod: ScatterMethod;
  readonly when?: Expression;
  readonly requirements: Requirements;
  readonly hints: Requirements;
};

/** One entry of InitialWorkDirRequirement.listing. */
export type WorkDirEntry =
  | { readonly kind: "expression"; readonly value: Expression }
  /** A File or Directory, or a list of them. */
  | { readonly kind: "literal"; readonly value: Json }
  | {
      readonly kind: "dirent";
      readonly entry: Expression;
      readonly entryname?: Expression;
      readonly isWritable: boolean;
    };

/** Cores, MiB of memory, MiB of disk. */
export const resourceNames = [
  "coresMin",
  "coresMax",
  "ramMin",
  "ramMax",
  "tmpdirMin",
  "tmpdirMax",
  "outdirMin",
  "outdirMax",
] as const;
export type ResourceName = (typeof resourceNames)[number];
type Resources = { readonly [name in ResourceName]?: number | Expression };

/** What a process asks of its surroundings, by the part that honours it; what is absent was not asked. */
/** What a workflow must say that it uses (CWL v1.2 Workflow, requirements). */
export const workflowFeatures = [
  "MultipleInputFeatureRequirement",
  "ScatterFeatureRequirement",
  "StepInputExpressionRequirement",
  "SubworkflowFeatureRequirement",
] as const;
export type WorkflowFeature = (typeof workflowFeatures)[number];

export type Requirements = Readonly<Partial<Record<WorkflowFeature, true>>> & {
  /** Environment variables: name and value. */
  readonly environment?: readonly (readonly [string, Expression])[];
  readonly workDir?: readonly WorkDirEntry[] | Expression;
  readonly resources?: Resources;
  readonly docker?: JsonObject;
  /** True when the DockerRequirement stands under requirements, of the process or of one around it. */
  readonly isContainerRequired?: boolean;
  readonly usesShell?: boolean;
  /** InlineJavascriptRequirement, with its expressionLib. */
  readonly javascript?: readonly string[];
  /** Seconds that a tool may run; 0 is no limit. */
  readonly timeLimit?: number | Expression;
  /** Graphics processors, by CUDARequirement. */
  readonly gpus?: number | Expression;
  readonly network?: boolean | Expression;
  readonly reuse?: boolean | Expression;
  readonly loadListing?: ListingMode;
  readonly inplaceUpdate?: boolean;
  /** What a SoftwareRequirement says: names, with versions where it says some. */
  readonly software?: readonly string[];
  /** The process of another server that runs instead of a command. */
  readonly remote?: RemoteDefinition;
};

type ProcessFields = {
  readonly id: string;
  readonly version: CwlVersion;
  readonly label?: string;
  readonly doc?: string;
  readonly inputs: readonly InputParameter[];
  readonly requirements: Requirements;
  readonly hints: Requirements;
  /** Fields of other vocabularies, by their full name: `https://schema.org/softwareVersion`. */
  readonly extensions: JsonObject;
};

export type CommandLineTool = ProcessFields & {
  readonly kind: "tool";
  readonly outputs: readonly ToolOutput[];
  readonly baseCommand: readonly string[];
  readonly arguments: readonly CommandLineBinding[];
  readonly stdin?: Expression;
  readonly stdout?: Expression;
  readonly stderr?: Expression;
  readonly successCodes: readonly number[];
  readonly temporaryFailCodes: readonly number[];
  readonly permanentFailCodes: readonly number[];
};

/** Computes its outputs by an expression alone. */
export type ExpressionTool = ProcessFields & {
  readonly kind: "expression";
  readonly outputs: readonly ToolOutput[];
  readonly expression: Expression;
};

/** Stands for a step that nobody has written yet: it can be described, but not run. */
export type Operation = ProcessFields & { readonly kind: "operation"; readonly outputs: readonly ToolOutput[] };

export type Workflow = ProcessFields & {
  readonly kind: "workflow";
  readonly outputs: readonly WorkflowOutput[];
  readonly steps: readonly Step[];
};

export type CwlProcess = CommandLineTool | ExpressionTool | Operation | Workflow;

/** A checked document: every reference in it leads somewhere. */
export type CwlDocument = {
  /** By id; embedded processes have an id of their own. */
  readonly processes: ReadonlyMap<string, CwlProcess>;
  readonly main: CwlProcess;
  /** Prefix to IRI. */
  readonly namespaces: Readonly<Record<string, string>>;
  /** True when an expression needs the JavaScript engine. */
  readonly holdsScripts: boolean;
  /** The formats that a format is a kind of, by IRI, as `$schemas` says. */
  readonly broaderFormats: Readonly<Record<string, readonly string[]>>;
  /** What runs the operations that stand for deployed processes, by their ids. */
  readonly steps: ReadonlyMap<string, DeployedStep>;
  /** What a reader should know and what is no fault: hints that are not understood, for example. */
  readonly notes: readonly string[];
  /** What a document says that was deployed before, and that would be refused today, each with what is wanted. */
  readonly outdated: readonly string[];
};
