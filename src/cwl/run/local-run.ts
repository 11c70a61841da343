import type { ProcessDefinition } from "../../domain/processes/process.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import type { FieldPlaces } from "../document/load/failed-field.ts";
import { jsonSource, type Place } from "../document/load/source.ts";
import { noSurroundings, type Surroundings } from "../document/requirements.ts";
import type { CwlDocument } from "../document/schema.ts";

/** What whoever runs a package on their own machine may ask for; nothing of it exists in the server. */
export type LocalRun = {
  /** Chooses what is run of the document. */
  readonly narrow?: (document: CwlDocument) => CwlDocument;
  /** The image of tools that name none. */
  readonly defaultImage?: string;
  /** Environment variables that tools get from their caller. */
  readonly preserved?: PreservedEnvironment;
  /** Where what tools wrote to their streams is kept, a directory for each step. */
  readonly logDirectory?: string;
  /** Is told each detail of what is done. */
  readonly tell?: (line: string) => void;
  /** Names the place of a field in the files of the package, as `file:line:column`. */
  readonly locate?: (place: Place) => string;
  /** Names where an input was given. */
  readonly locateInput?: (id: string) => string | undefined;
};

/** Variables by name. */
export type PreservedEnvironment = {
  /** Those that every tool gets. */
  readonly named: Readonly<Record<string, string>>;
  /** Those that a tool without a container gets besides. */
  readonly others: Readonly<Record<string, string>>;
};

/** The DockerRequirement of tools that have none. */
export function defaultDocker({ defaultImage }: LocalRun): JsonObject | undefined {
  return defaultImage === undefined ? undefined : { dockerPull: defaultImage };
}

/** Gives what counts for all processes that do not say otherwise. */
export function aroundAll(docker: JsonObject | undefined): Surroundings {
  return docker === undefined ? noSurroundings : { requirements: {}, hints: { docker } };
}

/** Gives where fields of what runs stand: in the files of the package where they are known, else in the document. */
export function placesOf(definition: ProcessDefinition, { locate, locateInput }: LocalRun): FieldPlaces {
  return {
    document: definition.kind === "cwl" ? definition.document : null,
    locate: locate ?? jsonSource(null).locate,
    ...(locateInput === undefined ? {} : { locateInput }),
  };
}
