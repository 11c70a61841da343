import wasmFile from "@jitl/quickjs-ng-wasmfile-release-sync/wasm" with { type: "file" };
import type { QuickJSContext, QuickJSRuntime, QuickJSWASMModule } from "quickjs-emscripten-core";
import type { Clock } from "../../domain/clock.ts";
import { isJsonObject, type Json } from "../../domain/json.ts";
import type { Scope } from "./expression.ts";
import { CwlFailure } from "./failure.ts";

/** What expressions may use. */
export type ScriptLimits = {
  /** One evaluation, in milliseconds. */
  readonly timeMilliseconds: number;
  /** All values of one run together, in bytes: the interpreter's whole memory. */
  readonly memoryBytes: number;
};

/** Enough for what real packages compute; while an expression runs, a server answers nobody. */
export const defaultScriptLimits: ScriptLimits = { timeMilliseconds: 1_000, memoryBytes: 64 * 2 ** 20 };

const wasmPageBytes = 65_536;
/** What the interpreter asks for at its start. */
const firstPages = 256;
const maxStackBytes = 256 * 1024;

/** An interpreter of its own for the expressions of one run. */
export type Scripts = Disposable & {
  /**
   * Evaluates the body of a function that sees `inputs`, `self` and `runtime`, after a library was loaded.
   * Throws CwlFailure when it throws, or breaks a limit.
   */
  evaluate(body: string, scope: Scope, library: readonly string[]): Json;
};

/** Makes interpreters; the first one loads the engine. */
export type ScriptLoader = () => Promise<Scripts>;

/** Makes a loader that compiles the engine once, when a document first needs it. */
export function createScriptLoader(clock: Clock, limits: ScriptLimits = defaultScriptLimits): ScriptLoader {
  let compiled: Promise<WebAssembly.Module> | undefined;
  return async () => {
    compiled ??= compileEngine();
    return startInterpreter(await compiled, clock, limits);
  };
}

async function compileEngine(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await Bun.file(wasmFile).arrayBuffer());
}

/** The interpreter's own memory limit does not hold; the size of the memory that it runs in does. */
async function loadModule(wasmModule: WebAssembly.Module, limits: ScriptLimits): Promise<QuickJSWASMModule> {
  const core = await import("quickjs-emscripten-core");
  const { default: variant } = await import("@jitl/quickjs-ng-wasmfile-release-sync");
  const maximum = Math.max(firstPages, Math.floor(limits.memoryBytes / wasmPageBytes));
  const wasmMemory = new WebAssembly.Memory({ initial: firstPages, maximum });
  return core.newQuickJSWASMModuleFromVariant(core.newVariant(variant, { wasmModule, wasmMemory }));
}

/** A context with what it was made for: values of one invocation never meet those of another. */
type Prepared = { readonly context: QuickJSContext; readonly inputs: Json; readonly library: readonly string[] };

async function startInterpreter(module: WebAssembly.Module, clock: Clock, limits: ScriptLimits): Promise<Scripts> {
  const quickjs = await loadModule(module, limits);
  let deadline = 0;
  let runtime: QuickJSRuntime | undefined;
  let prepared: Prepared | undefined;
  const newRuntime = () => {
    const made = quickjs.newRuntime();
    made.setMaxStackSize(maxStackBytes);
    made.setInterruptHandler(() => clock.elapsed() > deadline);
    return made;
  };
  let isBroken = false;
  const drop = () => {
    if (isBroken) return;
    // Taken for broken until it is known not to be: without memory it cannot even tidy up.
    isBroken = true;
    prepared?.context.dispose();
    prepared = undefined;
    runtime?.dispose();
    runtime = undefined;
    isBroken = false;
  };
  const contextFor = (scope: Scope, library: readonly string[]): QuickJSContext => {
    if (prepared?.inputs === scope.inputs && prepared.library === library) return prepared.context;
    prepared?.context.dispose();
    prepared = undefined;
    runtime ??= newRuntime();
    const context = runtime.newContext();
    prepared = { context, inputs: scope.inputs, library };
    setText(context, inputsName, JSON.stringify(scope.inputs));
    for (const script of library) run(context, script);
    return context;
  };
  return {
    evaluate: (body, scope, library) => {
      if (isBroken) throw new CwlFailure("the interpreter broke down at an earlier expression");
      deadline = clock.elapsed() + limits.timeMilliseconds;
      try {
        const context = contextFor(scope, library);
        const text = run(context, wrap(body, scope));
        return text === undefined ? null : JSON.parse(text);
      } catch (error) {
        const failure = new CwlFailure(explain(error, clock.elapsed() > deadline, limits), {}, { cause: error });
        // What an expression broke in the interpreter is not left to the next one.
        if (error instanceof ScriptError && !error.isOutOfMemory) drop();
        else isBroken = true;
        throw failure;
      }
    },
    [Symbol.dispose]: drop,
  };
}

const inputsName = "__inputs";

/** Each evaluation reads its values anew: what another one changed in them is not seen. A library sees them too. */
function wrap(body: string, scope: Scope): string {
  const self = JSON.stringify(JSON.stringify(scope.self));
  const runtime = JSON.stringify(JSON.stringify(scope.runtime));
  const values = `inputs=JSON.parse(${inputsName}),self=JSON.parse(${self}),runtime=JSON.parse(${runtime})`;
  return `${values},JSON.stringify((function(){${body}\n})())`;
}

function setText(context: QuickJSContext, name: string, text: string): void {
  using handle = context.newString(text);
  context.setProp(context.global, name, handle);
}

/** Runs a script for the text that it gives. Throws what it threw, as plain data. */
function run(context: QuickJSContext, script: string): string | undefined {
  const result = context.evalCode(script, "expression");
  if (result.error !== undefined) {
    using error = result.error;
    throw new ScriptError(context.dump(error));
  }
  using value = result.value;
  return context.typeof(value) === "string" ? context.getString(value) : undefined;
}

class ScriptError extends Error {
  readonly isOutOfMemory: boolean;

  constructor(thrown: unknown) {
    super(wordThrown(thrown));
    this.name = "ScriptError";
    this.isOutOfMemory = /out of memory/i.test(this.message);
  }
}

function wordThrown(thrown: unknown): string {
  if (!isJsonObject(thrown)) return typeof thrown === "string" ? thrown : JSON.stringify(thrown ?? null);
  return `${String(thrown.name ?? "Error")}: ${String(thrown.message ?? JSON.stringify(thrown))}`;
}

function explain(error: unknown, isLate: boolean, limits: ScriptLimits): string {
  const text = error instanceof Error ? error.message : String(error);
  if (isLate) return `found it still running after ${limits.timeMilliseconds} ms, expected an end by then`;
  if (/out of memory|memory access|unreachable|Aborted/i.test(text)) {
    return `found it using more than ${limits.memoryBytes / 2 ** 20} MiB, expected less`;
  }
  return `it threw ${text}`;
}
