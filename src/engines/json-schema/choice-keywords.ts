import type { JsonObject } from "../../domain/values/json.ts";
import type { Compiling } from "./check.ts";
import { type Check, misfit } from "./check.ts";

/** Builds the checks of the keywords that join schemas for the same value (2020-12, 10.2). */
export function choiceChecks(schema: JsonObject, { checkOf }: Compiling): readonly Check[] {
  const { not, allOf, anyOf, oneOf, if: condition, then: consequence, else: alternative } = schema;
  const checks: Check[] = [];
  if (not !== undefined) {
    const check = checkOf(not);
    checks.push((value, budget) =>
      check(value, budget, undefined) === undefined ? misfit('Instance matched "not" schema') : undefined,
    );
  }
  if (Array.isArray(allOf)) checks.push(...allOf.map(checkOf));
  if (Array.isArray(anyOf)) checks.push(anyOfCheck(anyOf.map(checkOf)));
  if (Array.isArray(oneOf)) checks.push(oneOfCheck(oneOf.map(checkOf)));
  if (condition !== undefined)
    checks.push(conditionCheck(checkOf(condition), checkOf(consequence), checkOf(alternative)));
  return checks;
}

function anyOfCheck(branches: readonly Check[]): Check {
  return (value, budget, seen) => {
    let fits = false;
    for (const branch of branches) {
      fits = branch(value, budget, seen) === undefined || fits;
      // The others matter only to who asks what was looked at.
      if (fits && seen === undefined) break;
    }
    return fits ? undefined : misfit("Instance does not match any subschemas");
  };
}

function oneOfCheck(branches: readonly Check[]): Check {
  return (value, budget, seen) => {
    let fitting = 0;
    for (const branch of branches) if (branch(value, budget, seen) === undefined) fitting += 1;
    return fitting === 1 ? undefined : misfit(`Instance does not match exactly one subschema (${fitting} matches)`);
  };
}

function conditionCheck(condition: Check, consequence: Check, alternative: Check): Check {
  return (value, budget, seen) =>
    (condition(value, budget, seen) === undefined ? consequence : alternative)(value, budget, seen);
}
