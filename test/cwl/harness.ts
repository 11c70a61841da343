import { join } from "node:path";
import type { Package } from "../../src/cwl/document/load/load.ts";
import { type CwlEngine, createCwlEngine } from "../../src/cwl/engine.ts";
import type { JobFailure } from "../../src/domain/jobs/job.ts";
import { silentLogger } from "../../src/domain/logger.ts";
import type { Json, JsonObject } from "../../src/domain/values/json.ts";
import type { OutputValues, PreparedInputs } from "../../src/domain/values/values.ts";
import type { Patience } from "../../src/domain/waiting/patience.ts";
import type { EngineRecord, EngineUpdate, Prepared } from "../../src/engines/engine.ts";
import type { Executor } from "../../src/executors/executor.ts";
import { createLocalExecutor } from "../../src/executors/local/local-executor.ts";
import { createLocalMachine } from "../../src/executors/local/local-machine.ts";
import { createLayout, type Layout } from "../../src/files/layout.ts";
import { unconfinedParts } from "../support/machine/unconfined-parts.ts";
import { realClock } from "../support/real-clock.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** What a run left: how it ended, what was recorded and told on the way. */
export type Ran = {
  readonly failure?: JobFailure;
  readonly outputs: OutputValues;
  readonly updates: readonly EngineUpdate[];
  readonly checkpoints: ReadonlyMap<string, Json>;
  readonly lines: readonly string[];
  /** Those of the lines that warn. */
  readonly warnings: readonly string[];
};

/** A data directory of its own with an engine over real processes. */
export type Harness = AsyncDisposable & {
  readonly directory: string;
  readonly layout: Layout;
  readonly executor: Executor;
  readonly engine: CwlEngine;
  /** Makes another engine over the same directory, as a restarted server would. */
  restart(options?: { readonly executor?: Executor }): CwlEngine;
};

/** Makes a harness below the system's temporary directory; disposal removes it. */
export async function createHarness(
  options: {
    readonly executor?: (real: Executor) => Executor;
    /** What lies around each executor, also that of a restarted server. */
    readonly around?: (real: Executor, layout: Layout) => Executor;
    readonly allowsLocalFiles?: boolean;
    /** Tools that run at once; 2 when absent. */
    readonly slots?: number;
    /** Waits for what is short; nobody does when absent. */
    readonly patience?: Patience;
  } = {},
): Promise<Harness> {
  const temporary = await temporaryDirectory();
  const directory = temporary.path;
  const layout = createLayout(join(directory, "data"));
  const around = options.around ?? ((real) => real);
  const capacity = { slots: options.slots ?? 2 };
  const machine = createLocalMachine(unconfinedParts());
  const newExecutor = () =>
    around(createLocalExecutor({ layout, logger: silentLogger, clock: realClock, capacity }), layout);
  const real = newExecutor();
  const executor = options.executor?.(real) ?? real;
  const engines: CwlEngine[] = [];
  const newEngine = (runs: Executor) => {
    const engine = createCwlEngine({
      executor: runs,
      machine,
      layout,
      logger: silentLogger,
      clock: realClock,
      toolPath: "/usr/local/bin:/usr/bin:/bin",
      graceSeconds: 1,
      ...(options.patience === undefined ? {} : { patience: options.patience }),
      allowsLocalFiles: options.allowsLocalFiles ?? false,
    });
    engines.push(engine);
    return engine;
  };
  return {
    directory,
    layout,
    executor,
    engine: newEngine(executor),
    restart: (again = {}) => newEngine(again.executor ?? newExecutor()),
    async [Symbol.asyncDispose]() {
      for (const engine of engines) await engine[Symbol.asyncDispose]();
      await temporary[Symbol.asyncDispose]();
    },
  };
}

/** Prepares an execution of a package. */
export function prepare(cwl: Package, inputs: PreparedInputs, executionId = "execution-1"): Prepared {
  return {
    executionId,
    jobId: "job-1",
    processId: cwl.cwl.main.id,
    definition: { kind: "cwl", document: cwl.document, main: cwl.cwl.main.id },
    inputs,
    outputs: cwl.cwl.main.outputs.map((output) => output.id),
  };
}

/** A record in memory. */
export function memoryRecord(): EngineRecord & {
  readonly checkpoints: Map<string, Json>;
  readonly lines: string[];
  readonly warnings: string[];
  /** What was begun, and `undefined` for each end. */
  readonly done: (string | undefined)[];
} {
  const checkpoints = new Map<string, Json>();
  const [lines, warnings]: [string[], string[]] = [[], []];
  const done: (string | undefined)[] = [];
  return {
    checkpoints,
    lines,
    warnings,
    done,
    doing: (what) => void done.push(what),
    checkpoint: async (key, value) => {
      checkpoints.set(key, value);
    },
    log: (message, level) => {
      lines.push(message);
      if (level === "WARNING") warnings.push(message);
    },
  };
}

/** Watches a run to its end and collects it. */
export async function follow(engine: CwlEngine, prepared: Prepared, record = memoryRecord()): Promise<Ran> {
  const updates: EngineUpdate[] = [];
  const handle = engine.plan(prepared);
  for await (const update of engine.watch(prepared, handle, new AbortController().signal)) updates.push(update);
  const last = updates.at(-1);
  const failure = last?.kind === "ended" ? last.failure : { message: "no end was told" };
  return {
    ...(failure === undefined ? {} : { failure }),
    outputs: failure === undefined ? await engine.collect(prepared, handle) : {},
    updates,
    checkpoints: record.checkpoints,
    lines: record.lines,
    warnings: record.warnings,
  };
}

/** Runs a package from its start to its end. */
export async function runPackage(
  harness: Harness,
  cwl: Package,
  inputs: PreparedInputs = {},
  executionId?: string,
): Promise<Ran> {
  const record = memoryRecord();
  const prepared = prepare(cwl, inputs, executionId);
  await harness.engine.start(prepared, harness.engine.plan(prepared), record);
  return follow(harness.engine, prepared, record);
}

/** Wraps a literal as an input. */
export function value(of: Json): { readonly kind: "value"; readonly value: Json } {
  return { kind: "value", value: of };
}

/** The plain value of an output; the object of a test's expectation. */
export function plainOutputs(outputs: OutputValues): JsonObject {
  const plain = Object.entries(outputs).flatMap(([id, output]) =>
    output.kind === "value" ? [[id, output.value] as const] : [],
  );
  return Object.fromEntries(plain);
}

/** The text of a file output. */
export async function textOf(outputs: OutputValues, id: string): Promise<string> {
  const output = outputs[id];
  if (output?.kind !== "file") throw new Error(`output ${id} is ${output?.kind}, not a file`);
  return Bun.file(output.path).text();
}
