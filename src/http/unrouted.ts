import type { Logger } from "../domain/logger.ts";
import { Problem } from "../domain/problem.ts";
import { type ProblemReader, problemResponse } from "./answers/problem-response.ts";
import { type DoorConfig, preflightResponse } from "./door.ts";
import type { Route } from "./route.ts";

/** Answers a path that has no route for this method: 404, 405 with the methods there are, or a browser's question. */
export function unrouted(
  deps: { readonly door: DoorConfig; readonly logger: Logger },
  routes: readonly Route[],
  request: Request,
  { path, ...reader }: ProblemReader & { readonly path: string },
): Response {
  const plain = path.length > 1 ? path.replace(/\/$/, "") : path;
  const found = routes.filter((route) => matchesPath(route.path, plain));
  const methods = found.map((route) => route.method);
  const hasHead = methods.includes("GET");
  const allowed = hasHead ? [...methods, "HEAD"] : methods;
  if (methods.length === 0) throw new Problem("not-found", `Cannot find "${path}": no resource has this path`);
  if (request.method === "OPTIONS") return preflightResponse(deps.door, request, allowed);
  const detail = `Cannot answer: found method ${request.method}, wanted ${allowed.join(", ")}`;
  const problem = new Problem("method-not-allowed", detail);
  const response = problemResponse(problem, reader, deps.logger);
  response.headers.set("allow", allowed.join(", "));
  return response;
}

function matchesPath(pattern: string, path: string): boolean {
  const expression = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${expression.replaceAll(/:[A-Za-z]+/g, "[^/]+")}$`).test(path);
}
