import type { Clock } from "../../src/domain/waiting/clock.ts";

/** The clock of this machine. */
export const realClock: Clock = { now: () => Date.now(), elapsed: () => performance.now() };
