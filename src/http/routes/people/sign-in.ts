import * as v from "valibot";
import { defined } from "../../../domain/defined.ts";
import type { SignInDocument } from "../../../domain/documents/sign-in.ts";
import { jsonLink } from "../../../domain/links.ts";
import { actions, mayDo, type Principal } from "../../../domain/people/access.ts";
import { Problem } from "../../../domain/problem.ts";
import type { OnRefusedSignIn } from "../../../operations/people/audit.ts";
import type { NoticesDeps } from "../../../operations/people/notices.ts";
import {
  journeySeconds,
  leaveForProvider,
  type ProviderSignInDeps,
  returnFromProvider,
} from "../../../operations/people/provider-sign-in.ts";
import {
  type Begun,
  refusedKeyWords,
  type SessionEnd,
  sessionEnd,
  signInWithKey,
  signOut,
  whySessionEnded,
} from "../../../operations/people/sessions.ts";
import type { Allowed } from "../../../pages/people/account.tsx";
import { type SignInState, signInPage } from "../../../pages/people/sign-in.tsx";
import { documentResponse } from "../../answers/document-response.ts";
import { formType } from "../../answers/form/process-form.ts";
import { prefersPage } from "../../answers/negotiate.ts";
import { noticesView, type TypedNotices } from "../../answers/people/notices-view.ts";
import { journeyCookie, readJourney, readSession, requireSafeWay, sessionCookie } from "../../door/session-cookie.ts";
import { bodyText, readBytes, requireContentType } from "../../request/read-body.ts";
import type { Route, RouteContext } from "../../route.ts";

export type SignInRouteDeps = Omit<ProviderSignInDeps, "settings"> &
  NoticesDeps & {
    readonly settings: ProviderSignInDeps["settings"];
    readonly onRefusedSignIn?: OnRefusedSignIn;
  };

/** What the page of the account is answered with. */
type AccountState = Omit<SignInState, "notices"> & { readonly notices?: TypedNotices };

/** Where people sign in. */
export const signInPath = "/_/sign-in";
const returnPath = `${signInPath}/return`;

const FormSchema = v.object({ key: v.string(), to: v.optional(v.string()) });
/** No form of ours is longer; in bytes. */
const maxFormBytes = 8192;

const noStore = { "cache-control": "no-store" } as const;

/** Lists the routes by which a browser signs in with a key, and signs out. */
export function signInRoutes(deps: SignInRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: signInPath,
      about: {
        summary: "Who a browser is signed in as, and how it signs in",
        tag: "pages",
        query: { to: "the path to go on with" },
        answers: { 200: { about: "The page, or the same as JSON", content: { mediaType: "application/json" } } },
      },
      access: "public",
      handle: (context) => signInResponse(deps, context, { to: localPath(context.query("to")) }),
    },
    {
      method: "POST",
      path: signInPath,
      about: {
        summary: "Sign a browser in with a key, which a form of the page sends",
        tag: "pages",
        answers: { 303: { about: "Signed in: the path to go on with" } },
        problems: [413, 415],
      },
      access: "public",
      body: { mediaTypes: [formType], schema: FormSchema },
      handle: (context) => answerForm(deps, context),
    },
    {
      method: "POST",
      path: "/_/sign-out",
      about: {
        summary: "Sign a browser out: its session ends",
        tag: "pages",
        answers: { 303: { about: "Signed out" } },
      },
      access: "public",
      body: { mediaTypes: [formType], schema: v.object({}) },
      async handle(context) {
        requirePage(context);
        const token = readSession(context.request, context);
        if (token !== undefined) await signOut(cameFrom(deps, context), token);
        return goOn(context, signInPath, sessionCookie(context));
      },
    },
    ...providerRoutes(deps),
  ];
}

/** Lists the routes by which a browser goes to the provider of identities, and comes back. */
function providerRoutes(deps: SignInRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: `${signInPath}/provider`,
      about: {
        summary: "Go to the provider of identities to sign in",
        tag: "pages",
        query: { to: "the path to go on with" },
        answers: { 303: { about: "The page of the provider" } },
        problems: [503],
      },
      access: "public",
      async handle(context) {
        requireSafeWay(context);
        const returnUrl = `${context.baseUrl}${returnPath}`;
        const { url, noted } = await leaveForProvider(deps, returnUrl, localPath(context.query("to")));
        const cookie = journeyCookie(context, { value: noted, seconds: journeySeconds });
        return new Response(null, { status: 303, headers: { location: url, "set-cookie": cookie, ...noStore } });
      },
    },
    {
      method: "GET",
      path: returnPath,
      about: {
        summary: "Come back from the provider of identities",
        tag: "pages",
        query: { code: "what the provider gives", state: "what the service gave it" },
        answers: { 303: { about: "Signed in: the path to go on with" } },
        problems: [503],
      },
      access: "public",
      handle: (context) => answerReturn(deps, context),
    },
  ];
}

async function answerReturn(deps: SignInRouteDeps, context: RouteContext): Promise<Response> {
  if (context.isHead) throw new Problem("method-not-allowed", "Cannot sign in: found method HEAD, wanted GET");
  const url = new URL(`${context.baseUrl}${returnPath}${new URL(context.request.url).search}`);
  try {
    const { begun, to } = await returnFromProvider(cameFrom(deps, context), url, readJourney(context.request, context));
    const response = await enter(deps, context, begun, to);
    response.headers.append("set-cookie", journeyCookie(context));
    return response;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    deps.onRefusedSignIn?.({ who: "by the provider", why: error.message, origin: context.origin });
    if (!prefersPage(context.request.headers.get("accept"))) throw error;
    return refusal(deps, context, { to: "/", fault: error.message });
  }
}

