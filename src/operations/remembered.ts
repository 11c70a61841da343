/** How long, and how much at once, is remembered. */
export type Remembering = {
  elapsed(): number;
  readonly milliseconds: number;
  readonly maxRemembered: number;
};

/** Makes a function that remembers for a short time what `read` gave for a name; absence, too. Failures are not remembered. */
export function createRemembered<Value>(
  { elapsed, milliseconds, maxRemembered }: Remembering,
  read: (name: string) => Promise<Value>,
): (name: string) => Promise<Value> {
  const known = new Map<string, { readonly value: Value; readonly until: number }>();
  return async (name) => {
    const now = elapsed();
    const one = known.get(name);
    if (one !== undefined && now < one.until) return one.value;
    const value = await read(name);
    if (known.size >= maxRemembered) known.clear();
    known.set(name, { value, until: now + milliseconds });
    return value;
  };
}
