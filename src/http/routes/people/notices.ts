import * as v from "valibot";
import { defined } from "../../../domain/defined.ts";
import type { NoticesDocument } from "../../../domain/documents/notices.ts";
import { jsonLink } from "../../../domain/links.ts";
import { type Notices, noticeEvents } from "../../../domain/people/notices.ts";
import { Problem } from "../../../domain/problem.ts";
import type { AuditDeps } from "../../../operations/people/audit.ts";
import {
  keepOwnNotices,
  mailReach,
  type NoticesDeps,
  readOwnNotices,
  removeOwnNotices,
} from "../../../operations/people/notices.ts";
import { noticesPart } from "../../../pages/people/notices.tsx";
import { seeOther } from "../../answers/document-response.ts";
import { formType, readOwnForm } from "../../answers/form/process-form.ts";
import { ok } from "../../openapi/about.ts";
import type { BodyLimits } from "../../request/read-body.ts";
import { jsonResponse, pageAt, principalOf, type Route, type RouteContext } from "../../route.ts";
import { readBody } from "../jobs/job-actions.ts";
import { type SignInRouteDeps, signInPath, signInResponse } from "./sign-in.ts";

export type NoticesRouteDeps = NoticesDeps & AuditDeps & SignInRouteDeps & { readonly settings: BodyLimits };

const path = "/_/notices";
const noStore = { "cache-control": "no-store" } as const;

const wantedEvents = `a list of some of ${noticeEvents.join(", ")}`;
const NoticesBodySchema = v.strictObject({
  address: v.string("a web address, or an address of mail"),
  events: v.optional(v.array(v.picklist(noticeEvents, wantedEvents), wantedEvents), ["success", "failed"]),
});

const text = v.optional(v.string());
const FormSchema = v.object({
  address: text,
  events: v.optional(v.union([v.string(), v.array(v.string())])),
  doing: text,
});

/** Lists the routes by which a user says where the own jobs are told of. */
export function noticesRoutes(deps: NoticesRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path,
      about: {
        summary: "Where the caller is told of the own jobs, and whom this server can tell",
        tag: "service",
        answers: ok("Notices", "What is kept for the caller, and nobody else"),
      },
      handle: (context) => answerNotices(deps, context),
    },
    {
      method: "PUT",
      path,
      about: {
        summary: "Keep where the caller is told of the own jobs: the forms of processes are filled with it",
        tag: "service",
        answers: ok("Notices", "Kept; requests by this API name their subscribers themselves"),
        problems: [413, 415],
      },
      body: { mediaTypes: ["application/json"], schema: NoticesBodySchema },
      async handle(context) {
        const action = "keep where you are told";
        const wanted = await readBody(deps, context, { schema: NoticesBodySchema, action });
        await keepOwnNotices(deps, principalOf(context), wanted);
        return answerNotices(deps, context);
      },
    },
    {
      method: "DELETE",
      path,
      about: {
        summary: "Forget where the caller is told of the own jobs",
        tag: "service",
        answers: { 204: { about: "Nothing is kept any more; jobs that were submitted go on telling" } },
      },
      async handle(context) {
        await removeOwnNotices(deps, principalOf(context));
        return new Response(null, { status: 204 });
      },
    },
    {
      method: "POST",
      path: `${signInPath}/notices-form`,
      about: {
        summary: "Keep or forget where one is told of the own jobs, by the form of the page of the account",
        tag: "pages",
        answers: { 303: { about: "Done; Location is the page of the account" } },
        problems: [413, 415, 422],
      },
      body: { mediaTypes: [formType], schema: FormSchema },
      handle: (context) => answerForm(deps, context),
    },
  ];
}

async function answerNotices(deps: NoticesRouteDeps, context: RouteContext): Promise<Response> {
  const principal = principalOf(context);
  const { address, events } = (await readOwnNotices(deps, principal)) ?? {};
  const { sendsMail, mailTo } = mailReach(deps, principal);
  const document: NoticesDocument = {
    ...defined({ address, events }),
    sendsMail,
    ...defined({ mailTo }),
    links: [jsonLink(`${context.baseUrl}${path}`, "self")],
  };
  return jsonResponse(document, { headers: noStore });
}

/** An address that was emptied is forgotten. */
async function answerForm(deps: NoticesRouteDeps, context: RouteContext): Promise<Response> {
  const form = await readOwnForm(deps, context);
  const principal = principalOf(context);
  const typed: Notices = {
    address: form.get("address")?.trim() ?? "",
    events: noticeEvents.filter((event) => form.getAll("events").includes(event)),
  };
  const account = `${context.baseUrl}${signInPath}`;
  if (typed.address === "" || form.get("doing") === "remove") {
    await removeOwnNotices(deps, principal);
    return seeOther(account, "notices-removed");
  }
  try {
    await keepOwnNotices(deps, principal, typed);
  } catch (error) {
    if (!(error instanceof Problem) || error.kind !== "invalid-parameter-value") throw error;
    const wrong = (pointer: string) => error.faults.find((one) => one.pointer === pointer)?.detail;
    const isOfEvents = wrong("/events") !== undefined;
    const faults = defined({ address: wrong("/address"), events: isOfEvents ? "Tick one at least." : undefined });
    const page = pageAt(context, `${signInPath}?f=html#${noticesPart}`);
    const { body, headers } = await signInResponse(deps, page, { to: "/", notices: { typed, faults } });
    return new Response(body, { status: 422, headers });
  }
  return seeOther(account, "notices-kept");
}
