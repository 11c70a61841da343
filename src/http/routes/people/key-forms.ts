import * as v from "valibot";
import { defined } from "../../../domain/defined.ts";
import { mayDo, overseer } from "../../../domain/people/access.ts";
import { Problem } from "../../../domain/problem.ts";
import { matchesPattern } from "../../../domain/values/pattern.ts";
import type { Clock } from "../../../domain/waiting/clock.ts";
import { nearNames } from "../../../domain/words/near-names.ts";
import type { KeyDeps } from "../../../operations/people/manage-keys.ts";
import {
  giveKey,
  type KeySummary,
  listKeysFor,
  readWantedKey,
  takeKeyBack,
} from "../../../operations/people/manage-keys.ts";
import { readOwners } from "../../../operations/processes/own-processes.ts";
import { type KeyListView, purposeOf, roleText } from "../../../pages/people/keys.tsx";
import { askFirst, isConfirmed } from "../../answers/ask-first.ts";
import { seeOther } from "../../answers/document-response.ts";
import { formType, readOwnForm } from "../../answers/form/process-form.ts";
import type { BodyLimits } from "../../request/read-body.ts";
import { principalOf, type Route, type RouteContext } from "../../route.ts";

const text = v.optional(v.string());
const FormSchema = v.object({
  user: v.string(),
  role: v.string(),
  expires: text,
  label: text,
  processes: text,
  service: text,
  once: text,
  insists: text,
  actions: v.optional(v.union([v.string(), v.array(v.string())])),
});

/** Shows the list of keys as a page, with what happened before. */
export type ShowKeys = (context: RouteContext, view: KeyListView) => Promise<Response>;

/** Lists the routes that the forms of the page of keys send to. */
export function keyFormRoutes(deps: KeyRouteDeps, showKeys: ShowKeys): readonly Route[] {
  const sent = createSentForms();
  return [
    {
      method: "POST",
      path: "/_/keys/form",
      about: {
        summary: "Create a key, by the form of the page of keys",
        tag: "pages",
        answers: {
          200: { about: "The page with the key, which is told this once", content: { mediaType: "text/html" } },
        },
        problems: [413, 415],
      },
      body: { mediaTypes: [formType], schema: FormSchema },
      async handle(context) {
        const form = await readOwnForm(deps, context);
        const typed = { ...Object.fromEntries(form), actions: form.getAll("actions").join() };
        const once = form.get("once")?.slice(0, 100) ?? null;
        try {
          if (once !== null && !sent.claim(once)) return await showKeys(context, { fault: sentBefore });
          const wanted = wantedKey(form);
          readWantedKey(wanted, deps.clock.now(), labelOf);
          if (form.get("insists") !== "true") await requireProcesses(deps, wanted.processes);
          const { key, text } = await giveKey(deps, principalOf(context), wanted, labelOf);
          return await showKeys(context, { made: { id: key.id, text } });
        } catch (error) {
          if (once !== null) sent.forget(once);
          if (!(error instanceof Problem) || error.kind !== "invalid-parameter-value") throw error;
          return showKeys(context, { fault: error.message, typed, ...wrongOf(error) });
        }
      },
    },
    {
      method: "POST",
      path: "/_/keys/:keyId/revoke-form",
      about: {
        summary: "Revoke a key, by a button of the page of keys",
        tag: "pages",
        answers: { 303: { about: "Revoked; Location is the page of keys" } },
        problems: [413, 415],
      },
      body: { mediaTypes: [formType], schema: v.object({ confirmed: text }) },
      async handle(context) {
        const form = await readOwnForm(deps, context);
        const keyId = context.param("keyId");
        // Who may not is told so, not asked.
        if (!isConfirmed(form) && mayDo(principalOf(context), "manage-keys")) {
          return askToRevoke(deps, context, keyId);
        }
        await takeKeyBack(deps, principalOf(context), keyId);
        return seeOther(`${context.baseUrl}/_/keys`, "key-revoked");
      },
    },
  ];
}

/** What the fields are called by those who fill in the form. */
const labels: Readonly<Record<string, string>> = {
  expires: "Ends",
  label: "What it is for",
  processes: "Processes",
  actions: "All that it may do",
};

function labelOf(member: string): string {
  return labels[member] ?? member;
}

/** Checks that there is a process for each pattern of a key: nobody wants a key that can run nothing. Throws `invalid-parameter-value`. */
async function requireProcesses(deps: KeyRouteDeps, patterns: readonly string[] = []): Promise<void> {
  const ids = (await readOwners(deps)).map(({ id }) => id);
  const unknown = patterns.filter((pattern) => !ids.some((id) => matchesPattern(pattern, id)));
  if (unknown.length === 0) return;
  const near = [...new Set(unknown.flatMap((pattern) => nearNames(pattern, ids)))].slice(0, 5);
  const wanted = near.length === 0 ? "ids of processes that are deployed here" : `another, such as ${near.join(", ")}`;
  const shown = unknown.slice(0, 5).map((one) => JSON.stringify(one.slice(0, 200)));
  const detail = `found no process for ${shown.join(", ")}, wanted ${wanted}`;
  const faults = [{ pointer: unknownPointer, detail }];
  throw new Problem("invalid-parameter-value", `No key was made: ${detail}`, { faults });
}

