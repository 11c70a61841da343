import { type ApiOperation, pagesTag } from "../../pages/api.tsx";
import type { Route } from "../route.ts";

/** Lists what can be asked of each path in short, in the order of the description. */
export function operationsOf(routes: readonly Route[]): readonly ApiOperation[] {
  return inOrder(routes).map((route) => {
    const { method, about } = route;
    return { tag: about.tag, method, path: pathOf(route), summary: about.summary };
  });
}

/** Puts routes that only pages and browsers ask for behind those for programs, under a heading of their own. */
export function inOrder(routes: readonly Route[]): readonly Route[] {
  const isForPages = ({ about }: Route) => about.tag === pagesTag;
  return [...routes.filter((one) => !isForPages(one)), ...routes.filter(isForPages)];
}

/** Writes the path of a route as OpenAPI does: `/jobs/{jobId}`. */
export function pathOf({ path }: Route): string {
  return path.replaceAll(/:([A-Za-z]+)/g, "{$1}").replace("*", "{path}");
}
