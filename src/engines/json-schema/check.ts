import type { Json, JsonObject } from "../../domain/values/json.ts";

/** What a value fails at: where, as a pointer below the value, and why. */
export type Misfit = {
  readonly place: string;
  readonly reason: string;
  /** The name of a member that is wanted and not there: the place is where it would stand. */
  readonly missing?: string;
};

/** What of a value was looked at: what `unevaluatedProperties` and `unevaluatedItems` leave out. */
export type Evaluated = { readonly names: Set<string>; readonly items: Set<number> };

/** How much may still be done, for all values of one request: it is used up as it goes. */
export type SchemaBudget = { stepsLeft: number; depth: number };

/**
 * Checks a value by one schema, or by one of its keywords; undefined when it fits. What was looked at is added to `seen`,
 * where anybody asks.
 */
export type Check = (value: Json, budget: SchemaBudget, seen: Evaluated | undefined) => Misfit | undefined;

/** Thrown where a check would take too long, or go too deep. */
export class SchemaLimit extends Error {}

/** Thrown where a schema says something that cannot be honoured: without it nobody knows whether the value fits. */
export class UnreadableSchema extends Error {}

/** What one request may take: a step is one schema at one value, and about 100 ns. */
const maxSteps = 4_000_000;

/** How many schemas may be inside each other at one value: more than values and descriptions nest, less than the stack holds. */
const maxDepth = 2000;

/** Creates the budget of one request. */
export function schemaBudget(steps = maxSteps): SchemaBudget {
  return { stepsLeft: steps, depth: 0 };
}

/** Takes steps from the budget. Throws SchemaLimit when it has not so many. */
export function spend(budget: SchemaBudget, steps: number): void {
  budget.stepsLeft -= steps;
  if (budget.stepsLeft < 0) throw new SchemaLimit(`more than ${maxSteps} steps of its check`);
}

/** Does something one schema deeper. Throws SchemaLimit when that is too deep. */
export function deeper<T>(budget: SchemaBudget, work: () => T): T {
  if (budget.depth >= maxDepth) throw new SchemaLimit(`more than ${maxDepth} schemas inside each other`);
  budget.depth += 1;
  try {
    return work();
  } finally {
    budget.depth -= 1;
  }
}

/** Gives the names of an object's members; looking at them is taken from the budget. */
export function namesOf(value: JsonObject, budget: SchemaBudget): readonly string[] {
  const names = Object.keys(value);
  spend(budget, Math.ceil(names.length / 16));
  return names;
}

/** Says that a value itself does not fit. */
export function misfit(reason: string): Misfit {
  return { place: "", reason };
}

/** What keywords ask for the schemas inside them. */
export type Compiling = {
  /** Gives the check of a schema of this document; it is made when it is first used. */
  readonly checkOf: (schema: Json | undefined) => Check;
  /** Tells whether somebody asks what was looked at. */
  readonly isTracking: boolean;
};
