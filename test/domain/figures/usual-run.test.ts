import { expect, test } from "bun:test";
import {
  type EarlierRun,
  type InputFacts,
  type Likeness,
  likenessOf,
  usualRun,
} from "../../../src/domain/figures/usual-run.ts";
import type { Inputs } from "../../../src/domain/values/values.ts";

const number = (value: number) => ({ kind: "value", value }) as const;
const run = (seconds: number, numbers?: EarlierRun["numbers"]): EarlierRun => ({
  milliseconds: seconds * 1000,
  numbers,
});

type Case = readonly [words: string, runs: readonly EarlierRun[], inputs: Inputs, isAlike: boolean];
const cases: readonly Case[] = [
  ["one run", [run(3, {})], {}, true],
  ["about the same", [run(3, {}), run(6, {})], {}, true],
  ["a longest more than twice the shortest", [run(3, {}), run(6.1, {})], {}, false],
  ["less than a second apart", [run(0.1, {}), run(1, {})], {}, true],
  ["a number within", [run(3, { hours: 5 }), run(3, { hours: 9 })], { hours: number(7) }, true],
  ["the same number", [run(3, { hours: 5 })], { hours: number(5) }, true],
  ["a number above", [run(3, { hours: 5 }), run(3, { hours: 9 })], { hours: number(120) }, false],
  ["a number below", [run(3, { hours: 5 })], { hours: number(4.9) }, false],
  ["a number that nobody gave", [run(3, {})], { hours: number(5) }, false],
  ["a number that all gave is left out", [run(3, { hours: 5 })], {}, false],
  ["a number that some gave is left out", [run(3, { hours: 5 }), run(3, {})], {}, true],
  ["a list of numbers says nothing", [run(3, {})], { hours: [number(5)] }, true],
  ["inputs that were not read", [run(3)], { hours: number(5) }, true],
];

test.each(cases)(
  "runs before a job tell when it is done, or only from when to when: %s",
  (_, runs, inputs, isAlike) => {
    expect(usualRun(runs, inputs)?.isAlike).toBe(isAlike);
  },
);

test("the range and the middle of runs are told; nothing without one", () => {
  expect(usualRun([run(12, {}), run(3, {}), run(4, {})], {})).toEqual({
    usual: 4000,
    shortest: 3000,
    longest: 12_000,
    isAlike: false,
  });
  expect(usualRun([], {})).toBeUndefined();
});

const upload = (id: string) => JSON.stringify({ kind: "reference", href: `vault://${id}`, name: "a.tif" });
const of = (others: InputFacts["others"], uploadBytes?: number): EarlierRun => ({
  ...run(3, {}),
  ...(others === undefined ? {} : { others }),
  ...(uploadBytes === undefined ? {} : { uploadBytes }),
});
const likenesses: readonly (readonly [string, readonly EarlierRun[], InputFacts, Likeness])[] = [
  ["nothing was given", [of({})], { others: {} }, "same"],
  ["the same text", [of({ t: "a" }), of({ t: "b" })], { others: { t: "a" } }, "same"],
  ["another text", [of({ t: "a" }), of({ t: "b" })], { others: { t: "c" } }, "other"],
  ["a text that nobody gave", [of({})], { others: { t: "a" } }, "other"],
  ["a text that all gave is left out", [of({ t: "a" })], { others: {} }, "other"],
  ["a text that some gave is left out", [of({ t: "a" }), of({})], { others: {} }, "same"],
  ["a longer list", [of({ l: "[1]" })], { others: { l: "[1,2]" } }, "other"],
  ["inputs that were not read", [of({})], {}, "unknown"],
  ["runs of which none was read", [of(undefined)], { others: {} }, "unknown"],
  ["another upload, as large", [of({ f: upload("1") }, 100)], { others: { f: upload("2") }, uploadBytes: 150 }, "same"],
  ["a larger upload", [of({ f: upload("1") }, 100)], { others: { f: upload("2") }, uploadBytes: 201 }, "other"],
  ["a smaller upload", [of({ f: upload("1") }, 100)], { others: { f: upload("2") }, uploadBytes: 49 }, "other"],
  ["an upload that is gone", [of({ f: upload("1") })], { others: { f: upload("2") }, uploadBytes: 9 }, "unknown"],
  [
    "a larger upload than the one that is not gone",
    [of({ f: upload("1") }, 1), of({ f: upload("0") })],
    { others: { f: upload("2") }, uploadBytes: 9 },
    "unknown",
  ],
  ["an upload where there was an address", [of({ f: '"x"' })], { others: { f: upload("2") }, uploadBytes: 9 }, "other"],
];

test.each(likenesses)(
  "inputs are like those of runs before, others, or it is not known: %s",
  (_, runs, facts, likeness) => {
    expect(likenessOf(runs, facts)).toBe(likeness);
  },
);
