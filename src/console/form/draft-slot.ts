import {
  type Draft,
  type DraftsOf,
  hasSignedOutSince,
  type KeptDraft,
  keepDraftAs,
  newDraftKey,
  readDraft,
} from "../shared/drafts.ts";

/** What became of a draft that was to be kept. */
export type Written = "kept" | "too-long" | "signed-out";

/** The draft that a page writes. */
export type DraftSlot = {
  /** Reads what it wrote or took; undefined where there is nothing. */
  readonly read: () => KeptDraft | undefined;
  /** Gives the name of what it wrote or took; undefined where there is nothing, or another tab changed it since. */
  readonly ownKey: () => string | undefined;
  /** Writes it. What is too long is not kept, and nothing is once somebody signed out in this browser. */
  readonly write: (draft: Draft) => Written;
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
  const ownKey = () =>
    key !== undefined && written !== undefined && storage.getItem(key) === written ? key : undefined;
  return {
    ownKey,
    read: () => (key === undefined || written === undefined ? undefined : readDraft(storage, key)),
    write(draft) {
      if (hasSignedOutSince(of.path, openedAt)) return "signed-out";
      const at = ownKey() ?? newDraftKey(of);
      const text = keepDraftAs(storage, at, draft);
      if (text === undefined) return "too-long";
      written = text;
      begin(at);
      return "kept";
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
