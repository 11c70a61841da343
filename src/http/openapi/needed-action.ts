import type { Action } from "../../domain/people/access.ts";
import type { Route } from "../route.ts";

/** What a caller must be allowed to do for routes, by their method and the beginning of their path: the first that fits counts. */
const needed: readonly (readonly [method: RegExp, path: RegExp, action: Action])[] = [
  [/./, /^\/_\/audit/, "read-audit"],
  [/./, /^\/_\/system/, "read-system"],
  [/./, /^\/_\/keys/, "manage-keys"],
  [/GET/, /^\/metrics$/, "read-metrics"],
  [/DELETE/, /^\/jobs$/, "bulk"],
  [/POST/, /\/execution$|^\/jobs\/:jobId\/retry$/, "execute"],
  [/GET/, /^\/processes\/:processId\/package$/, "read-package"],
  [/POST|PUT|PATCH|DELETE/, /^\/processes\b/, "deploy"],
  [/POST|PUT|PATCH|DELETE/, /^\/providers\b/, "manage-providers"],
  [/./, /^\/(vault|uploads)\b/, "upload"],
  [/./, /^\/jobs\/:jobId\/share$/, "dismiss-own"],
];

/** Returns what a caller must be allowed to do at least for a route; undefined where that depends on what is asked of it. */
export function neededAction({ method, path }: Pick<Route, "method" | "path">): Action | undefined {
  return needed.find(([methods, paths]) => methods.test(method) && paths.test(path))?.[2];
}
