import wasmFile from "@jitl/quickjs-ng-wasmfile-release-sync/wasm" with { type: "file" };
import type { Intrinsics, QuickJSContext, QuickJSRuntime, QuickJSWASMModule } from "quickjs-emscripten-core";
import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";
import { meterModule, stepsName } from "./metered-wasm.ts";

/** The body of a function, with all that it sees. */
export type Script = {
  readonly body: string;
  /** Scripts that are loaded before. */
  readonly library: readonly string[];
  readonly inputs: JsonObject;
  readonly self: Json;
  readonly runtime: Json;
};

export type ScriptLimits = {
  readonly timeMilliseconds: number;
  /** Turns of loops that built-in functions may take between two looks at the clock; one takes about 10 nanoseconds. */
  readonly blindSteps: number;
};

/** What became of a script, and what it said on the console. `late` says that its time was over before its end. */
export type ScriptEnd =
  | { readonly kind: "value"; readonly value: Json; readonly said?: readonly string[] }
  | { readonly kind: "failed"; readonly reason: string; readonly said?: readonly string[] }
  | { readonly kind: "late" };

/** Runs scripts in a memory of its own. */
export type Interpreter = Disposable & {
  run(script: Script, limits: ScriptLimits): ScriptEnd;
  /** True once a script has used up the memory, or had to be ended from outside: then no other can be run. */
  isBroken(): boolean;
};

export type InterpreterDeps = {
  /** Milliseconds since some moment. */
  readonly elapsed: () => number;
  readonly memoryBytes: number;
};

const wasmPageBytes = 65_536;
/** What the interpreter asks for at its start. */
const firstPages = 256;
const maxStackBytes = 256 * 1024;

/** Compiles the engine that interpreters are made of. The executable holds it metered; from source that is done here. */
export async function compileEngine(): Promise<WebAssembly.Module> {
  const bytes = await Bun.file(wasmFile).bytes();
  const module = await WebAssembly.compile(bytes);
  const isMetered = WebAssembly.Module.exports(module).some((item) => item.name === stepsName);
  return isMetered ? module : WebAssembly.compile(meterModule(bytes));
}

/** An instance of the engine; `steps` are those that it may still take before it traps. */
type Loaded = {
  readonly quickjs: QuickJSWASMModule;
  readonly steps: { value: unknown };
  readonly leanIntrinsics: Intrinsics;
};

/** The interpreter's own memory limit does not hold; the size of the memory that it runs in does. */
async function loadModule(compiled: WebAssembly.Module, memoryBytes: number): Promise<Loaded> {
  const core = await import("quickjs-emscripten-core");
  const { default: variant } = await import("@jitl/quickjs-ng-wasmfile-release-sync");
  const maximum = Math.max(firstPages, Math.floor(memoryBytes / wasmPageBytes));
  const wasmMemory = new WebAssembly.Memory({ initial: firstPages, maximum });
  const { promise: loaded, resolve } = Promise.withResolvers<WebAssembly.Instance>();
  const own = core.newVariant(variant, {
    emscriptenModule: {
      wasmMemory,
      instantiateWasm: async (imports, onSuccess) => {
        const instance = await WebAssembly.instantiate(compiled, imports);
        resolve(instance);
        onSuccess(instance);
        return instance.exports;
      },
    },
  });
  const quickjs = await core.newQuickJSWASMModuleFromVariant(own);
  const steps = (await loaded).exports[stepsName];
  if (!(steps instanceof WebAssembly.Global)) throw new Error("Cannot load the interpreter: it counts no steps");
  return { quickjs, steps, leanIntrinsics: { ...core.DefaultIntrinsics, ...lean } };
}

/** What we do ourselves in an interpreter is bounded by its memory. */
const manySteps = 2 ** 31 - 1;

/** A context with what it was made for: values of one invocation never meet those of another. */
type Prepared = {
  readonly context: QuickJSContext;
  readonly inputs: Json;
  readonly library: readonly string[];
  readonly isFull: boolean;
  /** It has a console. */
  readonly speaks: boolean;
};

/** Making a context takes longer than what most scripts do in it; without these parts of the language a third less. */
const lean = { RegExpCompiler: true, Proxy: false, MapSet: false, TypedArrays: false, Promise: false };

/** Names of those parts, and ways to reach them without their names. */
const partsByName =
  /\b(?:\d\w*n|BigInt|Proxy|Reflect|Map|Set|Weak\w+|FinalizationRegistry|\w*ArrayBuffer|\w+Array|DataView|Atomics|Promise|async|await|import|queueMicrotask|DOMException|performance|this|globalThis|eval|Function|constructor)\b/;

