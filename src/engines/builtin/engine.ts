import type { JobFailure } from "../../domain/jobs/job.ts";
import { errorText } from "../../domain/problem.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import type { OutputValues } from "../../domain/values/values.ts";
import { onAbort } from "../../domain/waiting/on-abort.ts";
import type { Adoption, Engine, EngineUpdate, Prepared } from "../engine.ts";
import type { BuiltinProcess } from "./builtin-process.ts";

type Run = { readonly outputs: Promise<OutputValues>; readonly stop: AbortController };

/** Runs the processes that are part of the program. They start no program, so running one again harms nothing. */
export function createBuiltinEngine(processes: ReadonlyMap<string, BuiltinProcess>): Engine {
  const runs = new Map<string, Run>();
  const runOf = (prepared: Prepared): Run => {
    const run = runs.get(prepared.executionId);
    if (run === undefined) throw new Error(`Cannot find the run of execution "${prepared.executionId}"`);
    return run;
  };
  return {
    isRepeatable: true,
    plan: (prepared): JsonObject => ({ executionId: prepared.executionId }),
    async start(prepared) {
      const stop = new AbortController();
      const outputs = runBuiltin(processes, prepared, stop.signal);
      // Whoever watches sees the rejection; a run that nobody watches any more must not end the server.
      outputs.catch(() => {});
      runs.set(prepared.executionId, { outputs, stop });
    },
    adopt: async (): Promise<Adoption> => "notStarted",
    async *watch(prepared, _handle, signal): AsyncIterable<EngineUpdate> {
      const run = runOf(prepared);
      // Nobody looks at it any more: it is taken up again from its claim, or was dismissed.
      using listening = onAbort(signal, () => run.stop.abort());
      const failure = await run.outputs.then(
        () => undefined,
        (error): JobFailure => ({ message: errorText(error) }),
      );
      listening[Symbol.dispose]();
      if (failure !== undefined) runs.delete(prepared.executionId);
      if (signal.aborted) return;
      yield { kind: "progress", percent: 100 };
      yield failure === undefined ? { kind: "ended" } : { kind: "ended", failure };
    },
    async collect(prepared) {
      const outputs = await runOf(prepared).outputs;
      runs.delete(prepared.executionId);
      return outputs;
    },
    async dismiss(handle) {
      const executionId = String(handle.executionId);
      runs.get(executionId)?.stop.abort();
      runs.delete(executionId);
    },
    async cleanup(handle) {
      runs.delete(String(handle.executionId));
    },
  };
}

async function runBuiltin(
  processes: ReadonlyMap<string, BuiltinProcess>,
  prepared: Prepared,
  signal: AbortSignal,
): Promise<OutputValues> {
  const process = processes.get(prepared.processId);
  if (process === undefined) throw new Error(`Cannot find built-in process "${prepared.processId}"`);
  const all = await process.run(prepared.inputs, signal);
  return Object.fromEntries(Object.entries(all).filter(([id]) => prepared.outputs.includes(id)));
}
