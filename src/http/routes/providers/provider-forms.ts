import * as v from "valibot";
import { defined } from "../../../domain/defined.ts";
import type { JobSearch } from "../../../domain/jobs/job-search.ts";
import { jobUrl, providerUrl } from "../../../domain/links.ts";
import { mayDo } from "../../../domain/people/access.ts";
import { Problem } from "../../../domain/problem.ts";
import type { ProviderAuth } from "../../../domain/processes/provider.ts";
import { listJobs } from "../../../operations/jobs/list-jobs.ts";
import {
  changeSignIn,
  registerProvider,
  removeProvider,
  requireProvider,
} from "../../../operations/providers/manage-providers.ts";
import { shortId } from "../../../pages/shared/words.ts";
import { askFirst, isConfirmed } from "../../answers/ask-first.ts";
import { seeOther } from "../../answers/document-response.ts";
import { formType, readOwnForm } from "../../answers/form/process-form.ts";
import type { BodyLimits } from "../../request/read-body.ts";
import { principalOf, type Route, type RouteContext } from "../../route.ts";
import type { ProviderProcessDeps } from "./provider-processes.ts";

const FormSchema = v.object({
  id: v.string(),
  url: v.string(),
  public: v.optional(v.string()),
  username: v.optional(v.string()),
  secret: v.optional(v.string()),
});

const SignInSchema = v.object({
  username: v.optional(v.string()),
  secret: v.optional(v.string()),
  /** `none`: the server wants nothing any more. */
  do: v.optional(v.string()),
});

/** Shows the list of providers as a page, with what went wrong and what had been typed. */
export type ShowProviders = (
  context: RouteContext,
  failed: { readonly fault: string; readonly typed: Readonly<Record<string, string>> },
) => Promise<Response>;

/** What a person can mend by another word in the form. */
const mendable = [
  "invalid-parameter-value",
  "conflict",
  "remote-failure",
  "duplicated-process",
  "unprocessable-content",
];

/** Lists the routes that the forms of the page of providers send to. */
export function providerFormRoutes(deps: ProviderRouteDeps, showProviders: ShowProviders): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/providers/form",
      about: {
        summary: "Register a provider, by the form of the page of providers",
        tag: "pages",
        answers: { 303: { about: "Registered; Location is the page of providers" } },
        problems: [409, 413, 415, 422, 502],
      },
      body: { mediaTypes: [formType], schema: FormSchema },
      async handle(context) {
        const form = await readOwnForm(deps, context);
        // A secret is not sent back.
        const { secret = "", ...typed } = Object.fromEntries(form);
        const { id = "", url = "", username = "" } = typed;
        try {
          // What is copied brings blanks along.
          const wanted = { id: id.trim(), url: url.trim(), public: typed.public === "true" };
          const auth = authOf(username.trim(), secret.trim());
          await registerProvider(deps, principalOf(context), { ...wanted, ...defined({ auth }) });
          return seeOther(`${context.baseUrl}/providers`, "provider-added");
        } catch (error) {
          if (!(error instanceof Problem) || !mendable.includes(error.kind)) throw error;
          context.noteRefusal(error);
          return showProviders(context, { fault: faultOf(error), typed });
        }
      },
    },
    {
      method: "POST",
      path: "/providers/:providerId/sign-in-form",
      about: {
        summary: "Change what signs in to a provider, by the form of its page",
        tag: "pages",
        answers: { 303: { about: "Changed; Location is the page of the provider" } },
        problems: [413, 415, 422],
      },
      body: { mediaTypes: [formType], schema: SignInSchema },
      async handle(context) {
        const form = await readOwnForm(deps, context);
        const id = context.param("providerId");
        const field = (name: string) => (form.get(name) ?? "").trim();
        const isNone = field("do") === "none";
        const auth = isNone ? undefined : (authOf(field("username"), field("secret")) ?? { type: "bearer", token: "" });
        await changeSignIn(deps, principalOf(context), id, auth);
        return seeOther(providerUrl(context.baseUrl, id), "sign-in-changed");
      },
    },
    {
      method: "POST",
      path: "/providers/:providerId/remove-form",
      about: {
        summary: "Forget a provider, by a button of the page of providers",
        tag: "pages",
        answers: { 303: { about: "Forgotten; Location is the page of providers" } },
        problems: [413, 415],
      },
      body: { mediaTypes: [formType], schema: v.object({ confirmed: v.optional(v.string()) }) },
      async handle(context) {
        const form = await readOwnForm(deps, context);
        const id = context.param("providerId");
        // Who may not is told so, not asked.
        if (!isConfirmed(form) && mayDo(principalOf(context), "manage-providers")) {
          return askToRemove(deps, context, id);
        }
        await removeProvider(deps, principalOf(context), id);
        return seeOther(`${context.baseUrl}/providers`, "provider-removed");
      },
    },
  ];
}

