import { parentPort } from "node:worker_threads";
import { compileEngine, type Script, type ScriptEnd, type ScriptLimits, startInterpreter } from "./interpreter.ts";

/** A script, and what it may use. */
export type ScriptRequest = {
  readonly script: Script;
  readonly limits: ScriptLimits;
  readonly memoryBytes: number;
};

// The program of the thread that `background-scripts.ts` starts: an answer for each request.
if (parentPort !== null) {
  const port = parentPort;
  const compiled = compileEngine();
  port.on("message", async (request: ScriptRequest) => port.postMessage(await answer(await compiled, request)));
}

/** Each script has an interpreter of its own: those of several runs are answered here. */
async function answer(compiled: WebAssembly.Module, request: ScriptRequest): Promise<ScriptEnd> {
  const { script, limits, memoryBytes } = request;
  using interpreter = await startInterpreter(compiled, { elapsed: () => performance.now(), memoryBytes });
  return interpreter.run(script, limits);
}
