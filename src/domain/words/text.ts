/** Takes the slashes from the end of a text, in as many steps as there are slashes. */
export function withoutEndSlashes(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === "/") end -= 1;
  return text.slice(0, end);
}

/** Tells whether text is base64, blanks aside. */
export function isBase64(text: string): boolean {
  const dense = text.replaceAll(/\s/g, "");
  return dense.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(dense);
}

/** Cuts keys of this service out of a text: one that somebody put in a wrong place is not told again. */
export function withoutKeys(text: string): string {
  return text.includes("hdl_") ? text.replaceAll(/hdl_[A-Za-z0-9]*_?[A-Za-z0-9]*/g, "hdl_***") : text;
}

/** Tells whether a text is one line that reads in the order in which it is written: no control characters, nothing that turns it round. */
export function isOneLine(text: string): boolean {
  return !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(text);
}
