import { expect, test } from "bun:test";
import { joinSignals } from "../../../src/domain/waiting/joined-signal.ts";

test("a joined signal is aborted with the first of its signals, for its reason", () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const { signal } = joinSignals([one.signal, other.signal]);
  expect(signal.aborted).toBeFalse();
  other.abort("first");
  one.abort("second");
  expect([signal.aborted, signal.reason]).toEqual([true, "first"]);
});

test("a signal that is aborted already aborts the joined one at once", () => {
  expect(joinSignals([new AbortController().signal, AbortSignal.abort("before")]).signal.reason).toBe("before");
});

test("disposal and an abort let go of the signals", () => {
  const long = new AbortController();
  const added = new Set<unknown>();
  const { addEventListener, removeEventListener } = long.signal;
  long.signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    added.add(given[1]);
    addEventListener.apply(long.signal, given);
  };
  long.signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    added.delete(given[1]);
    removeEventListener.apply(long.signal, given);
  };
  joinSignals([long.signal])[Symbol.dispose]();
  expect(added.size).toBe(0);
  const short = new AbortController();
  joinSignals([long.signal, short.signal]);
  expect(added.size).toBe(1);
  short.abort();
  expect(added.size).toBe(0);
});
