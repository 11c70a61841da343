import type * as v from "valibot";
import { type Fault, Problem } from "./problem.ts";
import { ExactNumber, numberFault } from "./values/exact-number.ts";
import { isJsonObject, type Json, pointerToken } from "./values/json.ts";

/** Longest rendering of a found value in a fault, in characters: enough to recognise it. */
const longestFound = 80;

/** Words a value for a fault: JSON, shortened. What is left out is not looked at. */
export function found(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(beginningOf(value, { charactersLeft: longestFound })) ?? String(value);
  return text.length <= longestFound ? text : `${text.slice(0, longestFound)}...`;
}

/** What of a text is looked at for a password. */
const lookedAt = 4096;

/** Cuts passwords, and tokens of uploads, out of a URL: what was found wrong is repeated where others may read it. */
function withoutPassword(text: string): string {
  return text
    .slice(0, lookedAt)
    .replaceAll(/(\/\/[^/\s:@]*):[^/\s@]+@/g, "$1:***@")
    .replaceAll(/(vault:\/\/[\w-]+[/#]|\/vault\/[\w-]+\/)\w+/g, "$1***");
}

/** A value without what would stand after so many characters: at least as long as they are, when it was longer. */
function beginningOf(value: unknown, room: { charactersLeft: number }): unknown {
  if (typeof value === "string") {
    room.charactersLeft -= value.length + 2;
    return withoutPassword(value).slice(0, longestFound + 1);
  }
  if (typeof value !== "object" || value === null || value instanceof ExactNumber) {
    room.charactersLeft -= 1;
    return value;
  }
  room.charactersLeft -= 2;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) {
      if (room.charactersLeft < 0) break;
      items.push(beginningOf(item, room));
      room.charactersLeft -= 1;
    }
    return items;
  }
  const members: [string, unknown][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (room.charactersLeft < 0) break;
    room.charactersLeft -= name.length + 3;
    members.push([name.slice(0, longestFound + 1), beginningOf(member, room)]);
  }
  return Object.fromEntries(members);
}

/** The most faults that are told one by one: who sees so many knows where to look. */
const maxTold = 100;

/** Words faults as one text: the first ones, and how many more there are. */
export function faultsText(faults: readonly Fault[]): string {
  const told = faults.slice(0, maxTold).map((one) => `${one.pointer === "" ? "the body" : one.pointer}: ${one.detail}`);
  return [...told, ...(faults.length > maxTold ? [`and ${faults.length - maxTold} more`] : [])].join("; ");
}

/** Builds the refusal of a request with its faults. `action` reads "Cannot <action>". */
export function refusal(action: string, faults: readonly Fault[]): Problem {
  return new Problem("invalid-parameter-value", `Cannot ${action}: ${faultsText(faults)}`, {
    faults: faults.slice(0, maxTold),
  });
}

/** Builds a fault: what was found at a JSON pointer, and what was wanted. */
export function fault(pointer: string, value: unknown, wanted: string): Fault {
  return { pointer, detail: `found ${found(value)}, wanted ${wanted}` };
}

/** Finds the numbers of a value that nothing here can compute with: beyond a double, or of endless digits. */
export function numberFaults(value: Json, at: string): readonly Fault[] {
  if (value instanceof ExactNumber) {
    const wanted = numberFault(value);
    return wanted === undefined ? [] : [fault(at, value, wanted)];
  }
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => numberFaults(item, `${at}/${index}`));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => numberFaults(member, pointer(at, name)));
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
