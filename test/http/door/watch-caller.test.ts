import { expect, test } from "bun:test";
import { silentLogger } from "../../../src/domain/logger.ts";
import { Problem } from "../../../src/domain/problem.ts";
import { createCallerWatch } from "../../../src/http/door/watch-caller.ts";
import type { Caller, Credentials } from "../../../src/operations/people/authenticate.ts";

const known = (user: string): Caller => ({ kind: "known", principal: { role: "viewer", user } });

/** Waits for the end of a signal. */
function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

test("callers are asked for together, each key once, and only those who changed are told", async () => {
  const keys = new Map<string | undefined, Caller>([
    ["one", known("ada")],
    ["two", known("bob")],
    ["three", known("eve")],
  ]);
  const asked: (string | undefined)[] = [];
  const authenticate = async ({ authorization: key }: Credentials): Promise<Caller> => {
    asked.push(key);
    const caller = keys.get(key);
    if (caller === undefined) throw new Problem("unauthorized", "no such key");
    return caller;
  };
  const watchCaller = createCallerWatch({ authenticate, logger: silentLogger });
  using first = watchCaller({ authorization: "one" }, known("ada"));
  using second = watchCaller({ authorization: "one" }, known("ada"));
  using kept = watchCaller({ authorization: "two" }, known("bob"));
  using other = watchCaller({ authorization: "three" }, known("eve"));
  keys.delete("one");
  keys.set("three", known("mallory"));
  await Promise.all([first, second, other].map(({ signal }) => ended(signal)));
  expect(asked.toSorted()).toEqual(["one", "three", "two"]);
  expect(kept.signal.aborted).toBe(false);
});
