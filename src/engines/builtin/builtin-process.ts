import type { ProcessDescription } from "../../domain/processes/process.ts";
import type { OutputValues, PreparedInputs } from "../../domain/values/values.ts";

/** A process that is part of the program: what it takes and gives, and how it runs. */
export type BuiltinProcess = {
  readonly description: ProcessDescription;
  /** Runs once; the signal ends waits early. Repeating it must harm nothing. */
  run(inputs: PreparedInputs, signal: AbortSignal): Promise<OutputValues>;
};
