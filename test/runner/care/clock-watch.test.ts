import { expect, test } from "bun:test";
import { silentLogger } from "../../../src/domain/logger.ts";
import { watchClock } from "../../../src/runner/care/clock-watch.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const hour = 60 * 60 * 1000;

test("a clock is steady while time passes, and while it is kept right by small steps", () => {
  const clock = fakeClock();
  const watch = watchClock({ clock, logger: silentLogger });
  for (let hours = 0; hours < 48; hours += 1) {
    clock.advance(hour);
    clock.jump(hours % 2 === 0 ? 1000 : -1000);
    expect(watch.isSteady()).toBe(true);
  }
});

for (const jump of [1000 * hour, -1000 * hour]) {
  test(`after a jump of ${jump / hour} hours a clock is not steady for a day, and says so once`, () => {
    const clock = fakeClock();
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (message: string) => warnings.push(message) };
    const watch = watchClock({ clock, logger });
    clock.jump(jump);
    for (let hours = 0; hours < 24; hours += 1) {
      expect(watch.isSteady()).toBe(false);
      clock.advance(hour);
    }
    expect(watch.isSteady()).toBe(true);
    expect(warnings.length).toBe(1);
  });
}
