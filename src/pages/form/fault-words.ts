/** What is said of a form that was sent and is not right. */
export const faultWords = {
  wrong: "Nothing was run: this is not right yet.",
  /** Says how much of what was told is left, once fields were changed since. */
  left: (left: number, all: number) =>
    `Nothing was run. Of ${all} faults, ${left} ${left === 1 ? "is" : "are"} left. What was changed since is looked at when it is sent again.`,
  none: "Each field that was wrong was changed. Check or Run tells whether it is right now.",
} as const;
