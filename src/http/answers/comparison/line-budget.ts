/** How many lines may still be gone through for an answer: each takes its time, in which nobody else is served. */
export type LineBudget = { left: number };

/** So many lines of both sides of a pair are gone through, and so many for one answer. */
const mostOfPair = 100_000;
const mostOfAnswer = 400_000;

/** Creates what one answer may go through. */
export function lineBudget(): LineBudget {
  return { left: mostOfAnswer };
}

/** Takes the lines of two texts off a budget; gives words why they are not gone through, where they are more than it has, or more than a pair may have. */
export function takeLines(budget: LineBudget, a: string, b: string): string | undefined {
  const [ofA, ofB] = [countLines(a), countLines(b)];
  const found = `A has ${ofA} lines, B has ${ofB}`;
  if (ofA + ofB > mostOfPair) return `${found}: only what has up to ${mostOfPair} together is compared inside.`;
  if (ofA + ofB > budget.left) return `${found}: one comparison goes through ${mostOfAnswer} lines at most.`;
  budget.left -= ofA + ofB;
  return undefined;
}

/** Lines end with a line feed, a carriage return, or both. */
function countLines(text: string): number {
  let count = 1;
  for (const _ of text.matchAll(/\r\n|[\r\n]/g)) count += 1;
  return count;
}
