/** How long, and how much at once, is remembered. */
export type Remembering = {
  elapsed(): number;
  readonly milliseconds: number;
  readonly maxRemembered: number;
};

/**
 * Makes a function that remembers for a short time what `read` gave for something, by the name that `nameOf` gives to it; absence, too.
 * Failures are not remembered.
 */
export function createRemembered<Value, Named = string>(
  { elapsed, milliseconds, maxRemembered }: Remembering,
  read: (named: Named) => Promise<Value>,
  nameOf: (named: Named) => string = String,
): (named: Named) => Promise<Value> {
  const known = new Map<string, { readonly value: Value; readonly until: number }>();
  return async (named) => {
    const name = nameOf(named);
    const now = elapsed();
    const one = known.get(name);
    if (one !== undefined && now < one.until) return one.value;
    const value = await read(named);
    if (known.size >= maxRemembered) known.clear();
    known.set(name, { value, until: now + milliseconds });
    return value;
  };
}
