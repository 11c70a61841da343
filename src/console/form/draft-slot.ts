import {
  type Draft,
  type DraftsOf,
  hasSignedOutSince,
  type KeptDraft,
  keepDraftAs,
  newDraftKey,
  readDraft,
} from "../shared/drafts.ts";

/** The draft that a page writes. */
export type DraftSlot = {
  /** Reads what it wrote or took; undefined where there is nothing. */
  readonly read: () => KeptDraft | undefined;
  /** Writes it. Returns false where it is too long to be kept. */
  readonly write: (draft: Draft) => boolean;
  /** Goes on with another draft; the one before stays for itself. */
  readonly take: (draft: KeptDraft) => void;
  /** Writes a new one from now on. */
  readonly leave: () => void;
  readonly remove: () => void;
};

type Place = {
  readonly storage: Storage;
  readonly of: DraftsOf;
  /** By which names the tab keeps which draft is its own: the first says it. */
  readonly names: readonly string[];
};

/** Makes the place of a page's draft. What another tab changed or removed since is never written over: a new draft begins. */
export function createDraftSlot({ storage, of, names }: Place): DraftSlot {
  const openedAt = Date.now();
  let key = sessionStorage.getItem(names[0] ?? "") ?? undefined;
  let written = key === undefined ? undefined : readDraft(storage, key)?.text;
  const begin = (next: string | undefined) => {
    key = next;
    for (const name of names) {
      if (key === undefined) sessionStorage.removeItem(name);
      else sessionStorage.setItem(name, key);
    }
  };
  return {
    read: () => (key === undefined || written === undefined ? undefined : readDraft(storage, key)),
    write(draft) {
      if (hasSignedOutSince(of.path, openedAt)) return true;
      const isMine = key !== undefined && written !== undefined && storage.getItem(key) === written;
      const at = isMine && key !== undefined ? key : newDraftKey(of);
      const text = keepDraftAs(storage, at, draft);
      if (text === undefined) return false;
      written = text;
      begin(at);
      return true;
    },
    take(draft) {
      begin(storage.getItem(draft.key) === null ? undefined : draft.key);
      written = key === undefined ? undefined : draft.text;
      // What a stranger typed is kept anew, as that of who has signed in.
      if (key === undefined) sessionStorage.removeItem(draft.key);
    },
    leave: () => begin(undefined),
    remove() {
      if (key !== undefined) storage.removeItem(key);
      begin(undefined);
    },
  };
}
