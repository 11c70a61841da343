import type { Clock } from "../../src/domain/clock.ts";

/** The clock of this machine. */
export const realClock: Clock = { now: () => Date.now(), elapsed: () => performance.now() };
