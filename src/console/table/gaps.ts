/** Where a value stands on the axis, and what it is; null where there is none. */
type Point = readonly [at: number, value: number | null];

const daySeconds = 86_400;

/** Months and years are not of one length: so much a step may differ from the usual one. */
const tolerance = 0.12;

/** Tells whether all places on an axis of seconds since 1970 are whole days of UTC. */
export function areDays(points: readonly Point[]): boolean {
  return points.length > 0 && points.every(([at]) => at % daySeconds === 0);
}

/**
 * Adds a point without a value to each gap of a series that is in order: where more than one usual step lies between two points, a
 * line would say what nobody measured. What has no usual step (two thirds of the steps are about as long) stays as it is.
 */
export function withGaps(points: readonly Point[]): readonly Point[] {
  const usual = usualStep(points);
  if (usual === undefined) return points;
  return points.flatMap((point, index): readonly Point[] => {
    const next = points[index + 1];
    const isGap = next !== undefined && next[0] - point[0] > usual * 1.5;
    return isGap ? [point, [point[0] + usual, null]] : [point];
  });
}

function usualStep(points: readonly Point[]): number | undefined {
  const steps = points.slice(1).flatMap(([at], index) => {
    const step = at - (points[index]?.[0] ?? at);
    return step > 0 ? [step] : [];
  });
  const middle = steps.toSorted((one, other) => one - other)[Math.floor((steps.length - 1) / 2)];
  if (middle === undefined || steps.length < 2) return undefined;
  const alike = steps.filter((step) => Math.abs(step - middle) <= middle * tolerance);
  return alike.length * 3 >= steps.length * 2 ? middle : undefined;
}
