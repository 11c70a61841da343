import type { Logger } from "../../domain/logger.ts";
import type { Trace } from "../../domain/people/origin.ts";
import type { DeployedStep } from "../../domain/processes/process.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Patience } from "../../domain/waiting/patience.ts";
import type { Checkpoints, EngineRecord, Prepared } from "../../engines/engine.ts";
import type { Executor, TaskOwner } from "../../executors/executor.ts";
import type { Machine } from "../../executors/machine.ts";
import type { Layout } from "../../files/layout.ts";
import type { FieldPlaces } from "../document/load/failed-field.ts";
import type { CwlDocument, CwlProcess, Requirements } from "../document/schema.ts";
import type { JavaScript, Scope } from "../javascript/expression.ts";
import type { Scripts } from "../javascript/javascript.ts";
import type { LocalRun } from "./local-run.ts";
import type { ReadBounds } from "./readable.ts";
import type { FactsBook } from "./task-facts.ts";
import type { TaskWaits } from "./task-waits.ts";
import type { UsageCount } from "./usage.ts";

/** A step that another server runs, or that is part of the program. */
export type RemoteStep = {
  readonly executionId: string;
  /** The step's path: its checkpoints begin with it. */
  readonly path: string;
  readonly definition: DeployedStep;
  readonly trace?: Trace;
  /** A CWL input object: files by their paths. */
  readonly inputs: JsonObject;
  readonly outputs: readonly string[];
  readonly record: EngineRecord;
  readonly checkpoints: Checkpoints;
  readonly report: (fraction: number, message?: string) => void;
  readonly signal: AbortSignal;
};

/** Where the outputs of tools are kept to be used again. */
export type StepCache = {
  readonly directory: string;
  /** Only those of steps in a sandbox without network: nothing but their inputs can have made them. */
  readonly onlyPureSteps: boolean;
  /** Told whether a step was found there. */
  readonly onLook?: (isFound: boolean) => void;
};

/** What every part of one run shares. */
export type RunContext = {
  readonly executionId: string;
  /** The job that the run belongs to, for whoever looks at its tools elsewhere. */
  readonly owner: TaskOwner;
  readonly processes: ReadonlyMap<string, CwlProcess>;
  /** What runs operations that stand for deployed processes, by their ids. */
  readonly deployedSteps: ReadonlyMap<string, DeployedStep>;
  /** Runs the tools. */
  readonly executor: Executor;
  /** What tools meet where they run. */
  readonly machine: Machine;
  /** True when tools that require a container run without one. */
  readonly ignoresContainers: boolean;
  /** What a run without a server is asked besides; empty in the server. */
  readonly local: LocalRun;
  /** Where fields stand, for failures. */
  readonly places: FieldPlaces;
  /** The image of tools that name none. */
  readonly defaultDocker?: JsonObject;
  readonly layout: Layout;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly record: EngineRecord;
  readonly checkpoints: Checkpoints;
  /** The PATH of tools. */
  readonly toolPath: string;
  /** The interpreter of expressions; absent when the document needs none. */
  readonly scripts?: Scripts;
  readonly broaderFormats: CwlDocument["broaderFormats"];
  /** What values that an expression made up may name. */
  readonly readable: ReadBounds;
  /** True when checkpoints outlive a crash: then files are made durable before them. */
  readonly isDurable: boolean;
  readonly graceSeconds: number;
  /** Tools may make namespaces of their own in their sandbox. */
  readonly ownNamespaces: boolean;
  /** The trace that its tools and other servers are told. */
  readonly trace?: Trace;
  /** Why tools have no network, though they may ask for it. */
  readonly withoutNetwork?: string;
  /** What one try of a tool may write; no bound when absent. */
  readonly maxWorkBytes?: number;
  readonly usage: UsageCount;
  readonly waits: TaskWaits;
  /** What is kept of its calls for the provenance of the job; absent where nobody keeps it. */
  readonly facts?: FactsBook;
  /** What was said of this run once and need not be said for each tool. */
  readonly said: Set<string>;
  /** Waits for what the server is short of. */
  readonly patience: Patience;
  /** A tool that had started and was lost runs again. */
  readonly runsLostAgain: boolean;
  /** Which ends of tools are followed by another try, as the process says it. */
  readonly retries?: Prepared["retries"];
  /** What does not need a failed step goes on. */
  readonly goesOnAfterFailure: boolean;
  /** Runs a step that is a process of another server; absent where that is not offered. */
  readonly runRemoteStep?: (step: RemoteStep) => Promise<JsonObject>;
  /** Aborted when the run must stop; when the server is `stopping`, tools are left alone. */
  readonly signal: AbortSignal;
  /** Stops everything that still runs after a failure. */
  readonly fail: (error: unknown) => void;
  readonly cache?: StepCache;
  /** True when an earlier life of the server may have started tries of this run. */
  readonly hasEarlierTries: boolean;
};

/** What the expressions of a process can use, inside `evaluating`. */
export function javascriptOf(
  run: RunContext,
  requirements: Requirements,
): { javascript?: JavaScript } & Pick<Scope, "tell" | "warn"> {
  const { javascript: library } = requirements;
  const { scripts } = run;
  const { tell } = run.local;
  const told = {
    ...(tell === undefined ? {} : { tell }),
    warn: (line: string) => {
      if (!run.said.has(line)) run.record.log(`Warning: ${line}`);
      run.said.add(line);
    },
  };
  if (library === undefined || scripts === undefined) return told;
  return { ...told, javascript: (body, scope) => scripts.evaluate(body, scope, library) };
}

/**
 * Does work that may evaluate expressions; all such work is done inside this. It must have no effect but its result: it
 * is done again when an expression took so long that it was evaluated in another thread.
 */
export async function evaluating<T>(run: RunContext, work: () => T | Promise<T>): Promise<T> {
  if (run.scripts === undefined) return work();
  run.record.doing?.("Evaluating expressions of its package");
  try {
    return await run.scripts.evaluating(work, run.signal);
  } finally {
    run.record.doing?.(undefined);
  }
}

/** Does a part of a run that is repeatable, and waits while the server is short of something: the job's log says so. */
export function patiently<T>(run: RunContext, work: (isAgain: boolean) => Promise<T>): Promise<T> {
  return run.patience.during(work, { signal: run.signal, say: (words) => run.record.log(words) });
}
