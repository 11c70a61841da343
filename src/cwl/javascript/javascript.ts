import type { Json } from "../../domain/values/json.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { CwlFailure } from "../values/failure.ts";
import { type BackgroundScripts, createBackgroundScripts } from "./background-scripts.ts";
import type { Scope } from "./expression.ts";
import { compileEngine, type Interpreter, type Script, type ScriptEnd, startInterpreter } from "./interpreter.ts";
import { createDoubles } from "./script-numbers.ts";

/** What expressions may use. */
export type ExpressionLimits = {
  /** One evaluation, in milliseconds. */
  readonly timeMilliseconds: number;
  /** All values of one run together, in bytes: the interpreter's whole memory. */
  readonly memoryBytes: number;
};

/** Enough for what real packages compute. */
export const defaultExpressionLimits: ExpressionLimits = { timeMilliseconds: 10_000, memoryBytes: 64 * 2 ** 20 };

/**
 * How long the program may be held up, in milliseconds: by one expression, and by those that begin in one turn of the
 * event loop. Longer than nearly all expressions take, shorter than what anyone who waits for an answer would notice.
 */
const shareMilliseconds = 50;

/** A built-in function that takes longer than a share is stopped as well: so many steps take 40 to 100 ms. */
const limitsHere = { timeMilliseconds: shareMilliseconds, blindSteps: 4e6 };
/** Enough to read what fits into the memory: one or two seconds. */
const blindStepsElsewhere = 1e8;

/** Does work that evaluates expressions, and that has no effect but its result: it may be done again. */
export type Evaluating = <T>(work: () => T | Promise<T>) => Promise<T>;

/** Evaluates the expressions of one run, in a memory of its own. */
export type Scripts = Disposable & {
  /**
   * Evaluates the body of a function that sees `inputs`, `self` and `runtime`, after a library was loaded. Throws
   * CwlFailure when it throws, or breaks a limit, and LongExpression when it takes longer than its share: it may be
   * called inside `evaluating` only.
   */
  evaluate(body: string, scope: Scope, library: readonly string[]): Json;
  /**
   * Does work that evaluates expressions. One that takes long is evaluated in another thread, and then the work is done
   * again: it must have no effect but its result. Rejects when the signal is aborted meanwhile.
   */
  evaluating<T>(work: () => T | Promise<T>, signal: AbortSignal): Promise<T>;
};

/** Creates what the runs of an engine evaluate their expressions with. Disposal ends their thread. */
export type ScriptLoader = Disposable & {
  /** Loads what evaluates; `say` is told each line that an expression writes to its console. */
  load(say?: (line: string) => void): Promise<Scripts>;
};

/** Creates a loader that compiles the engine once, when a document first needs it. */
export function createScriptLoader(clock: Clock, limits: ExpressionLimits = defaultExpressionLimits): ScriptLoader {
  let compiled: Promise<WebAssembly.Module> | undefined;
  const background = createBackgroundScripts();
  const turn = createTurn(clock);
  const newInterpreter = async () => {
    compiled ??= compileEngine();
    return startInterpreter(await compiled, { elapsed: () => clock.elapsed(), memoryBytes: limits.memoryBytes });
  };
  return {
    load: async (say = () => {}) =>
      createScripts({ newInterpreter, background, turn, limits, say }, await newInterpreter()),
    [Symbol.dispose]: () => background[Symbol.dispose](),
  };
}

/** What expressions have taken of this turn of the event loop. */
type Turn = {
  isSpent(): boolean;
  spend<T>(work: () => T): T;
  /** Resolves in the next turn, after others had theirs. */
  next(): Promise<void>;
};

function createTurn(clock: Clock): Turn {
  let spentMilliseconds = 0;
  let next: Promise<void> | undefined;
  const begin = () => {
    spentMilliseconds = 0;
    next = undefined;
  };
  const waitForNext = () => {
    next ??= new Promise<void>((resolve) => setImmediate(resolve)).then(begin);
    return next;
  };
  return {
    isSpent: () => spentMilliseconds >= shareMilliseconds,
    spend: (work) => {
      const started = clock.elapsed();
      try {
        return work();
      } finally {
        spentMilliseconds += clock.elapsed() - started;
        void waitForNext();
      }
    },
    next: waitForNext,
  };
}

