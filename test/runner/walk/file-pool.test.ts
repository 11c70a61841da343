import { expect, test } from "bun:test";
import { silentLogger } from "../../../src/domain/logger.ts";
import { createCondition } from "../../../src/domain/waiting/condition.ts";
import { watchFilePool } from "../../../src/runner/walk/file-pool.ts";
import { until } from "../../support/jobs.ts";

test("A pool that answers nothing is told and stops claims, and is looked at by one look only; its answer ends that", async () => {
  const condition = createCondition();
  const looks: (() => void)[] = [];
  const look = () =>
    new Promise<void>((resolve) => {
      looks.push(resolve);
      // Those after the first are answered at once.
      if (looks.length > 1) resolve();
    });
  using pool = watchFilePool({ logger: silentLogger, condition, look, everyMilliseconds: 2 }, "/");
  await until("it is stuck", () => pool.isStuck());
  expect(looks.length).toBe(1);
  expect(condition.causes()).toEqual([expect.stringContaining("Cannot work with files")]);
  expect(condition.mayClaim()).toBe(false);
  looks[0]?.();
  await until("it is well", () => !pool.isStuck());
  expect([condition.causes(), condition.mayClaim()]).toEqual([[], true]);
});

test("A directory that cannot be looked at is an answer", async () => {
  const condition = createCondition();
  let looks = 0;
  const look = async () => {
    looks += 1;
    throw new Error("there is none");
  };
  using pool = watchFilePool({ logger: silentLogger, condition, look, everyMilliseconds: 2 }, "/");
  await until("it looked often", () => looks > 10);
  expect([pool.isStuck(), condition.causes()]).toEqual([false, []]);
});
