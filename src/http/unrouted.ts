import type { Logger } from "../domain/logger.ts";
import { Problem } from "../domain/problem.ts";
import { type ProblemReader, problemResponse } from "./answers/problem-response.ts";
import { type DoorConfig, preflightResponse } from "./door/door.ts";
import type { Route } from "./route.ts";

/** Answers a path that has no route for this method: 404, 405 with the methods there are, or a browser's question. */
export function unrouted(
  deps: { readonly door: DoorConfig; readonly logger: Logger },
  routes: readonly Route[],
  request: Request,
  { path, ...reader }: ProblemReader & { readonly path: string },
): Response {
  const plain = plainPath(path);
  const found = routes.filter((route) => matchesPath(route.path, plain));
  const methods = found.map((route) => route.method);
  const hasHead = methods.includes("GET");
  const allowed = hasHead ? [...methods, "HEAD"] : methods;
  if (methods.length === 0) throw new Problem("not-found", `Cannot find "${path}": no resource has this path`);
  if (request.method === "OPTIONS") {
    const response = preflightResponse(deps.door, request, allowed);
    for (const { optionsHeaders = {} } of found) {
      for (const [name, value] of Object.entries(optionsHeaders)) response.headers.set(name, value);
    }
    return response;
  }
  const detail = `Cannot answer: found method ${request.method}, wanted ${allowed.join(", ")}`;
  const problem = new Problem("method-not-allowed", detail);
  const response = problemResponse(problem, reader, deps.logger);
  response.headers.set("allow", allowed.join(", "));
  return response;
}

/** Gives a path without a slash at its end, which means nothing. */
export function plainPath(path: string): string {
  return path.length > 1 ? path.replace(/\/$/, "") : path;
}

/** Tells whether a path is one of those that the path of a route stands for. */
export function matchesPath(pattern: string, path: string): boolean {
  const expression = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${expression.replaceAll(/:[A-Za-z]+/g, "[^/]+")}$`).test(path);
}
