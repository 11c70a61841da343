import { isNumber } from "../values/exact-number.ts";
import { type Inputs, isItemList } from "../values/values.ts";
import { medianOf } from "./median.ts";

/** What is known of the inputs of a run that are no numbers. */
export type InputFacts = {
  /** Each as its JSON, by its id; undefined where they were not read. */
  readonly others?: Readonly<Record<string, string>>;
  /** How large its uploads are together, in bytes; undefined without one, and when one of them is gone. */
  readonly uploadBytes?: number;
};

/** A successful run: how long it took, and its inputs that are one number each, by their ids; undefined where they were not read. */
export type EarlierRun = InputFacts & {
  readonly milliseconds: number;
  readonly numbers: Readonly<Record<string, number>> | undefined;
};

/** Whether runs before had inputs like those of another one, as far as that is known. */
export type Likeness = "same" | "other" | "unknown";

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

/** Uploads are alike when one is at most so many times as large as the other. */
const mostTimes = 2;

/**
 * Tells whether the inputs of a run that are no numbers are like those of the runs before: each one was given before with the same value,
 * and uploads are about as large together as those of a run before.
 */
export function likenessOf(runs: readonly EarlierRun[], facts: InputFacts): Likeness {
  const known = runs.flatMap(({ others }) => (others === undefined ? [] : [others]));
  if (facts.others === undefined || known.length === 0) return "unknown";
  const others = facts.others;
  const ids = new Set([...Object.keys(others), ...known.flatMap((one) => Object.keys(one))]);
  const isAlike = [...ids].every((id) => {
    const values = known.map((one) => one[id]);
    return isUpload(others[id]) ? values.some(isUpload) : values.includes(others[id]);
  });
  if (!isAlike) return "other";
  return Object.values(others).some(isUpload) ? likenessOfUploads(runs, facts) : "same";
}

function likenessOfUploads(runs: readonly EarlierRun[], { uploadBytes: size }: InputFacts): Likeness {
  const sizes = runs.flatMap(({ uploadBytes }) => uploadBytes ?? []);
  if (size === undefined || sizes.length === 0) return "unknown";
  const isNear = (one: number) => Math.max(one, size) <= mostTimes * Math.min(one, size);
  if (sizes.some(isNear)) return "same";
  return sizes.length === runs.length ? "other" : "unknown";
}

/** The address of an upload says nothing of what is in it. */
function isUpload(json: string | undefined): boolean {
  return json?.includes('"href":"vault://') === true;
}
