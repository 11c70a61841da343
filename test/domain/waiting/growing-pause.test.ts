import { expect, test } from "bun:test";
import { growingPause } from "../../../src/domain/waiting/growing-pause.ts";

test("Pauses double from a second to a minute, and begin anew after a success", () => {
  const pause = growingPause();
  expect(Array.from({ length: 8 }, () => pause.next())).toEqual([1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000]);
  pause.reset();
  expect(pause.next()).toBe(1000);
});
