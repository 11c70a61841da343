import { isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import type { Step } from "../document/schema.ts";
import { CwlFailure } from "../values/failure.ts";

/** One step may not start more. */
export const maxShards = 10_000;

/** What a scattered step runs over: the inputs of each run, in order, and the shape that the outputs get. */
export type Scatter = { readonly shards: readonly JsonObject[]; readonly lengths: readonly number[] };

/**
 * Spreads the inputs of a step over the items of those that it is scattered over (CWL v1.2 WorkflowStep 4.1.2).
 * Throws CwlFailure for an input that is no list, for lists of different lengths, and for too many runs.
 */
export function scatterInputs(step: Step, inputs: JsonObject): Scatter {
  const lists = step.scatter.map((name) => {
    const value = inputs[name] ?? null;
    if (isList(value)) return { name, value };
    throw new CwlFailure(`Cannot scatter over input "${name}": found ${JSON.stringify(value)}, wanted a list`);
  });
  const lengths = lists.map(({ value }) => value.length);
  if (step.scatterMethod === "dotproduct") {
    const [length = 0] = lengths;
    if (lengths.some((other) => other !== length)) {
      throw new CwlFailure(`Cannot scatter: found lists of ${lengths.join(", ")} items, wanted one length`);
    }
    refuseTooMany(length);
    const shards = Array.from({ length }, (_, index) => {
      return { ...inputs, ...Object.fromEntries(lists.map(({ name, value }) => [name, value[index] ?? null])) };
    });
    return { shards, lengths: [length] };
  }
  const count = lengths.reduce((product, length) => product * length, 1);
  refuseTooMany(count);
  let shards: readonly JsonObject[] = [inputs];
  for (const { name, value } of lists) {
    shards = shards.flatMap((shard) => value.map((item) => ({ ...shard, [name]: item })));
  }
  return { shards, lengths: step.scatterMethod === "flat_crossproduct" ? [count] : lengths };
}

function refuseTooMany(count: number): void {
  if (count <= maxShards) return;
  throw new CwlFailure(`Cannot scatter: found ${count} runs of one step, wanted at most ${maxShards}`);
}

/** Joins the values of one output of all runs to lists, nested as deep as the lengths say. */
export function gatherOutputs(values: readonly Json[], lengths: readonly number[]): Json {
  const [length = 0, ...inner] = lengths;
  if (inner.length === 0) return values;
  const size = inner.reduce((product, next) => product * next, 1);
  return Array.from({ length }, (_, index) => gatherOutputs(values.slice(index * size, (index + 1) * size), inner));
}
