import { mayDo, type Principal } from "../../../domain/people/access.ts";
import type { Notices } from "../../../domain/people/notices.ts";
import { mailReach, type NoticesDeps, readOwnNotices } from "../../../operations/people/notices.ts";
import type { NoticesView } from "../../../pages/people/notices.tsx";

/** What was typed into the form of notices and could not be kept, with what is wrong. */
export type TypedNotices = { readonly typed: Notices; readonly faults: NoticesView["faults"] };

/** What is ticked before anything is kept: the ends of jobs. */
const usualEvents = ["success", "failed"] as const;

/**
 * Builds what the page of the account shows of notices; undefined for who may run nothing. The address stands there whole: the page
 * is its owner's alone, is kept by no cache, and the form must be able to change it.
 */
export async function noticesView(
  deps: NoticesDeps,
  caller: Principal | undefined,
  again?: TypedNotices,
): Promise<NoticesView | undefined> {
  if (caller === undefined || !mayDo(caller, "execute")) return undefined;
  const kept = await readOwnNotices(deps, caller);
  const lacks = caller.user === undefined ? "user" : caller.scope === undefined ? undefined : "whole-key";
  const { address, events } = again?.typed ?? kept ?? { address: "", events: usualEvents };
  const [wrong] = kept?.faults ?? [];
  return {
    ...mailReach(deps, caller),
    seesSystem: mayDo(caller, "read-system"),
    ...(lacks === undefined ? {} : { lacks }),
    ...{ address, events },
    isKept: kept !== undefined,
    faults: again?.faults ?? (wrong === undefined ? {} : { address: wrong.detail }),
  };
}
