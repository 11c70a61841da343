import type { Comparison } from "../comparison/line-difference.ts";
import type { GraphNode } from "../graph/workflow-graph.ts";
import type { Link } from "../links.ts";
import type { Fault } from "../problem.ts";
import type { Process, ProcessDefinition, ProcessDescription } from "../processes/process.ts";
import type { VersionStep } from "../processes/version-step.ts";
import type { DraftKeeping } from "./draft-keeping.ts";

/** What a client is told of where processes are deployed. */
export type DeployDocument = { readonly mayDeploy: boolean; readonly links: readonly Link[] };

/** What was typed into the form that deploys. */
export type DeployTyped = {
  readonly text: string;
  readonly href: string;
  readonly id: string;
  readonly workflow: string;
  readonly start: string;
  /** Empty: as the package says, or by what changed. */
  readonly version: string;
  readonly replaces: boolean;
  /** The names of the files that were chosen: a browser does not keep the files. Of a single one, `text` is what it held. */
  readonly picked: readonly string[];
  /** What a single chosen file held, as `sketchOf` writes it; absent where `text` is still that. */
  readonly sketch?: string;
};

/** What a package was understood as; nothing is deployed yet. */
export type Understood = {
  readonly description: ProcessDescription;
  readonly warnings: readonly string[];
  /** The other processes of its document that could be deployed. */
  readonly others: readonly string[];
  readonly isWorkflow: boolean;
  readonly definition: ProcessDefinition;
  /** The current revision of the process that it would replace. */
  readonly replaced?: Pick<Process, "description" | "definition" | "isWorkflow">;
  /** What differs from it, line by line; absent for who may not read packages. */
  readonly lines?: Comparison;
  /** It is what is deployed already: there is nothing to replace. */
  readonly isSame: boolean;
  /** The package, or the form, says its version; else it follows the last one, by what changed. */
  readonly saysVersion: boolean;
  /** How far it is from the process that it would replace. */
  readonly step?: VersionStep;
  readonly graph?: readonly GraphNode[];
  /** Which files of several it is made of, and which it does not name; absent where it came as one text. */
  readonly files?: { readonly taken: readonly string[]; readonly left: readonly string[] };
  /** The form has all that is deployed; else the files are to be chosen again. */
  readonly isKept: boolean;
};

/** What the page that deploys shows. */
export type DeployView = {
  /** Why whoever looks cannot deploy. */
  readonly refusal?: string;
  /** The process of which a new version is deployed. */
  readonly newVersionOf?: string;
  readonly typed: DeployTyped;
  readonly problem?: { readonly message: string; readonly faults: readonly Fault[] };
  readonly understood?: Understood;
};

/** The page with how what is typed into it is kept. */
export type DeployPageView = DeployView & { readonly keeping: DraftKeeping };
