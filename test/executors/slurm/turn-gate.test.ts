import { expect, test } from "bun:test";
import { createTurnGate } from "../../../src/executors/slurm/turn-gate.ts";

test("what is more than one turn may begin goes on in the turns after it, in its order", async () => {
  const gate = createTurnGate(2);
  const begun: number[] = [];
  const begin = async (number: number) => {
    await gate();
    begun.push(number);
  };
  const all = [1, 2, 3, 4, 5].map(begin);
  for (let round = 0; round < 10; round += 1) await Promise.resolve();
  expect(begun).toEqual([1, 2]);
  await Promise.all(all);
  expect(begun).toEqual([1, 2, 3, 4, 5]);
  await Bun.sleep(5);
  expect(gate()).toBeUndefined();
});
