/** The current time in milliseconds since 1970 (UTC). */
export type Clock = { now(): number };
