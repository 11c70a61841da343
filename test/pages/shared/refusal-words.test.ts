import { expect, test } from "bun:test";
import { overseer, type Principal } from "../../../src/domain/people/access.ts";
import { refusalWords } from "../../../src/pages/shared/refusal-words.ts";

const cases: readonly (readonly [string, Principal, string])[] = [
  ["a viewer", { role: "viewer" }, "You are a viewer here: to run a process takes the role of a runner."],
  [
    "a key that is held to reading",
    { role: overseer.role, scope: { actions: overseer.actions } },
    "The key that you signed in with is one for looking: it runs no process.",
  ],
  [
    "a key for one process",
    { role: "runner", scope: { processes: ["tiles"] } },
    "Your key is only for the process tiles.",
  ],
  [
    "a key for many processes",
    { role: "runner", scope: { processes: ["a", "b*", "c", "d", "e", "f"] } },
    "Your key is only for the processes a, b*, c, d, e and others.",
  ],
  ["a key for none", { role: "runner", scope: { processes: [] } }, "Your key is only for the processes none."],
  [
    "whom the operator did not name",
    { role: "runner", rights: [] },
    "Only some may run this process, by what the operator says. You are not among them.",
  ],
];

test.each(cases)("%s is told why the process cannot be run", (_who, caller, words) => {
  expect(refusalWords(caller, "slow")).toBe(words);
});
