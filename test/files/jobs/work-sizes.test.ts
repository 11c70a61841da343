import { expect, test } from "bun:test";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { measureSpace } from "../../../src/files/disk/measure-space.ts";
import { createWorkSizes } from "../../../src/files/jobs/work-sizes.ts";
import { createLayout } from "../../../src/files/layout.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { makeDeepDirectory } from "../deep-directory.ts";

test("the size of a work directory is told as it was measured at most five seconds ago", async () => {
  await using directory = await temporaryDirectory();
  const layout = createLayout(directory.path);
  const clock = fakeClock();
  const sizes = createWorkSizes(layout, clock);
  const area = join(layout.workDirectory, "e1/tasks/step");
  await mkdir(area, { recursive: true });
  await writeFile(join(area, "big"), Buffer.alloc(1_000_000, 1));
  const first = await sizes.read("e1");
  expect(first).toMatchObject({ isWhole: true, measured: clock.now() });
  expect(first?.bytes).toBeGreaterThanOrEqual(1_000_000);
  await writeFile(join(area, "more"), Buffer.alloc(2_000_000, 1));
  expect(await sizes.read("e1")).toEqual(first);
  clock.advance(5000);
  expect((await sizes.read("e1"))?.bytes).toBeGreaterThanOrEqual(3_000_000);
  await rm(join(layout.workDirectory, "e1"), { recursive: true });
  clock.advance(5000);
  expect(await sizes.read("e1")).toMatchObject({ bytes: 0 });
  expect(await sizes.read("e2")).toMatchObject({ bytes: 0 });
});

test("directories deeper than a path may be long are no fault of who asks", async () => {
  await using directory = await temporaryDirectory();
  const layout = createLayout(directory.path);
  const area = join(layout.workDirectory, "e1/tasks");
  await mkdir(area, { recursive: true });
  makeDeepDirectory(area, 40, 10);
  const sizes = createWorkSizes(layout, fakeClock());
  expect(await sizes.read("e1")).toBeUndefined();
  const space = await measureSpace(layout);
  expect([space.isWhole, space.unread]).toEqual([true, 1]);
});
