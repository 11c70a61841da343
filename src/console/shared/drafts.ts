import { isTexts, keepText, readKeptJson } from "./keep-text.ts";

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
export type DraftsOf = { readonly owner: string; readonly path: string };

/** Whose drafts those of nobody in particular are. No name of a user is written like that. */
export const stranger = "@stranger";

/** Names whose drafts a form keeps: those of its user, of whoever uses this machine where nobody need sign in, or of a stranger. */
export function draftOwner({ user, drafts }: DOMStringMap): string {
  if (user !== undefined) return encodeURIComponent(user);
  return drafts === "browser" ? "@machine" : stranger;
}

/** Drafts that a browser keeps for a site: older ones go first. */
const mostDrafts = 20;
const mostDays = 30;
/** A browser keeps some megabytes for a site. */
const mostCharacters = 500_000;
const mostInAll = 2_000_000;

const millisecondsOfDay = 86_400_000;
const prefix = "heddle-draft ";
const signedOut = "heddle-signed-out ";

/** What else a tab keeps of forms: each name goes on with the owner and the path, as that of a draft does. */
export const tabNames = { own: "heddle-own", goesOn: "heddle-goes-on", before: "heddle-before" } as const;

/** Makes a name for a new draft, which no other tab has. */
export function newDraftKey({ owner, path }: DraftsOf): string {
  const id = [...crypto.getRandomValues(new Uint32Array(2))].map((part) => part.toString(36)).join("");
  return `${prefix}${owner} ${path} ${id}`;
}

/** Gives what of the name of a draft no other has: letters and digits. */
export function draftId(key: string): string {
  return key.split(" ")[3] ?? "";
}

/** Reads a draft by its name; undefined where it is not kept. What is no draft goes: another version of this page may have kept it. */
export function readDraft(storage: Storage, key: string): KeptDraft | undefined {
  const text = storage.getItem(key);
  if (text === null) return undefined;
  const draft = readKeptJson(storage, key);
  if (isDraft(draft)) return { at: draft.at, revision: draft.revision, fields: draft.fields, key, text };
  storage.removeItem(key);
  return undefined;
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== "object" || value === null) return false;
  if (!("at" in value && "revision" in value && "fields" in value)) return false;
  const { at, revision, fields } = value;
  const isTime = typeof at === "number" && !Number.isNaN(new Date(at).getTime());
  return isTime && typeof revision === "string" && Array.isArray(fields) && fields.every(isField);
}

function isField(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === "string" && isTexts(value[1]);
}

/** Lists the drafts of a form, the newest first; what is too old goes meanwhile. */
export function listDrafts(storage: Storage, { owner, path }: DraftsOf, now: number): readonly KeptDraft[] {
  const start = `${prefix}${owner} ${path} `;
  const own = within(storage, now, Number.POSITIVE_INFINITY).filter(({ key }) => key.startsWith(start));
  return own.flatMap(({ key }) => readDraft(storage, key) ?? []);
}

/** Keeps a draft; older ones of any form go where it needs their room. Returns the text that is kept, undefined for one that is too long. */
export function keepDraftAs(storage: Storage, key: string, { at, revision, fields }: Draft): string | undefined {
  // The time comes first: it is found without reading the rest.
  const text = JSON.stringify({ at, revision, fields });
  if (text.length > mostCharacters) return undefined;
  let characters = text.length;
  for (const other of within(storage, at, mostDrafts, key)) {
    characters += other.length;
    if (characters > mostInAll) storage.removeItem(other.key);
  }
  // A browser may have less room than that.
  return keepText(storage, key, text) ? text : undefined;
}

/** Drops a draft by what no other name has, of whomever it is. */
export function dropDraft(id: string): void {
  for (const storage of [localStorage, sessionStorage]) {
    for (const key of keysOf(storage)) if (draftId(key) === id) storage.removeItem(key);
  }
}

/**
 * Removes what was typed by all people of this browser, and the values of jobs that this tab keeps, as one of them signs out; and what
 * other tabs would write afterwards.
 */
export function removeAllDrafts(basePath: string, now: number): void {
  const names = new Set([prefix.trim(), ...Object.values(tabNames)]);
  for (const storage of [localStorage, sessionStorage]) {
    for (const key of Object.keys(storage)) {
      const [name = "", , path] = key.split(" ");
      if (names.has(name) && path?.startsWith(`${basePath}/`) === true) storage.removeItem(key);
    }
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

/** What is known of a draft without reading it: its time, and its characters. */
type Head = { readonly key: string; readonly at: number; readonly length: number };

/** Lists what is kept besides one draft, the newest first, and removes what is too old, too much, or no draft. */
function within(storage: Storage, now: number, most: number, besides?: string): readonly Head[] {
  const kept: Head[] = [];
  for (const key of keysOf(storage)) {
    if (key === besides) continue;
    const text = storage.getItem(key) ?? "";
    const at = Number(/^\{"at":(\d+),/.exec(text)?.[1]);
    if (at >= now - mostDays * millisecondsOfDay) kept.push({ key, at, length: text.length });
    else storage.removeItem(key);
  }
  kept.sort((one, other) => other.at - one.at);
  for (const { key } of kept.slice(most - 1)) storage.removeItem(key);
  return kept.slice(0, most - 1);
}