/** Shows the page again, with what went wrong. */
async function refusal(deps: SignInRouteDeps, context: RouteContext, state: AccountState): Promise<Response> {
  const { body, headers } = await signInResponse(deps, context, state);
  return new Response(body, { status: 401, headers });
}

async function answerForm(deps: SignInRouteDeps, context: RouteContext): Promise<Response> {
  requireContentType(context.request, [formType]);
  requirePage(context);
  requireSafeWay(context);
  const form = new URLSearchParams(bodyText(await readBytes(context.request, maxFormBytes)));
  const to = localPath(form.get("to") ?? undefined);
  try {
    const begun = await signInWithKey(cameFrom(deps, context), (form.get("key") ?? "").trim());
    return await enter(deps, context, begun, to);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const refused = await refusedKeyWords(deps, form.get("key") ?? "", error.message);
    deps.onRefusedSignIn?.({ ...refused, origin: context.origin });
    if (!prefersPage(context.request.headers.get("accept"))) throw error;
    const fault =
      error.kind === "forbidden" ? error.message : "This key does not hold: it is unknown, was revoked, or has ended.";
    return refusal(deps, context, { to, fault });
  }
}

function isRefusal(error: unknown): error is Problem {
  return error instanceof Problem && (error.kind === "unauthorized" || error.kind === "forbidden");
}

/** The audit tells where a person signed in from. */
function cameFrom(deps: SignInRouteDeps, { origin: { address, client, requestId } }: RouteContext): SignInRouteDeps {
  return { ...deps, from: { requestId, ...defined({ address, client }) } };
}

/** Leads a browser on with its new session; an earlier one of the same browser ends. */
async function enter(
  deps: SignInRouteDeps,
  context: RouteContext,
  { token, expiresAt }: Begun,
  to: string,
): Promise<Response> {
  const earlier = readSession(context.request, context);
  if (earlier !== undefined) await signOut(cameFrom(deps, context), earlier);
  return goOn(context, to, sessionCookie(context, { token, seconds: (expiresAt - deps.clock.now()) / 1000 }));
}

/** Leads a browser to a path of this service, with a cookie. */
function goOn({ baseUrl }: Pick<RouteContext, "baseUrl">, to: string, cookie: string): Response {
  return new Response(null, {
    status: 303,
    headers: { location: `${baseUrl}${to}`, "set-cookie": cookie, ...noStore },
  });
}

/** Answers with who a browser is signed in as; the page of it says what one may do here, and where one is told of the own jobs. */
export async function signInResponse(
  deps: SignInRouteDeps,
  context: RouteContext,
  { notices: typed, ...state }: AccountState,
): Promise<Response> {
  const { caller, baseUrl } = context;
  const { user, role, groups } = caller ?? {};
  const token = user === undefined ? undefined : readSession(context.request, context);
  const ended = user === undefined ? await endOf(deps, context) : undefined;
  const ends = token === undefined ? undefined : await sessionEnd(deps, token);
  const document: SignInDocument = {
    ...(user === undefined || role === undefined ? {} : { user, role }),
    ...(groups === undefined ? {} : { groups }),
    ...(ends === undefined ? {} : { sessionEnds: new Date(ends).toISOString() }),
    ...(deps.identities === undefined ? {} : { issuer: deps.identities.issuer }),
    ...(deps.identities?.deviceClient === undefined ? {} : { deviceClient: deps.identities.deviceClient }),
    isOpen: user === undefined && role === "admin",
    ways: deps.identities === undefined ? ["key"] : ["provider", "key"],
    links: [jsonLink(`${baseUrl}${signInPath}`, "self")],
  };
  const notices = await noticesView(deps, caller, typed);
  return documentResponse(context, document, {
    title: user === undefined ? "Sign in" : "Account",
    page: signInPage({
      ...state,
      operator: context.service ?? {},
      ...(caller === undefined ? {} : { allowed: allowedOf(caller) }),
      ...defined({ notices, ended }),
    }),
    headers: noStore,
  });
}

/** Tells only the browser that had a session why that has ended. */
async function endOf(deps: SignInRouteDeps, context: RouteContext): Promise<SessionEnd | undefined> {
  const token = readSession(context.request, context);
  return token === undefined ? undefined : whySessionEnded(deps, token);
}

/** What a caller may do here, for the page of the account. */
function allowedOf(caller: Principal): Allowed {
  const { processes } = caller.scope ?? {};
  return { actions: actions.filter((action) => mayDo(caller, action)), ...defined({ processes }) };
}

/** Returns where to go on: a path of this service, and the landing page for anything else. */
export function localPath(to: string | undefined): string {
  const here = "http://here";
  if (to === undefined || !/^\/(?![/\\])[\x21-\x7e]*$/.test(to) || to.includes("\\") || !URL.canParse(to, here))
    return "/";
  const url = new URL(to, here);
  return url.origin === here && !url.pathname.startsWith("//") ? `${url.pathname}${url.search}` : "/";
}

/** Only a page signs in and out, so that no other site does it to a visitor: a page says where it is from. Throws `forbidden`. */
function requirePage({ request: { headers } }: RouteContext): void {
  if (headers.has("origin") || headers.has("sec-fetch-site")) return;
  throw new Problem(
    "forbidden",
    "Cannot sign in or out: found neither Origin nor Sec-Fetch-Site, wanted a page of this service",
  );
}
