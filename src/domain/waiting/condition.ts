/** What keeps the service from its work, by who noticed it. Readiness tells it. */
export type Condition = {
  /** Notes what is wrong, or with `undefined` that it is over. With `stopsClaims` no job is claimed until then. */
  report(about: string, cause: string | undefined, options?: { readonly stopsClaims?: boolean }): void;
  /** Sentences, the oldest first; empty when all is well. */
  causes(): readonly string[];
  mayClaim(): boolean;
};

/** Creates a condition in which all is well. `onChange` is told of each change with the sentences of then. */
export function createCondition(onChange: (causes: readonly string[]) => void = () => {}): Condition {
  const faults = new Map<string, { readonly cause: string; readonly stopsClaims: boolean }>();
  const causes = () => [...faults.values()].map(({ cause }) => cause);
  return {
    report(about, cause, { stopsClaims = false } = {}) {
      if (faults.get(about)?.cause === cause) return;
      if (cause === undefined) faults.delete(about);
      else faults.set(about, { cause, stopsClaims });
      onChange(causes());
    },
    causes,
    mayClaim: () => [...faults.values()].every(({ stopsClaims }) => !stopsClaims),
  };
}
