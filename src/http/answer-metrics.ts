import type { MetricsFormat } from "../domain/figures/metrics.ts";
import { silentLogger } from "../domain/logger.ts";
import { Problem } from "../domain/problem.ts";
import { problemResponse } from "./answers/problem-response.ts";
import { metricsFormatOf, metricsResponse } from "./routes/system/metrics.ts";

/** Creates what answers at the address that tells metrics and nothing else. */
export function createMetricsAnswer(
  read: (format: MetricsFormat) => Promise<string>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const isKnown = URL.canParse(request.url) && new URL(request.url).pathname === "/metrics";
    if (isKnown && (request.method === "GET" || request.method === "HEAD")) {
      const format = metricsFormatOf(request);
      return metricsResponse(await read(format), format);
    }
    const problem = isKnown
      ? new Problem("method-not-allowed", `Cannot answer: found method ${request.method}, wanted GET`)
      : new Problem("not-found", "Cannot answer: found another path, wanted /metrics");
    return problemResponse(problem, { accept: request.headers.get("accept"), basePath: "" }, silentLogger);
  };
}
