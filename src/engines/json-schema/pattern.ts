import { RE2JS } from "re2js";
import { errorText } from "../../domain/problem.ts";
import { type SchemaBudget, spend, UnreadableSchema } from "./check.ts";
import { toLinearSyntax } from "./pattern-syntax.ts";

/** Tells whether a pattern is found somewhere in a text. What that costs is taken from the budget. */
export type PatternTest = (text: string, budget: SchemaBudget) => boolean;

/** Steps for making a pattern ready, each of them. */
const compileSteps = 2000;

/**
 * Makes a pattern of ECMA-262 ready to be looked for, in time that grows with the text and never explodes. Throws
 * UnreadableSchema for one that only an engine that tries and tries again could look for.
 */
export function patternTest(pattern: string, budget: SchemaBudget): PatternTest {
  spend(budget, compileSteps + pattern.length);
  const compiled = compilePattern(pattern);
  // At worst each letter is looked at once for each part of the pattern.
  const size = compiled.programSize();
  return (text, own) => {
    spend(own, 1 + Math.ceil((text.length * size) / 2));
    return compiled.test(text);
  };
}

/** Says why a pattern cannot be looked for; undefined when it can. */
export function patternFault(pattern: string): string | undefined {
  try {
    compilePattern(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof UnreadableSchema) return error.message;
    throw error;
  }
}

function compilePattern(pattern: string): RE2JS {
  const translated = toLinearSyntax(pattern);
  try {
    return RE2JS.compile(translated);
  } catch (cause) {
    const reason = /repeat count/.test(errorText(cause))
      ? "repetitions of more than 1000 in all"
      : "what cannot be looked for in one go";
    throw new UnreadableSchema(`found the pattern "${pattern.slice(0, 80)}", which has ${reason}`, { cause });
  }
}
