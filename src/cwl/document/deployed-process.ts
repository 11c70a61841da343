import type { DeployedStep, PinnedRun } from "../../domain/processes/process.ts";
import type { JsonObject } from "../../domain/values/json.ts";

/** A process that is deployed, as a step runs it: one revision for ever. */
export type DeployedProcess = {
  /** `id@sha256:<hex>`: what its main process is called in the packed document. */
  readonly name: string;
  readonly version: string;
  readonly document: JsonObject;
  /** The id of its main process in its document. */
  readonly main: string;
  /** What runs the operations of its document, by their ids. */
  readonly steps: Readonly<Record<string, DeployedStep>>;
  /** The deployed processes that stand in its document, under their own names. */
  readonly runs: readonly PinnedRun[];
};

/**
 * Finds the deployed process that a step names: by its id, by the name of one of its revisions, or by its address. Undefined
 * when there is none, `kept` where whoever gets the packed document looks for it.
 */
export type FindDeployed = (reference: string) => Promise<DeployedProcess | "kept" | undefined>;

/** A step that runs a deployed process, and where it says so. */
export type DeployedRun = { readonly step: string; readonly pointer: string; readonly process: DeployedProcess };
