import { stepWords } from "../../domain/jobs/step-words.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import type { Surroundings } from "../document/requirements.ts";
import type { CwlProcess } from "../document/schema.ts";
import type { Progress } from "./progress.ts";

/** One process to run inside a run. */
export type Call = {
  readonly process: CwlProcess;
  /** The step's path; empty for the main process. */
  readonly path: string;
  /** Which of the runs of a scattered step it is; 0 for any other. */
  readonly shard: number;
  /** True for a part of a scattered step whose path is that of the step. */
  readonly isPart?: boolean;
  /** How many parts its step has, where it is one of them. */
  readonly parts?: number;
  readonly around: Surroundings;
  readonly inputs: JsonObject;
  readonly progress: Progress;
};

/** Names a part of a scatter, or what runs inside of one, as "count (part 2)"; undefined for what no part runs beside. */
export function partName({ path, shard, isPart }: Pick<Call, "path" | "shard" | "isPart">): string | undefined {
  if (isPart === true) return stepWords(`${path}[${shard}]`);
  return /\[\d+\](?:\/|$)/.test(path) ? stepWords(path) : undefined;
}

/** Names a call in messages: parts of a scatter are counted from 1, as people count. */
export function callName(call: Pick<Call, "path" | "shard" | "isPart" | "parts">): string {
  if (call.path === "") return "the tool";
  const step = `step "${stepWords(call.path)}"`;
  if (call.isPart !== true) return step;
  return `${step}, part ${call.shard + 1}${call.parts === undefined ? "" : ` of ${call.parts}`}`;
}
