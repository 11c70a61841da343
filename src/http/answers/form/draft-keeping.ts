import { defined } from "../../../domain/defined.ts";
import type { DraftKeeping } from "../../../domain/documents/draft-keeping.ts";
import type { Principal } from "../../../domain/people/access.ts";
import { sentName } from "../../../pages/form/field.ts";

/**
 * Tells how a browser keeps what somebody types: under the name of who has signed in, and where nobody need sign in, for the user of
 * this machine. Strangers may be anybody: theirs go with the tab.
 */
export function draftKeeping(caller: Principal | undefined): DraftKeeping {
  const isKnown = caller?.user !== undefined || caller?.role === "admin";
  return { drafts: isKnown ? "browser" : "tab", ...defined({ user: caller?.user }) };
}

/** Gives what the address of the page that a form leads to says of the draft that was sent; empty where a browser kept none. */
export function sentQuery(draft: string): string {
  return /^[a-z\d]{1,20}$/.test(draft) ? `&${sentName}=${draft}` : "";
}
