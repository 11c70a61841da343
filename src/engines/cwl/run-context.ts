import type { JsonObject } from "../../domain/json.ts";
import type { Logger } from "../../domain/logger.ts";
import type { Executor } from "../../executors/executor.ts";
import type { Layout } from "../../files/layout.ts";
import type { Checkpoints, EngineRecord } from "../engine.ts";
import type { Progress } from "./progress.ts";
import type { Surroundings } from "./runtime.ts";
import type { CwlProcess } from "./schema.ts";
import type { Slots } from "./slots.ts";

/** What every part of one run shares. */
export type RunContext = {
  readonly executionId: string;
  readonly processes: ReadonlyMap<string, CwlProcess>;
  readonly executor: Executor;
  /** True when tools that require a container run without one. */
  readonly ignoresContainers: boolean;
  readonly layout: Layout;
  readonly logger: Logger;
  readonly record: EngineRecord;
  readonly checkpoints: Checkpoints;
  /** The PATH of tools. */
  readonly toolPath: string;
  readonly graceSeconds: number;
  readonly slots: Slots;
  /** Aborted when the run must stop; with `leaveRunning` as its reason, tools are left alone. */
  readonly signal: AbortSignal;
  /** Stops everything that still runs after a failure. */
  readonly fail: (error: unknown) => void;
  /** The tools that run at this moment, by step. */
  readonly active: Set<string>;
};

/** The reason of an abort after which tools run on: the server goes, and its successor finds them. */
export const leaveRunning = "leave running";

/** One process to run inside a run. */
export type Call = {
  readonly process: CwlProcess;
  /** The step's path; empty for the main process. */
  readonly path: string;
  readonly around: Surroundings;
  readonly inputs: JsonObject;
  readonly progress: Progress;
};

/** Names a call in messages. */
export function callName(call: Call): string {
  return call.path === "" ? "the tool" : `step "${call.path}"`;
}
