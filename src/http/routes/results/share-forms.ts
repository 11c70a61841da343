import * as v from "valibot";
import { defined } from "../../../domain/defined.ts";
import { jobUrl } from "../../../domain/links.ts";
import {
  ShareBodySchema,
  type ShareDeps,
  shareResults,
  takeShareBack,
} from "../../../operations/results/share-results.ts";
import { sharedPage } from "../../../pages/results/share-page.tsx";
import { documentResponse, seeOther } from "../../answers/document-response.ts";
import { formType, readOwnForm } from "../../answers/form/process-form.ts";
import type { BodyLimits } from "../../request/read-body.ts";
import { pageAt, principalOf, type Route } from "../../route.ts";
import { sharesPath } from "./share-lists.ts";
import { sharedAddress } from "./shares.ts";

type ShareFormDeps = ShareDeps & { readonly settings: BodyLimits };

/** `chooses` says that the form has a box for each result: none is ticked then where it sends no `outputs`. */
const ShareFormSchema = v.object({
  ...ShareBodySchema.entries,
  chooses: v.optional(v.literal("true")),
  days: v.optional(v.string()),
  until: v.optional(v.string()),
});
const sharing = { mediaTypes: [formType], schema: ShareFormSchema };
const problems = [409, 410, 413, 415];

/** Lists the routes of the buttons that share the results of a job and take them back. */
export function shareFormRoutes(deps: ShareFormDeps): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/jobs/:jobId/share-form",
      about: {
        summary: "Share the results of a job, by a form of its page",
        tag: "pages",
        answers: {
          200: { about: "The page that tells the address, once", content: { mediaType: "text/html" } },
          303: { about: "No result was ticked, and nothing shared; Location is the page of the job" },
        },
        problems,
      },
      body: sharing,
      async handle(context) {
        const form = await readOwnForm(deps, context);
        const jobID = context.param("jobId");
        const chosen = chosenBy(form);
        if (chosen?.length === 0) return seeOther(jobUrl(context.baseUrl, jobID), "results-wanted");
        const wish = defined({ expires: endBy(form), outputs: chosen });
        const { token, expiresAt, replaces, outputs } = await shareResults(deps, principalOf(context), jobID, wish);
        const href = sharedAddress(context.baseUrl, token);
        const response = documentResponse(
          pageAt(context, `/jobs/${encodeURIComponent(jobID)}?f=html`),
          { jobID, href, expires: new Date(expiresAt).toISOString(), replaces, ...defined({ outputs }) },
          { title: "The results are shared", page: sharedPage },
        );
        response.headers.set("cache-control", "no-store");
        return response;
      },
    },
    {
      method: "POST",
      path: "/jobs/:jobId/unshare-form",
      about: {
        summary: "Take the share of a job back, by a form of its page or of the list of shares",
        tag: "pages",
        answers: { 303: { about: "Done; Location is the page of the job, or the list" } },
        problems,
      },
      body: { mediaTypes: [formType], schema: v.object({ from: v.optional(v.picklist(["shares"])) }) },
      async handle(context) {
        const form = await readOwnForm(deps, context);
        const jobId = context.param("jobId");
        await takeShareBack(deps, principalOf(context), jobId);
        const { baseUrl } = context;
        const back = form.get("from") === "shares" ? `${baseUrl}${sharesPath}` : jobUrl(baseUrl, jobId);
        return seeOther(back, "share-taken-back");
      },
    },
  ];
}

/** Reads when a share ends: a day that is named counts before a number of days. */
function endBy(form: URLSearchParams): string | undefined {
  const [until, days] = ["until", "days"].map((name) => form.get(name)?.trim() ?? "");
  if (until !== undefined && until !== "") return until;
  return days === undefined || days === "" ? (form.get("expires") ?? undefined) : `${days}d`;
}

/** Undefined for all results: where there is nothing to choose. */
function chosenBy(form: URLSearchParams): string[] | undefined {
  return form.has("chooses") || form.has("outputs") ? form.getAll("outputs") : undefined;
}
