/** What the public test runner says of a suite. */
export type Outcome = {
  readonly passed: number;
  readonly failed: number;
  readonly unsupported: number;
  /** The tests that failed, by their names. */
  readonly failing: readonly string[];
};

/**
 * Reads what the runner wrote by its own closing line: its report says nothing of a test that should have failed and did
 * not. Undefined when it ended without one, or its exit code says otherwise.
 */
export function readOutcome(talk: string, exitCode: number): Outcome | undefined {
  const names = new Map([...talk.matchAll(/^Test \[(\d+)\/\d+\] ([^:\s]+)/gm)].map(([, at, name]) => [at, name]));
  const failing = [...talk.matchAll(/^Test (\d+) (?:failed|timed out)/gm)].map(([, at = ""]) => names.get(at) ?? at);
  const counts = countsOf(talk, names.size);
  if (counts === undefined || (exitCode === 0) !== (counts.failed === 0)) return undefined;
  return { ...counts, failing: [...new Set(failing)] };
}

function countsOf(talk: string, all: number): Omit<Outcome, "failing"> | undefined {
  if (/^All tests passed$/m.test(talk)) return { passed: all, failed: 0, unsupported: 0 };
  const closing = /^(\d+) tests passed(?:, (\d+) failures)?, (\d+) unsupported features$/m.exec(talk);
  if (closing === null) return undefined;
  return { passed: Number(closing[1]), failed: Number(closing[2] ?? 0), unsupported: Number(closing[3]) };
}
