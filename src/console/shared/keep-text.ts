/** Keeps a text by a name. Returns false where the browser has no room for it. */
export function keepText(storage: Storage, key: string, text: string): boolean {
  try {
    storage.setItem(key, text);
    return true;
  } catch (error) {
    if (error instanceof DOMException && error.name === "QuotaExceededError") return false;
    throw error;
  }
}

/** Reads JSON that was kept by a name; undefined where there is none, or what is there is none. */
export function readKeptJson(storage: Storage, key: string): unknown {
  const text = storage.getItem(key);
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    // Another version of this page may have kept it, in another form.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Tells whether a value is a list of texts. */
export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
