/** What the fields of a form held: texts by their names. */
export type DraftFields = readonly (readonly [string, readonly string[]])[];

/** What was typed in a form and not sent yet. */
export type Draft = {
  /** When it was typed last, in milliseconds since 1970. */
  readonly at: number;
  /** Of which version of its process the form was; empty where it is of none. */
  readonly revision: string;
  readonly fields: DraftFields;
};

/** A draft with the name that it is kept by, and the text that it is kept as. */
export type KeptDraft = Draft & { readonly key: string; readonly text: string };

/** Whose drafts of which form: another person who signs in with the same browser has others. */
export type DraftsOf = { readonly user: string; readonly path: string };

/** Drafts that a browser keeps for a site: older ones go first. */
const mostDrafts = 20;
const mostDays = 30;
/** A browser keeps some megabytes for a site. */
const mostCharacters = 500_000;
const mostInAll = 2_000_000;

const millisecondsOfDay = 86_400_000;
const prefix = "heddle-draft ";
const signedOut = "heddle-signed-out ";

/** Makes a name for a new draft, which no other tab has. */
export function newDraftKey({ user, path }: DraftsOf): string {
  const id = [...crypto.getRandomValues(new Uint32Array(2))].map((part) => part.toString(36)).join("");
  return `${prefix}${encodeURIComponent(user)} ${path} ${id}`;
}

/** Reads a draft by its name; undefined where it is not kept. */
export function readDraft(storage: Storage, key: string): KeptDraft | undefined {
  const text = storage.getItem(key);
  if (text === null) return undefined;
  const draft: Partial<Draft> | null = JSON.parse(text);
  const { at, revision = "", fields = [] } = draft ?? {};
  return typeof at === "number" ? { at, revision, fields, key, text } : undefined;
}

/** Lists the drafts of a form, the newest first; what is too old goes meanwhile. */
export function listDrafts(storage: Storage, { user, path }: DraftsOf, now: number): readonly KeptDraft[] {
  const start = `${prefix}${encodeURIComponent(user)} ${path} `;
  return within(storage, now, Number.POSITIVE_INFINITY).filter(({ key }) => key.startsWith(start));
}

/** Keeps a draft; older ones of any form go where it needs their room. Returns the text that is kept, undefined for one that is too long. */
export function keepDraftAs(storage: Storage, key: string, draft: Draft): string | undefined {
  const text = JSON.stringify(draft);
  if (text.length > mostCharacters) return undefined;
  const others = within(storage, draft.at, mostDrafts, key);
  let characters = text.length;
  for (const one of others) {
    characters += one.text.length;
    if (characters > mostInAll) storage.removeItem(one.key);
  }
  try {
    storage.setItem(key, text);
  } catch (error) {
    // A browser may have less room than that.
    if (error instanceof DOMException && error.name === "QuotaExceededError") return undefined;
    throw error;
  }
  return text;
}

/** Removes the drafts of all people of this browser, as one of them signs out, and those that other tabs would write afterwards. */
export function removeAllDrafts(basePath: string, now: number): void {
  for (const storage of [localStorage, sessionStorage]) {
    for (const key of keysOf(storage)) if (key.split(" ")[2]?.startsWith(`${basePath}/`)) storage.removeItem(key);
  }
  localStorage.setItem(signedOut + basePath, String(now));
}

/** Tells whether somebody signed out in this browser since then. */
export function hasSignedOutSince(path: string, at: number): boolean {
  return Object.keys(localStorage).some(
    (key) =>
      key.startsWith(signedOut) &&
      path.startsWith(`${key.slice(signedOut.length)}/`) &&
      Number(localStorage.getItem(key)) > at,
  );
}

function keysOf(storage: Storage): readonly string[] {
  return Object.keys(storage).filter((key) => key.startsWith(prefix));
}

/** Lists what is kept besides one draft, the newest first, and removes what is too old, too much, or no draft. */
function within(storage: Storage, now: number, most: number, besides?: string): readonly KeptDraft[] {
  const kept: KeptDraft[] = [];
  for (const key of keysOf(storage)) {
    if (key === besides) continue;
    const draft = readDraft(storage, key);
    if (draft === undefined || draft.at < now - mostDays * millisecondsOfDay) storage.removeItem(key);
    else kept.push(draft);
  }
  kept.sort((one, other) => other.at - one.at);
  for (const { key } of kept.slice(most - 1)) storage.removeItem(key);
  return kept.slice(0, most - 1);
}
