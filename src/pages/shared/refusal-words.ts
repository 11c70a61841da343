import { access, isInScope, mayDo, type Principal } from "../../domain/people/access.ts";

const shownPatterns = 5;

/** Says why somebody who has signed in may not execute a process: by what their key or role lacks, or by what the operator says of it. */
export function refusalWords(caller: Pick<Principal, "role" | "scope">, processId: string): string {
  const allowed: readonly string[] = access[caller.role];
  if (!allowed.includes("execute"))
    return `You are a ${caller.role} here: to run a process takes the role of a runner.`;
  if (!mayDo(caller, "execute")) return "The key that you signed in with is one for looking: it runs no process.";
  if (isInScope(caller, processId))
    return "Only some may run this process, by what the operator says. You are not among them.";
  return `Your key is only for ${patternWords(caller.scope?.processes ?? [])}.`;
}

/** Words the processes that a key is for, by its patterns: "the process river-levels". */
export function patternWords(patterns: readonly string[]): string {
  const named = patterns.slice(0, shownPatterns).join(", ");
  const more = patterns.length > shownPatterns ? " and others" : "";
  const isOne = patterns.length === 1 && !named.includes("*");
  return `the process${isOne ? "" : "es"} ${named || "none"}${more}`;
}
