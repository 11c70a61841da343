import { expect, test } from "bun:test";
import { createAtOnce } from "../../../src/domain/waiting/at-once.ts";

test("no more than so much work is under way, in its order, and a failure hands its place on", async () => {
  const atOnce = createAtOnce(2);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const works = [0, 1, 2, 3, 4, 5].map((index) =>
    atOnce(async () => {
      begun.push(index);
      running += 1;
      most = Math.max(most, running);
      await Bun.sleep(5);
      running -= 1;
      if (index === 1) throw new Error("broken");
      return index;
    }),
  );
  const ends = await Promise.allSettled(works);
  expect(ends.map(({ status }) => status)).toEqual([
    ...(["fulfilled", "rejected", "fulfilled", "fulfilled", "fulfilled", "fulfilled"] as const),
  ]);
  expect([begun, most, running]).toEqual([[0, 1, 2, 3, 4, 5], 2, 0]);
});
