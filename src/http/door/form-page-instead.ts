import { formType } from "../answers/form/process-form.ts";
import { prefersPage } from "../answers/negotiate.ts";
import type { Route } from "../route.ts";
import { matchesPath, plainPath } from "../unrouted.ts";

/**
 * Leads a person who enters the address of a form into a browser to the page that the form stands on; undefined for programs, and for
 * any other address. A browser offers the address again after the form was sent.
 */
export function formPageInstead(
  routes: readonly Route[],
  request: Request,
  { path, baseUrl }: { readonly path: string; readonly baseUrl: () => string },
): Response | undefined {
  if (request.method !== "GET" || !prefersPage(request.headers.get("accept"))) return undefined;
  const plain = plainPath(path);
  if (!routes.some((route) => takesOnlyForms(route) && matchesPath(route.path, plain))) return undefined;
  const headers = { location: `${baseUrl()}${pageAbove(routes, plain)}?f=html`, "cache-control": "no-store" };
  return new Response(null, { status: 303, headers });
}

/** Tells whether nothing but a form of a page is sent to a route. */
export function takesOnlyForms({ method, path, body }: Route): boolean {
  if (method !== "POST") return false;
  return /[/-]form$/.test(path) || body.mediaTypes.every((type) => type === formType);
}

/** A form lies below its page; where nothing is there to read, that is further up. */
function pageAbove(routes: readonly Route[], path: string): string {
  const above = path.slice(0, path.lastIndexOf("/"));
  if (above === "") return "/";
  const isPage = routes.some((route) => route.method === "GET" && matchesPath(route.path, above));
  return isPage ? above : pageAbove(routes, above);
}
