import { isNumber } from "./exact-number.ts";
import { medianOf } from "./median.ts";
import { type Inputs, isItemList } from "./values.ts";

/** A successful run: how long it took, and its inputs that are one number each, by their ids; undefined where they were not read. */
export type EarlierRun = {
  readonly milliseconds: number;
  readonly numbers: Readonly<Record<string, number>> | undefined;
};

/** How long earlier runs of a process took, in milliseconds. */
export type UsualRun = {
  /** The median. */
  readonly usual: number;
  readonly shortest: number;
  readonly longest: number;
  /** Another run can be expected to take as long: they took about the same, and its numbers are within theirs. */
  readonly isAlike: boolean;
};

/** Runs that differ by less took about the same, in milliseconds. */
const leastSpread = 1000;

/** Tells how long a run with some inputs may take by the runs before it; undefined without one. */
export function usualRun(runs: readonly EarlierRun[], inputs: Inputs): UsualRun | undefined {
  const durations = runs.map(({ milliseconds }) => milliseconds);
  const usual = medianOf(durations);
  if (usual === undefined) return undefined;
  const [shortest, longest] = [Math.min(...durations), Math.max(...durations)];
  const isNarrow = longest <= 2 * shortest || longest - shortest < leastSpread;
  return { usual, shortest, longest, isAlike: isNarrow && isWithin(runs, numbersOf(inputs)) };
}

/** Gives the inputs that are one number each. */
function numbersOf(inputs: Inputs): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([id, given]): readonly (readonly [string, number])[] =>
      !isItemList(given) && given.kind === "value" && isNumber(given.value) ? [[id, Number(given.value)]] : [],
    ),
  );
}

/** A number that is given has runs with one as low and one as high; one that is left out was left out before. */
function isWithin(runs: readonly EarlierRun[], numbers: Readonly<Record<string, number>>): boolean {
  const known = runs.flatMap(({ numbers: one }) => (one === undefined ? [] : [one]));
  if (known.length === 0) return true;
  const ids = new Set([...Object.keys(numbers), ...known.flatMap((one) => Object.keys(one))]);
  return [...ids].every((id) => {
    const value = numbers[id];
    const values = known.flatMap((one) => one[id] ?? []);
    if (value === undefined) return values.length < known.length;
    return values.some((one) => one <= value) && values.some((one) => one >= value);
  });
}
