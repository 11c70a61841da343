import type { MetricsFormat } from "../../domain/figures/metrics.ts";
import type { Principal } from "../../domain/people/access.ts";
import { requireAction } from "../people/guard.ts";

export type MetricsDeps = {
  /** Measures what is not counted as it happens, and formats all; undefined where metrics are told at an address of their own, or not at all. */
  readonly readMetrics?: (format: MetricsFormat) => Promise<string>;
};

/** Reads the metrics of the service. Throws `forbidden`. */
export async function readMetrics(
  read: (format: MetricsFormat) => Promise<string>,
  principal: Principal,
  format: MetricsFormat,
): Promise<string> {
  requireAction(principal, "read-metrics", "read metrics");
  return read(format);
}
