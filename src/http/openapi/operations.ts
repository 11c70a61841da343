import { mayDo, type Principal } from "../../domain/people/access.ts";
import type { Process } from "../../domain/processes/process.ts";
import { mayRun } from "../../operations/people/guard.ts";
import { type ApiOperation, pagesTag } from "../../pages/system/api.tsx";
import type { Route } from "../route.ts";
import { neededAction } from "./needed-action.ts";

/**
 * Lists what can be asked of each path in short, in the order of the description: the processes that a caller may run first. What
 * somebody who has signed in may not do is marked.
 */
export function operationsOf(
  routes: readonly Route[],
  processes: readonly Process[],
  caller: Principal | undefined,
): readonly ApiOperation[] {
  return [
    ...processes.map(({ id, description: { title } }) => ({
      tag: "processes",
      method: "POST",
      path: `/processes/${id}/execution`,
      summary: `Execute ${title ?? id}`,
      ...(caller !== undefined && !mayRun(caller, id) ? { isRefused: true } : {}),
    })),
    ...inOrder(routes).map((route) => {
      const { method, about } = route;
      const action = neededAction(route);
      const isRefused = caller !== undefined && action !== undefined && !mayDo(caller, action);
      return {
        ...{ tag: about.tag, method, path: pathOf(route), summary: about.summary },
        ...(isRefused ? { isRefused } : {}),
      };
    }),
  ];
}

/** The headings that come before all others. */
const firstTags: readonly string[] = ["processes", "jobs"];

/**
 * Puts what is about processes first, then what is about jobs; routes that only pages and browsers ask for stand behind those for
 * programs, under a heading of their own.
 */
export function inOrder(routes: readonly Route[]): readonly Route[] {
  const placeOf = ({ about: { tag } }: Route) => {
    if (tag === pagesTag) return firstTags.length + 1;
    const place = firstTags.indexOf(tag);
    return place < 0 ? firstTags.length : place;
  };
  return routes.toSorted((one, other) => placeOf(one) - placeOf(other));
}

/** Writes the path of a route as OpenAPI does: `/jobs/{jobId}`. */
export function pathOf({ path }: Route): string {
  return path.replaceAll(/:([A-Za-z]+)/g, "{$1}").replace("*", "{path}");
}
