import type { MetricsFormat } from "../../../domain/figures/metrics.ts";
import { type MetricsDeps, readMetrics } from "../../../operations/system/read-metrics.ts";
import { principalOf, type Route } from "../../route.ts";

/** What each format is called in answers. */
const mediaTypes = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
} as const satisfies Record<MetricsFormat, string>;

/** Lists the route by which Prometheus reads metrics: none where they are told elsewhere, or not at all. */
export function metricsRoutes({ readMetrics: read }: MetricsDeps): readonly Route[] {
  if (read === undefined) return [];
  return [
    {
      method: "GET",
      path: "/metrics",
      about: {
        summary: "Metrics of the service, for Prometheus",
        tag: "service",
        answers: {
          200: { about: "The text format 0.0.4, or OpenMetrics by Accept", content: { mediaType: "text/plain" } },
        },
      },
      isProbe: true,
      async handle(context) {
        const format = metricsFormatOf(context.request);
        return metricsResponse(await readMetrics(read, principalOf(context), format), format);
      },
    },
  ];
}

/** Reads which format a reader of metrics wants: OpenMetrics when it accepts that. */
export function metricsFormatOf(request: Request): MetricsFormat {
  return /\bapplication\/openmetrics-text\b/.test(request.headers.get("accept") ?? "") ? "openmetrics" : "prometheus";
}

/** Builds the answer that tells metrics. */
export function metricsResponse(text: string, format: MetricsFormat): Response {
  return new Response(text, { headers: { "content-type": mediaTypes[format], "cache-control": "no-store" } });
}
