import { Problem } from "../../../domain/problem.ts";
import { type ProviderDeps, requireProvider } from "../../../operations/providers/manage-providers.ts";
import { failedLookPage } from "../../../pages/providers/provider.tsx";
import { principalOf, type RouteContext } from "../../route.ts";
import { documentResponse, pageOfRequest } from "../document-response.ts";
import { asPage } from "../form/process-form.ts";
import { prefersPage } from "../negotiate.ts";
import { problemDocument } from "../problem-response.ts";

/**
 * Tells a person what was asked of the provider of the path and what came, when it did not answer, on a page with the way to ask
 * again. Programs get the problem.
 */
export async function tellingOfFailedLook(
  deps: Pick<ProviderDeps, "database">,
  context: RouteContext,
  answer: () => Promise<Response>,
): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof Problem) || error.kind !== "remote-failure" || !isForPeople(context)) throw error;
    const { id, url, type } = await requireProvider(deps, principalOf(context), context.param("providerId"));
    const retryUrl = `${context.baseUrl}${pageOfRequest(context.request) ?? ""}`;
    const problem = problemDocument(error);
    const page = failedLookPage({ provider: { id, url, type }, retryUrl });
    const { body, headers } = documentResponse(asPage(context), problem, {
      title: `Provider ${id} does not answer`,
      page,
    });
    headers.delete("etag");
    headers.set("cache-control", "no-store");
    return new Response(body, { status: problem.status, headers });
  }
}

function isForPeople({ request, query }: RouteContext): boolean {
  const format = query("f");
  return format === undefined ? prefersPage(request.headers.get("accept")) : format === "html";
}
