import { expect, test } from "bun:test";
import { createFiguresTelling } from "../../../src/cwl/tool/tell-figures.ts";

test("figures are told when one of them has doubled, and not twice a minute", () => {
  const tell = createFiguresTelling();
  const figures = (cpuSeconds: number, mebibytes: number) => ({ cpuSeconds, peakMemoryBytes: mebibytes * 2 ** 20 });
  expect(tell(figures(0, 0), 0)).toBeUndefined();
  expect(tell(figures(2, 10), 15_000)).toBe("2 s of CPU time, 10 MiB of memory at most");
  expect(tell(figures(20, 100), 30_000)).toBeUndefined();
  expect(tell(figures(3, 11), 75_000)).toBeUndefined();
  expect(tell(figures(3, 20), 90_000)).toBe("3 s of CPU time, 20 MiB of memory at most");
});
