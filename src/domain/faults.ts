import type * as v from "valibot";
import { isJsonObject, pointerToken } from "./json.ts";
import type { Fault } from "./problem.ts";

/** Longest rendering of a found value in a fault, in characters: enough to recognise it. */
const longestFound = 80;

/** Words a value for a fault: JSON, shortened. */
export function found(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= longestFound ? text : `${text.slice(0, longestFound)}...`;
}

/** Makes a fault: what was found at a JSON pointer, and what was wanted. */
export function fault(pointer: string, value: unknown, wanted: string): Fault {
  return { pointer, detail: `found ${found(value)}, wanted ${wanted}` };
}

/** Joins member names to a JSON pointer (RFC 6901). */
export function pointer(base: string, ...names: readonly (string | number)[]): string {
  return base + names.map((name) => `/${pointerToken(name)}`).join("");
}

function wanted(issue: v.BaseIssue<unknown>): string {
  // The library's own messages start so; ours say what is wanted.
  if (!issue.message.startsWith("Invalid ")) return issue.message;
  if (issue.type === "strict_object") return "no such member";
  return issue.expected ?? issue.message;
}

/** Words the issues of a schema as faults below a JSON pointer. */
export function issueFaults(issues: readonly v.BaseIssue<unknown>[], base = ""): readonly Fault[] {
  return issues.flatMap((issue) => {
    const deeper = issue.kind === "schema" && issue.type === "union" ? deepest(issue) : undefined;
    if (deeper !== undefined) return issueFaults(deeper, base + pathOf(issue));
    return [fault(base + pathOf(issue), valueAt(issue), wanted(issue))];
  });
}

/** A union whose branches failed below their root says more by the branch that came furthest. */
function deepest(issue: v.BaseIssue<unknown>): readonly v.BaseIssue<unknown>[] | undefined {
  return issue.issues?.some((inner) => inner.path !== undefined)
    ? issue.issues.filter((inner) => inner.path !== undefined)
    : undefined;
}

function pathOf(issue: v.BaseIssue<unknown>): string {
  return (issue.path ?? []).map((item) => `/${pointerToken(String(item.key))}`).join("");
}

function valueAt(issue: v.BaseIssue<unknown>): unknown {
  const last = issue.path?.at(-1);
  if (last === undefined) return issue.input;
  // For an unknown member the issue's input is its name; the value says more.
  return isJsonObject(last.input) ? last.input[String(last.key)] : issue.input;
}
