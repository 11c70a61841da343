/** How far a part of a run is. */
export type Progress = {
  /** Says how far it is, 0 to 1; it never goes back. */
  report(fraction: number, message?: string): void;
  /** Divides it into equal parts; the whole is their mean. */
  divide(count: number): readonly Progress[];
};

/** Creates the progress of a whole run; `tell` hears of each change. */
export function createProgress(tell: (fraction: number, message?: string) => void): Progress {
  let reached = 0;
  const report = (fraction: number, message?: string) => {
    reached = Math.max(reached, Math.min(1, fraction));
    tell(reached, message);
  };
  return {
    report,
    divide: (count) => {
      let sum = 0;
      return Array.from({ length: count }, () => {
        let before = 0;
        return createProgress((fraction, message) => {
          sum += fraction - before;
          before = fraction;
          report(sum / count, message);
        });
      });
    },
  };
}
