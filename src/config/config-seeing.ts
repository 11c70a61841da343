import * as v from "valibot";
import { logLevels } from "../log.ts";
import { text, whole } from "./config-values.ts";

/** HOST:PORT, of an address that the service listens on besides its own. */
const listenAddress = v.pipe(
  text,
  v.regex(/^(?:[^\s:[\]]+|\[[0-9a-fA-F:.]+\]):\d{1,5}$/, "HOST:PORT"),
  v.check((value) => Number(/\d+$/.exec(value)?.[0]) <= 65_535, "HOST:PORT, with a port of at most 65535"),
);

/** The settings of what is seen of the service: its metrics, its log, its audit. */
export const seeingEntries = {
  metrics: v.optional(
    v.pipe(
      v.picklist(["on", "off"], "on or off"),
      v.description(
        "whether /metrics tells admins, or who comes to --metrics-listen, what the service does, in numbers for monitoring by Prometheus: on or off",
      ),
    ),
    "on",
  ),
  metricsListen: v.optional(
    v.pipe(
      listenAddress,
      v.description(
        "address, HOST:PORT, that tells metrics to whoever comes there, such as Prometheus; then the main address does not",
      ),
    ),
  ),
  keepAuditDays: v.optional(
    v.pipe(whole(1, 36_500), v.description("days that the audit of who did what is kept")),
    400,
  ),
  logLevel: v.optional(
    v.pipe(v.picklist(logLevels, logLevels.join(", ")), v.description("lowest level logged")),
    "info",
  ),
  logFormat: v.optional(
    v.pipe(
      v.picklist(["auto", "json", "text"], "auto, json or text"),
      v.description("form of log lines: json, text, or auto, which is text on a terminal"),
    ),
    "auto",
  ),
  logRequests: v.optional(
    v.pipe(
      v.picklist(["off", "errors", "all"], "off, errors or all"),
      v.description("requests that have a line in the log: none, those with a status of 400 and more, or all"),
    ),
    "all",
  ),
};