/** How this service signs in there: by a name and a password, or by a key alone; undefined where neither was filled in. */
function authOf(username: string, secret: string): ProviderAuth | undefined {
  if (username !== "") return { type: "basic", username, password: secret };
  return secret === "" ? undefined : { type: "bearer", token: secret };
}

/** What the fields of the form are called by those who fill it in. */
const labels: Readonly<Record<string, string>> = {
  "/id": "Id",
  "/url": "Address",
  "/auth/username": "User",
  "/auth/password": "Key or password",
  "/auth/token": "Key or password",
};

/** Words a fault by the field that has it: a person sees no pointers. */
function faultOf({ message, faults }: Problem): string {
  const told = faults.map(({ pointer, detail }) => `${labels[pointer] ?? pointer}: ${detail}`);
  return told.length === 0 ? message : `The provider was not added. ${told.join("; ")}`;
}

/** Jobs that the question names; more are counted. */
const namedJobs = 3;
const countedJobs = 1000;

/** Asks with what becomes of the jobs that are not over: somebody waits for each of them. */
async function askToRemove(deps: ProviderRouteDeps, context: RouteContext, id: string): Promise<Response> {
  const principal = principalOf(context);
  const { hasAuth, forwardHeaders } = await requireProvider(deps, principal, id);
  const search: JobSearch = { providerIds: [id], statuses: ["accepted", "running"] };
  const { items, next } = await listJobs(deps, principal, { limit: countedJobs, search });
  const { baseUrl } = context;
  const list = `${baseUrl}/jobs?provider=${encodeURIComponent(id)}&status=accepted,running&f=html`;
  const named = items.slice(0, namedJobs).map(({ id: jobId, processId, status }) => ({
    title: `${processId}, ${status} (${shortId(jobId)})`,
    href: `${jobUrl(baseUrl, jobId)}?f=html`,
  }));
  const count = next === undefined ? String(items.length) : `more than ${items.length}`;
  const waiting = items.filter(({ status }) => status === "accepted").length;
  const running = next === undefined ? String(items.length - waiting) : `more than ${items.length - waiting}`;
  const others = items.length > namedJobs ? [{ title: `All ${count}`, href: list }] : [];
  return askFirst(context, {
    title: "Remove the provider?",
    words: `Processes of ${id} cannot be run from here any more. ${goOnText(waiting, running, hasAuth || forwardHeaders.length > 0)} Jobs that ended there stay, with their results.`,
    concerned: [...named, ...others],
    action: `${providerUrl(baseUrl, id)}/remove-form`,
    back: `${baseUrl}/providers?f=html`,
    yes: "Remove it",
    no: "Keep it",
  });
}

/** Words what becomes of the jobs there: nothing new is sent, and what runs is followed. */
function goOnText(waiting: number, running: string, signsIn: boolean): string {
  if (waiting === 0 && running === "0") return "No job waits or runs there.";
  const waits =
    waiting === 1
      ? "1 job waits: it fails, as nothing is sent there any more."
      : `${waiting} jobs wait: they fail, as nothing is sent there any more.`;
  const one = running === "1";
  const subject = one
    ? "1 job runs there: it is followed to its end"
    : `${running} jobs run there: they are followed to their ends`;
  const runs = signsIn
    ? `${subject}, but without what signs in there, and ${one ? "fails" : "fail"} where the provider asks for it.`
    : `${subject}.`;
  const first = [waiting === 0 ? "" : waits, running === "0" ? "" : runs].filter((text) => text !== "");
  return `${first.join(" ")} To keep what they make, wait until they have ended.`;
}

export type ProviderRouteDeps = ProviderProcessDeps & { readonly settings: BodyLimits };
