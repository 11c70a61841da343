export type Clock = {
  /** The time of day in milliseconds since 1970 (UTC). It jumps when somebody sets it. */
  now(): number;
  /** Milliseconds since some moment before the program began. Nobody can set it: how long something takes is measured by it. */
  elapsed(): number;
};
