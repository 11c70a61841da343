import { describe, expect, test } from "bun:test";
import {
  addAll,
  addNumbers,
  addStored,
  blockSize,
  eachMember,
  emptySet,
  has,
  hasAny,
  isEmpty,
  keepCommon,
  keepWhere,
  membersInOrder,
  type NumberSet,
  removeNumbers,
  removeRange,
  storedForm,
} from "../../src/store/job-index/number-sets.ts";

const block = 3;
const first = block * blockSize;

/** Numbers of the block that are spread by so much. */
function spread(by: number): readonly number[] {
  return Array.from({ length: Math.ceil(blockSize / by) }, (_, at) => first + at * by);
}

function setOf(numbers: Iterable<number>, blocks = 1): NumberSet {
  const set = emptySet(block, blocks);
  addNumbers(set, numbers);
  return set;
}

function membersOf(set: NumberSet): readonly number[] {
  const members: number[] = [];
  eachMember(set, (number) => members.push(number));
  return members;
}

describe("a set of numbers", () => {
  test.each([
    ["one number", [first + 31]],
    ["few numbers, as a list", spread(100)],
    ["as many as are listed at most", spread(16).slice(0, 511)],
    ["one more", spread(16)],
    ["half of them, as bits", spread(2)],
    ["all of them", spread(1)],
  ])("of %s is what was stored", (_, numbers) => {
    const stored = storedForm(setOf(numbers));
    expect(stored?.byteLength).toBe(Math.min(numbers.length * 2, blockSize / 8));
    // Two blocks, since what is stored is added at its place.
    const read = emptySet(block - 1, 2);
    addStored(read, block, stored?.slice().buffer ?? new ArrayBuffer());
    expect(membersOf(read)).toEqual([...numbers]);
  });

  test("without members is not stored", () => {
    expect(storedForm(emptySet(block))).toBeUndefined();
    expect(isEmpty(emptySet(block))).toBeTrue();
  });

  test("is joined and cut like any set", () => {
    const [threes, fives] = [new Set(spread(3)), new Set(spread(5))];
    const both = setOf(threes);
    keepCommon(both, setOf(fives));
    expect(new Set(membersOf(both))).toEqual(threes.intersection(fives));
    const either = setOf(threes);
    addAll(either, setOf(fives));
    expect(new Set(membersOf(either))).toEqual(threes.union(fives));
    const rest = setOf(threes);
    removeNumbers(rest, [...fives, 0, first - 1, first + blockSize]);
    expect(new Set(membersOf(rest))).toEqual(threes.difference(fives));
  });

  test.each([
    [first, first],
    [first + 3, first + 40],
    [first + 32, first + 63],
    [first + 5, first + 300],
    [0, first + 64],
    [first + 8000, first + 2 * blockSize],
    [first + 9, first + 8],
  ])("loses the numbers from %d to %d", (least, most) => {
    const set = setOf(spread(1));
    removeRange(set, least, most);
    expect(membersOf(set)).toEqual(spread(1).filter((number) => number < least || number > most));
  });

  test("gives its members from either end, so many at most", () => {
    const set = setOf(spread(7), 2);
    expect(membersInOrder(set, false, 20)).toEqual(spread(7).slice(0, 20));
    expect(membersInOrder(set, true, 20)).toEqual(spread(7).toReversed().slice(0, 20));
    expect(membersInOrder(set, true, 20_000)).toEqual(spread(7).toReversed());
  });

  test("keeps what something holds of, in a part of it", () => {
    const set = setOf(spread(1));
    keepWhere(set, (number) => number % 3 === 0, first + 32, first + 96);
    const isKept = (number: number) => number < first + 32 || number >= first + 96 || number % 3 === 0;
    expect(membersOf(set)).toEqual(spread(1).filter(isKept));
  });

  test("tells of what it has", () => {
    const set = setOf([first + 100]);
    expect([has(set, first + 100), has(set, first + 99)]).toEqual([true, false]);
    expect(hasAny(set, first + 96, first + 128)).toBeTrue();
    expect(hasAny(set, first, first + 96)).toBeFalse();
  });
});
