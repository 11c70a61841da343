import { defined } from "../../domain/defined.ts";
import { tagsIn, wrongOfTags } from "../../domain/jobs/job-tags.ts";
import { Problem } from "../../domain/problem.ts";
import type { Submission, SubmitDeps } from "../../operations/submit/submission.ts";
import { parseLanguage } from "../../wire/accept-language.ts";
import { parseVaultAuthorizations } from "../../wire/auth-vault.ts";
import { principalOf, type RouteContext } from "../route.ts";

/** How much longer than the wait for a job a connection may be quiet; in seconds. */
const spareSeconds = 30;

/** What one way to execute says itself, and a language that counts more than the header. */
type OwnMembers = Pick<Submission, "payload" | "prefer" | "tags"> &
  Partial<Pick<Submission, "processId" | "statusDocument" | "takesXsdTimes" | "requireAnswer">> & {
    readonly language?: string;
  };

/** Builds the submission of a request from what is common to all ways to execute: the caller, the headers, the connection. */
export function submissionOf(
  { settings }: Pick<SubmitDeps, "settings">,
  context: Pick<RouteContext, "request" | "caller" | "signal" | "allowQuiet" | "baseUrl" | "calledUrl">,
  { language, ...own }: OwnMembers,
  headers: Headers = context.request.headers,
): Submission {
  context.allowQuiet(Math.ceil(settings.syncLimitMilliseconds / 1000) + spareSeconds);
  return {
    ...own,
    principal: principalOf(context),
    headers: Object.fromEntries(headers),
    vaultTokens: parseVaultAuthorizations(headers.get("x-auth-vault")),
    sites: [context.baseUrl, context.calledUrl],
    signal: context.signal,
    ...defined({
      language: parseLanguage(language ?? headers.get("accept-language")),
      idempotencyKey: headers.get("idempotency-key") ?? undefined,
    }),
  };
}

/** Reads tags of a query, which are separated by commas. Throws `invalid-query-parameter-value`. */
export function parseTags(text: string | null | undefined): readonly string[] {
  const tags = tagsIn(text);
  const wrong = wrongOfTags(tags);
  if (wrong !== undefined) throw new Problem("invalid-query-parameter-value", `Cannot execute: ${wrong} in "tags"`);
  return tags;
}