/** Names a process that is not there: who means it can say so. */
const unknownPointer = "/processes/unknown";

/** Tells which field of the form is wrong. */
function wrongOf({ faults }: Problem): Pick<KeyListView, "wrong" | "mayInsist"> {
  const [fault] = faults;
  if (fault === undefined) return {};
  const [, field = ""] = fault.pointer.split("/");
  return { wrong: { field, words: fault.detail }, mayInsist: fault.pointer === unknownPointer };
}

const sentBefore =
  "No other key was made: this form was sent before, and its key was shown then. Fill in the form below for another one.";

/** Forms that are remembered: a browser sends one again when its page is loaded anew. */
const maxSent = 1000;

/** Remembers which forms made a key. */
function createSentForms() {
  const sent = new Set<string>();
  return {
    /** Notes a form; false for one that made a key, or is about to. */
    claim(once: string): boolean {
      if (sent.has(once)) return false;
      const [oldest] = sent;
      if (sent.size >= maxSent && oldest !== undefined) sent.delete(oldest);
      sent.add(once);
      return true;
    },
    /** It made none. */
    forget: (once: string) => sent.delete(once),
  };
}

/** Says whose a key is, so that nobody revokes the wrong one, and what ends with it. */
async function askToRevoke(deps: KeyRouteDeps, context: RouteContext, keyId: string): Promise<Response> {
  const principal = principalOf(context);
  const { baseUrl } = context;
  const keys = await listKeysFor(deps, principal);
  const key = keys.find(({ id }) => id === keyId);
  const sentences = [
    key === undefined ? `No key has the id ${keyId}.` : whoseWords(key),
    "It is refused from then on, and cannot come back.",
    principal.keyId === keyId
      ? "You are signed in with this key: you will be signed out."
      : "Browsers that signed in with it are signed out.",
    ...(key === undefined ? [] : await stayingWords(deps, key, keys)),
  ];
  return askFirst(context, {
    title: principal.keyId === keyId ? "Revoke the key that you are signed in with?" : "Revoke the key?",
    words: sentences.join(" "),
    ...(key === undefined ? {} : { lastUsed: key.lastUsedAt === undefined ? null : instantText(key.lastUsedAt) }),
    action: `${baseUrl}/_/keys/${encodeURIComponent(keyId)}/revoke-form`,
    back: `${baseUrl}/_/keys?f=html`,
    yes: "Revoke it",
    no: "Keep it",
  });
}

function whoseWords({ id, user, role, isService, label, processes, actions }: KeySummary): string {
  const words = roleText(role, actions);
  const purpose = purposeOf({ service: isService, ...defined({ label, processes, actions }) });
  return `The key ${id} is of user ${user}, ${words}${purpose === "" ? "" : ` (${purpose})`}.`;
}

/** Says what of a user stays without a key: the jobs do, and other keys. Processes are of who has a key. */
async function stayingWords(
  deps: KeyRouteDeps,
  { id, user }: KeySummary,
  keys: readonly KeySummary[],
): Promise<readonly string[]> {
  const now = deps.clock.now();
  const holds = ({ revokedAt, expiresAt = Number.POSITIVE_INFINITY }: KeySummary) =>
    revokedAt === undefined && expiresAt > now;
  const others = keys.filter((one) => one.id !== id && one.user === user && holds(one)).length;
  const jobs = `Jobs of ${user} run on and stay.`;
  if (others > 0) {
    return [jobs, `${others} other ${others === 1 ? "key of this user holds" : "keys of this user hold"} on.`];
  }
  const owned = (await readOwners(deps)).filter(({ owner }) => owner === user).map((one) => one.id);
  const end = `No other key of ${user} holds`;
  return [
    jobs,
    owned.length === 0
      ? `${end}.`
      : `${end}: ${owned.join(", ")} ${owned.length === 1 ? "belongs" : "belong"} to the admins from then on.`,
  ];
}

function instantText(at: number): string {
  return new Date(at).toISOString();
}

/** An empty field says nothing. */
function wantedKey(form: URLSearchParams) {
  const field = (name: string) => form.get(name)?.trim() || undefined;
  const processes = field("processes")?.split(/\s*,\s*/);
  const { user = "", role = "" } = { user: field("user"), role: field("role") };
  const ticked = form.getAll("actions");
  const isOverseer = role === overseer.name;
  const actions = ticked.length > 0 ? ticked : isOverseer ? overseer.actions : undefined;
  return {
    user,
    role: isOverseer ? overseer.role : role,
    isService: form.get("service") === "true",
    ...defined({ expires: field("expires"), label: field("label"), processes, actions }),
  };
}

export type KeyRouteDeps = KeyDeps & { readonly settings: BodyLimits; readonly clock: Clock };
