import { type AuditAction, auditActions, bySetting, withoutKey } from "../../domain/people/audit.ts";

/** The filters of the page, as they stand in its address; empty where nothing is asked. */
export type AuditView = Readonly<Record<"since" | "until" | "user" | "key" | "action" | "subject" | "outcome", string>>;

/** What was done, as people say it. */
const actionWords: Readonly<Record<AuditAction, string>> = {
  execute: "ran a process",
  dismiss: "cancelled a job",
  remove: "removed a job",
  retry: "tried a job again",
  read: "looked at a job of somebody else",
  share: "shared results",
  unshare: "took a share back",
  keep: "kept a job for good",
  release: "kept a job no longer",
  deploy: "deployed a process",
  replace: "replaced a process",
  patch: "changed what a process says, or who sees it",
  withdraw: "undeployed a revision",
  restore: "went back to a revision",
  undeploy: "undeployed a process",
  chown: "gave a process to another user",
  "add-provider": "added a provider",
  "change-provider": "changed what signs in to a provider",
  "remove-provider": "removed a provider",
  "create-key": "made a key",
  "revoke-key": "revoked a key",
  upload: "uploaded a file",
  "remove-upload": "removed an upload",
  "keep-notices": "said where they are told of their jobs",
  "remove-notices": "took back where they are told of their jobs",
  "sign-in": "signed in",
  "sign-out": "signed out",
  refuse: "sent a request that was refused",
  start: "started the service",
  stop: "stopped the service",
};

/** Words what was done; an action that is not known stays as it is. */
export function doneText(action: string): string {
  return isAction(action) ? actionWords[action] : action;
}

function isAction(action: string): action is AuditAction {
  return auditActions.some((one) => one === action);
}

/** Words what a line says that was done, or was tried: not what came of it. */
export function didText({ action, outcome }: Pick<Line, "action" | "outcome">): string {
  if (outcome === "refused" && action === "sign-in") return "tried to sign in";
  return action === "refuse" ? "sent a request" : doneText(action);
}

type Line = { readonly action: string; readonly subject: string; readonly outcome: string };

/** Words how it ended, and what a refusal means. */
export function outcomeText({ action, subject, outcome }: Line): string {
  if (outcome !== "refused") return action === "execute" && outcome === "done" ? "accepted" : outcome;
  if (action === "sign-in") return "refused";
  if (subject.startsWith("key ")) return "refused (401): no key that holds";
  if (action !== "refuse") return action === "remove" ? "refused: it is kept for good" : "refused: a job uses it";
  const { isBySetting, isWithoutKey } = refusedParts(subject);
  if (isWithoutKey) return "refused (401): no key";
  return isBySetting ? "refused: a setting does not allow it" : "refused (403): may not do that";
}

/** Reads a request that was refused, its route with … for what it names, and why where that is known. */
export function refusedParts(subject: string): {
  readonly request: string;
  readonly why?: string;
  readonly isBySetting: boolean;
  readonly isWithoutKey: boolean;
} {
  const at = subject.indexOf(": ");
  const [whole, why] = at < 0 ? [subject] : [subject.slice(0, at), subject.slice(at + 2)];
  const by = [bySetting, withoutKey].find((sign) => whole.endsWith(sign));
  const plain = by === undefined ? whole : whole.slice(0, -by.length);
  const request = plain.replaceAll(/:[A-Za-z]+(?=\/|$)/g, "…");
  const said = { isBySetting: by === bySetting, isWithoutKey: by === withoutKey };
  return { request, ...said, ...(why === undefined ? {} : { why }) };
}

/** Words which lines were looked for in vain. */
export function nothingText({ since, until, user, key, action, subject, outcome }: AuditView): string {
  const what = outcome === "refused" ? "refused" : outcome === "done" ? "done" : "done or refused";
  const parts = [
    `Nothing was ${what}`,
    ...(user === "" ? [] : [outcome === "refused" ? `to ${user}` : `by ${user}`]),
    ...(key === "" ? [] : [`with the key ${key}`]),
    ...(subject === "" ? [] : [`that is about ${subject}`]),
    ...(action === "" ? [] : [`of the kind “${doneText(action)}”`]),
    ...(since === "" && until === "" ? [] : ["in this time"]),
  ];
  return `${parts.join(" ")}.${hintText({ action, outcome })}`;
}

/** A request that was refused is told by what it wanted only where a job or an upload was to be removed that is kept or in use. */
function hintText({ action, outcome }: Pick<AuditView, "action" | "outcome">): string {
  if (outcome === "done" && action === "refuse") return " Each line of this kind is refused.";
  if (outcome !== "refused" || ["", "refuse", "sign-in"].includes(action)) return "";
  return ["remove", "remove-upload"].includes(action)
    ? " Found here is what was kept or in use; for who may not remove it, choose “all” for “Did what”."
    : " What a refused request wanted is no filter: choose “all” for “Did what” to see each of them.";
}
