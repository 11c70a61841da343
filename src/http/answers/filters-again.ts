import { Problem } from "../../domain/problem.ts";
import type { RouteContext } from "../route.ts";
import { prefersPage } from "./negotiate.ts";

/**
 * Answers a person whose filters cannot be read by the page of the filters, which keeps what was typed and says why (400). Programs
 * get the problem. Throws as `list` does.
 */
export async function withFiltersAgain(
  { request, query }: Pick<RouteContext, "request" | "query">,
  list: () => Promise<Response>,
  again: (fault: string) => Response | Promise<Response>,
): Promise<Response> {
  try {
    return await list();
  } catch (error) {
    const format = query("f");
    const isPage = (format === undefined || format === "html") && prefersPage(request.headers.get("accept"));
    if (!isPage || !(error instanceof Problem) || error.kind !== "invalid-query-parameter-value") throw error;
    const { body, headers } = await again(error.message);
    headers.delete("etag");
    return new Response(body, { status: 400, headers });
  }
}