/** Thrown for an expression that is to be evaluated in the other thread. */
class LongExpression extends Error {
  readonly script: Script;

  constructor(script: Script) {
    super("Cannot evaluate an expression: found it taking long, wanted work that can be done again");
    this.name = "LongExpression";
    this.script = script;
  }
}

type ScriptParts = {
  readonly newInterpreter: () => Promise<Interpreter>;
  readonly background: BackgroundScripts;
  readonly turn: Turn;
  readonly limits: ExpressionLimits;
  readonly say: (line: string) => void;
};

function createScripts({ newInterpreter, background, turn, limits, say }: ScriptParts, first: Interpreter): Scripts {
  let interpreter = first;
  // What works that are done again have evaluated: without it they would not get further than the first time.
  const known = new Map<string, ScriptEnd>();
  const keyOf = createKeys();
  let repeatedWorks = 0;
  let openWorks = 0;
  // A work that is done again says nothing twice.
  const told = new Set<string>();
  const seenBy = createDoubles(say);
  const tell = (script: Script, end: ScriptEnd) => {
    if (end.kind === "late" || end.said === undefined || told.has(keyOf(script))) return;
    told.add(keyOf(script));
    for (const line of end.said.flatMap((text) => text.split("\n"))) say(`console: ${line}`);
  };
  const evaluateHere = (script: Script): ScriptEnd =>
    turn.isSpent() || interpreter.isBroken() ? { kind: "late" } : turn.spend(() => interpreter.run(script, limitsHere));
  const evaluateElsewhere = async (script: Script, signal: AbortSignal) => {
    const { timeMilliseconds, memoryBytes } = limits;
    const request = { script, limits: { timeMilliseconds, blindSteps: blindStepsElsewhere }, memoryBytes };
    known.set(keyOf(script), await background.run(request, signal));
    if (interpreter.isBroken()) interpreter = await newInterpreter();
  };
  return {
    evaluate: (body, { inputs, self, runtime }, library) => {
      const script: Script = { body, library, runtime, ...seenBy(body, { inputs, self }) };
      const key = repeatedWorks === 0 ? undefined : keyOf(script);
      const seen = key === undefined ? undefined : known.get(key);
      const end = seen ?? evaluateHere(script);
      if (end.kind === "late" && seen === undefined) throw new LongExpression(script);
      if (key !== undefined) known.set(key, end);
      tell(script, end);
      const value = requireValue(end, limits);
      seenBy.result(value);
      return value;
    },
    evaluating: async (work, signal) => {
      let isRepeated = false;
      openWorks += 1;
      try {
        for (;;) {
          while (turn.isSpent()) await turn.next();
          try {
            return await work();
          } catch (error) {
            if (!(error instanceof LongExpression)) throw error;
            if (!isRepeated) repeatedWorks += 1;
            isRepeated = true;
            await evaluateElsewhere(error.script, signal);
          }
        }
      } finally {
        if (isRepeated) repeatedWorks -= 1;
        if (repeatedWorks === 0) known.clear();
        openWorks -= 1;
        if (openWorks === 0) told.clear();
      }
    },
    [Symbol.dispose]: () => interpreter[Symbol.dispose](),
  };
}

function requireValue(end: ScriptEnd, limits: ExpressionLimits): Json {
  switch (end.kind) {
    case "value":
      return end.value;
    case "failed":
      throw new CwlFailure(end.reason);
    case "late":
      throw new CwlFailure(`found it still running after ${limits.timeMilliseconds} ms, wanted an end by then`);
    default:
      return end satisfies never;
  }
}

/** Creates what names scripts by all that they see. Inputs are the large part, and many expressions see the same. */
function createKeys(): (script: Script) => string {
  const digests = new WeakMap<object, string>();
  const digestOf = (value: object): string => {
    const digest = digests.get(value) ?? sha256(JSON.stringify(value));
    digests.set(value, digest);
    return digest;
  };
  return ({ body, library, inputs, self, runtime }) =>
    sha256(JSON.stringify([body, digestOf(library), digestOf(inputs), self, runtime]));
}

function sha256(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("base64");
}
