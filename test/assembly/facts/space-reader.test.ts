import { expect, test } from "bun:test";
import { createSpaceReader } from "../../../src/assembly/facts/space-reader.ts";
import { silentLogger } from "../../../src/domain/logger.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const nothing = { areas: [], totalBytes: 0, isWhole: true, unread: 0, works: [] };
const isOutdated = async () => false;

test("files are measured when somebody asks, and again when that is a minute old", async () => {
  const clock = fakeClock();
  let times = 0;
  const read = createSpaceReader({
    clock,
    logger: silentLogger,
    isOutdated,
    measure: async () => {
      times += 1;
      return { ...nothing, totalBytes: times };
    },
  });
  expect((await read())?.totalBytes).toBe(1);
  const first = await read();
  expect(first).toMatchObject({ totalBytes: 1, measured: new Date(clock.now()).toISOString() });
  clock.advance(59_000);
  expect(await read()).toEqual(first);
  clock.advance(2000);
  expect((await read())?.totalBytes).toBe(2);
});

test("who asks does not wait for a large tree: one measurement goes on, and the last one is told meanwhile", async () => {
  const clock = fakeClock();
  const ends: (() => void)[] = [];
  let times = 0;
  const measure = async () => {
    times += 1;
    const totalBytes = times;
    const { promise, resolve } = Promise.withResolvers<void>();
    ends.push(resolve);
    await promise;
    return { ...nothing, totalBytes };
  };
  const read = createSpaceReader({ clock, logger: silentLogger, isOutdated, measure });
  expect(await Promise.all([read(), read()])).toEqual([undefined, undefined]);
  expect(times).toBe(1);
  clock.advance(30_000);
  ends[0]?.();
  expect((await read())?.totalBytes).toBe(1);
  // It took half a minute: the disk has five minutes of rest.
  clock.advance(299_000);
  expect([(await read())?.totalBytes, times]).toEqual([1, 1]);
  clock.advance(2000);
  expect((await read())?.totalBytes).toBe(1);
  expect(times).toBe(2);
  ends[1]?.();
  expect((await read())?.totalBytes).toBe(2);
});

test("a measurement that fails is told in the log, and the next one tried later", async () => {
  const clock = fakeClock();
  const told: string[] = [];
  let fails = true;
  const read = createSpaceReader({
    clock,
    logger: { warn: (message) => void told.push(message) },
    isOutdated,
    measure: async () => {
      if (fails) throw new Error("no");
      return nothing;
    },
  });
  expect([await read(), await read(), told.length]).toEqual([undefined, undefined, 1]);
  fails = false;
  clock.advance(61_000);
  expect(await read()).toMatchObject(nothing);
});

test("files are measured anew before their time when what was counted is gone, after a rest", async () => {
  const clock = fakeClock();
  let [times, isGone] = [0, false];
  const read = createSpaceReader({
    clock,
    logger: silentLogger,
    isOutdated: async () => isGone,
    measure: async () => {
      times += 1;
      clock.advance(100);
      return { ...nothing, totalBytes: times };
    },
  });
  expect((await read())?.totalBytes).toBe(1);
  clock.advance(500);
  expect((await read())?.totalBytes).toBe(1);
  isGone = true;
  expect((await read())?.totalBytes).toBe(1);
  clock.advance(600);
  expect((await Promise.all([read(), read()])).map((one) => one?.totalBytes)).toEqual([2, 2]);
});
