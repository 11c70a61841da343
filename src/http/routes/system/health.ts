import { checkReadiness } from "../../../operations/system/check-health.ts";
import { ok } from "../../openapi/about.ts";
import { jsonResponse, type Route } from "../../route.ts";

export type HealthRouteDeps = Parameters<typeof checkReadiness>[0];

/** Lists the routes by which supervisors learn whether the service lives, and whether it can work. */
export function healthRoutes(deps: HealthRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/healthz",
      about: { summary: "Whether the service lives", tag: "service", answers: ok("Health", "It lives") },
      access: "public",
      asksNobody: true,
      isProbe: true,
      handle: () => jsonResponse({ status: "ok" }),
    },
    {
      method: "GET",
      path: "/readyz",
      about: {
        summary: "Whether the service can work",
        tag: "service",
        answers: ok("Health", "It can"),
        problems: [503],
      },
      access: "public",
      asksNobody: true,
      isProbe: true,
      async handle() {
        await checkReadiness(deps);
        return jsonResponse({ status: "ok" });
      },
    },
  ];
}
