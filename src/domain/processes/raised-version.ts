/** Raises the first number of a version, for what may not take what the last one took. */
export function raisedAtFront(version: string): string {
  const [whole, before = "", first, rest = ""] = /^(\D{0,8})(\d{1,9})((?:\.\d{1,9})*)/.exec(version) ?? [];
  if (whole === undefined || first === undefined) return `${version}.1`;
  return `${before}${Number(first) + 1}${rest.replaceAll(/\d+/g, "0")}`;
}

/** Raises the second number of a version, for what takes more than the last one took; where there is only one, adds it. */
export function raisedInMiddle(version: string): string {
  const [, before = "", first, second, rest = ""] =
    /^(\D{0,8})(\d{1,9})(?:\.(\d{1,9})((?:\.\d{1,9})*))?$/.exec(version) ?? [];
  if (first === undefined) return raisedAtEnd(version);
  if (second === undefined) return `${before}${first}.1`;
  return `${before}${first}.${Number(second) + 1}${rest.replaceAll(/\d+/g, "0")}`;
}

/** Raises the last number of a version, for a repair. */
export function raisedAtEnd(version: string): string {
  const [, before, last, after = ""] = /^(.*?)(\d{1,9})(\D*)$/s.exec(version) ?? [];
  return last === undefined ? `${version}.1` : `${before}${Number(last) + 1}${after}`;
}