/** Creates an interpreter. */
export async function startInterpreter(module: WebAssembly.Module, deps: InterpreterDeps): Promise<Interpreter> {
  const { elapsed, memoryBytes } = deps;
  const { quickjs, steps, leanIntrinsics } = await loadModule(module, memoryBytes);
  let deadline = 0;
  let blindSteps = 0;
  let runtime: QuickJSRuntime | undefined;
  let prepared: Prepared | undefined;
  const newRuntime = () => {
    const made = quickjs.newRuntime();
    made.setMaxStackSize(maxStackBytes);
    made.setInterruptHandler(() => {
      steps.value = blindSteps;
      return elapsed() > deadline;
    });
    return made;
  };
  let isBroken = false;
  const drop = () => {
    if (isBroken) return;
    // Taken for broken until it is known not to be: without memory it cannot even tidy up.
    isBroken = true;
    steps.value = manySteps;
    prepared?.context.dispose();
    prepared = undefined;
    runtime?.dispose();
    runtime = undefined;
    isBroken = false;
  };
  const contextFor = (script: Script): QuickJSContext => {
    const { body, inputs, library } = script;
    const isFull = partsByName.test(body) || library.some((script) => partsByName.test(script));
    const isKnown = prepared?.inputs === inputs && prepared.library === library;
    const isEnough = prepared !== undefined && (prepared.isFull || !isFull) && (prepared.speaks || !speaks(script));
    if (isKnown && prepared !== undefined && isEnough) return prepared.context;
    prepared?.context.dispose();
    prepared = undefined;
    runtime ??= newRuntime();
    const context = isFull ? runtime.newContext() : runtime.newContext({ intrinsics: leanIntrinsics });
    prepared = { context, inputs, library, isFull, speaks: speaks(script) };
    setText(context, inputsName, JSON.stringify(inputs));
    if (speaks(script)) evaluate(context, consoleScript);
    for (const script of library) evaluate(context, script);
    return context;
  };
  return {
    run: (script, limits) => {
      deadline = elapsed() + limits.timeMilliseconds;
      blindSteps = limits.blindSteps;
      steps.value = blindSteps;
      try {
        const context = contextFor(script);
        const text = evaluate(context, wrap(script));
        return { kind: "value", value: text === undefined ? null : JSON.parse(text), ...saidIn(context, script) };
      } catch (error) {
        const isLate = Number(steps.value) < 0 || elapsed() > deadline;
        const isWhole = error instanceof ScriptError && !error.isOutOfMemory && !isLate;
        const said = isWhole && prepared !== undefined ? saidIn(prepared.context, script) : {};
        const end = { ...endOf(error, isLate, memoryBytes), ...said };
        // What an expression broke in the interpreter is not left to the next one.
        if (error instanceof ScriptError && !error.isOutOfMemory) drop();
        else isBroken = true;
        return end;
      }
    },
    isBroken: () => isBroken,
    [Symbol.dispose]: drop,
  };
}

const inputsName = "__inputs";

/** Each evaluation reads its values anew: what another one changed in them is not seen. A library sees them too. */
function wrap(script: Script): string {
  const self = JSON.stringify(JSON.stringify(script.self));
  const runtime = JSON.stringify(JSON.stringify(script.runtime));
  const values = `inputs=JSON.parse(${inputsName}),self=JSON.parse(${self}),runtime=JSON.parse(${runtime})`;
  return `${values},JSON.stringify((function(){${script.body}\n})())`;
}

const saidName = "__said";
/** What one expression may say: a loop may say much. */
const maxSaid = 100;
const maxSaidLetters = 2_000;

function speaks({ body, library }: Script): boolean {
  return body.includes("console") || library.some((part) => part.includes("console"));
}

/** A console that keeps what is said; other values than texts are said as JSON. */
const consoleScript = `var ${saidName}=[],console=(function(said){
var word=function(value){if(typeof value==="string")return value;var text;try{text=JSON.stringify(value)}catch(error){return String(value)+" (no JSON: "+error.message+")"}return text===undefined?String(value):text};
var say=function(){var words=[];for(var at=0;at<arguments.length;at+=1)words.push(word(arguments[at]));if(said.length<${maxSaid})said.push(words.join(" ").slice(0,${maxSaidLetters}))};
return {log:say,info:say,warn:say,error:say,debug:say,trace:say,dir:say}})(${saidName});`;

/** Takes what a script has said. */
function saidIn(context: QuickJSContext, script: Script): { readonly said?: readonly string[] } {
  if (!speaks(script)) return {};
  const said = takeSaid(context);
  const texts = Array.isArray(said) ? said.slice(0, maxSaid).filter((text) => typeof text === "string") : [];
  return texts.length === 0 ? {} : { said: texts.map((text) => text.slice(0, maxSaidLetters)) };
}

function takeSaid(context: QuickJSContext): unknown {
  try {
    return JSON.parse(evaluate(context, `JSON.stringify(${saidName}.splice(0))`) ?? "[]");
  } catch (error) {
    // A script that broke its own console has said nothing.
    if (error instanceof ScriptError) return [];
    throw error;
  }
}

function setText(context: QuickJSContext, name: string, text: string): void {
  using handle = context.newString(text);
  context.setProp(context.global, name, handle);
}

/** Evaluates a text for the text that it gives. Throws what it threw, as plain data. */
function evaluate(context: QuickJSContext, text: string): string | undefined {
  const result = context.evalCode(text, "expression");
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

function endOf(error: unknown, isLate: boolean, memoryBytes: number): ScriptEnd {
  if (isLate) return { kind: "late" };
  const text = error instanceof Error ? error.message : String(error);
  if (/out of memory|memory access|unreachable|Aborted/i.test(text)) {
    return { kind: "failed", reason: `found it using more than ${memoryBytes / 2 ** 20} MiB, wanted less` };
  }
  return { kind: "failed", reason: `it threw ${text}` };
}
