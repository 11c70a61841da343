import * as v from "valibot";
import { RunSettingsSchema } from "../jobs/run-settings.ts";
import type { Role } from "../people/access.ts";
import type { JsonObject } from "../values/json.ts";
import type { RemoteType } from "./remote-type.ts";

/** An id that stands in a path: letters, digits, and `-_.` inside (no path characters); at most 128 long. */
export const ProcessIdSchema = v.pipe(
  v.string(),
  v.maxLength(128, "at most 128 characters"),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, "letters, digits and _.- , starting with a letter or digit"),
);

const MetadataSchema = v.looseObject({});

const describedFields = {
  title: v.optional(v.string()),
  description: v.optional(v.string()),
  keywords: v.optional(v.array(v.string())),
  metadata: v.optional(v.array(MetadataSchema)),
};

const JsonSchemaSchema = v.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "a JSON Schema object",
);

/** One input of a process: its JSON Schema (2020-12) and how often it may occur. */
export const InputDefinitionSchema = v.looseObject({
  ...describedFields,
  schema: JsonSchemaSchema,
  minOccurs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 1),
  maxOccurs: v.optional(v.union([v.pipe(v.number(), v.integer(), v.minValue(1)), v.literal("unbounded")]), 1),
  /** How values may come (OGC 18-062r3 /req/ogc-process-description/value-passing); both ways when absent. */
  valuePassing: v.optional(v.array(v.picklist(["byValue", "byReference"]))),
});
export type InputDefinition = v.InferOutput<typeof InputDefinitionSchema>;

export const OutputDefinitionSchema = v.looseObject({ ...describedFields, schema: JsonSchemaSchema });
export type OutputDefinition = v.InferOutput<typeof OutputDefinitionSchema>;

export const jobControlOptions = ["sync-execute", "async-execute", "dismiss"] as const;
export const transmissionModes = ["value", "reference"] as const;
export type TransmissionMode = (typeof transmissionModes)[number];

/** A process description (OGC 18-062r2, process.yaml), without its links. */
export const ProcessDescriptionSchema = v.looseObject({
  ...describedFields,
  id: ProcessIdSchema,
  version: v.optional(v.string(), "1.0.0"),
  jobControlOptions: v.optional(v.array(v.picklist(jobControlOptions)), [...jobControlOptions]),
  outputTransmission: v.optional(v.array(v.picklist(transmissionModes)), [...transmissionModes]),
  inputs: v.record(v.string(), InputDefinitionSchema),
  outputs: v.record(v.string(), OutputDefinitionSchema),
  heddle: v.optional(RunSettingsSchema),
});
export type ProcessDescription = v.InferOutput<typeof ProcessDescriptionSchema>;

/** A process of another server, and how that is spoken to. */
export type RemoteDefinition = {
  readonly kind: "remote";
  readonly type: RemoteType;
  /** The server, without a slash at the end. */
  readonly url: string;
  /** The id that the server knows it by. */
  readonly processId: string;
  /** The registered provider whose credentials are used; undefined for a server that is known by its URL only. */
  readonly providerId?: string;
  /** `rerun`: sent again when a crash left unknown whether it was started. Else the job fails. */
  readonly restart?: "rerun";
};

/** A file that was fetched for a package: where it was, without the query, and `sha256:<hex>` of its bytes. */
export type SourceDigest = { readonly href: string; readonly digest: string };

/** A process that is part of the program. */
type BuiltinDefinition = { readonly kind: "builtin"; readonly name: string };

/** What runs an operation of a packed document that stands for a process without a document of its own. */
export type DeployedStep = BuiltinDefinition | RemoteDefinition;

/** A step that runs a process that was deployed here, as it was then. */
export type PinnedRun = {
  /** The step, with those around it when it stands in another deployed process. */
  readonly step: string;
  /** `id@sha256:<hex>`. */
  readonly process: string;
  readonly version: string;
};

/**
 * What runs: a built-in by name, a packed CWL document (one process, or `$graph`) and the id of its main process, or a
 * process of another server.
 */
export type ProcessDefinition =
  | BuiltinDefinition
  | {
      readonly kind: "cwl";
      readonly document: JsonObject;
      readonly main: string;
      readonly sources?: readonly SourceDigest[];
      /** The steps that run deployed processes; the document has these under their names. */
      readonly runs?: readonly PinnedRun[];
      /** What runs operations of the document, by their ids. */
      readonly steps?: Readonly<Record<string, DeployedStep>>;
    }
  | RemoteDefinition;

/** One immutable revision of a process. */
export type Process = {
  readonly id: string;
  /** `sha256:<hex>` of the canonical JSON of description and definition. */
  readonly revision: string;
  readonly description: ProcessDescription;
  readonly definition: ProcessDefinition;
  readonly isWorkflow: boolean;
  /** False for built-ins, which can be neither replaced nor undeployed. */
  readonly isMutable: boolean;
  readonly visibility: "public" | "private";
  /** Ids of the inputs that the engine reads as files, whatever form the client gave. */
  readonly fileInputs: readonly string[];
  /** The role of whoever deployed this revision; undefined for built-ins, and where nobody wrote it down. */
  readonly deployerRole?: Role;
};

/** What keeps a process from running here, as far as it is known before it is asked to run. */
export const obstacles = ["no-image", "provider-wants-key"] as const;
export type Obstacle = (typeof obstacles)[number];

/** Says in some words what keeps a process from running here. */
export const obstacleWords: Readonly<Record<Obstacle, string>> = {
  "no-image": "an image is missing",
  "provider-wants-key": "its provider wants a key",
};

/** Names what runs a step that is no package, in messages. */
export function placeOfStep(step: DeployedStep): string {
  return step.kind === "remote" ? placeOf(step) : `process "${step.name}"`;
}

/** Names a process of another server in messages. */
export function placeOf(definition: RemoteDefinition): string {
  return `process "${definition.processId}" of "${definition.url}"`;
}
