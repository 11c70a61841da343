import { defined } from "../../domain/defined.ts";
import type { Problem, ProblemKind } from "../../domain/problem.ts";
import type { WpsException } from "../wps/exception.ts";
import { declarations, type WpsVersion, wpsLanguage } from "../wps/namespaces.ts";
import { markup, textMarkup, writeXml, type XmlMarkup } from "../xml-write.ts";

/** The exception report inside a document of ours. */
export function exceptionReportMarkup(exceptions: readonly WpsException[], version: WpsVersion): XmlMarkup {
  return markup(
    "ows:ExceptionReport",
    { version: version === "1.0.0" ? "1.1.0" : "2.0.0", "xml:lang": wpsLanguage },
    ...exceptions.map(({ code, locator, text: words }) =>
      markup("ows:Exception", { exceptionCode: code, locator }, textMarkup("ows:ExceptionText", words)),
    ),
  );
}

/** Writes an exception report: of OWS Common 1.1 for WPS 1.0, of 2.0 for WPS 2.0. */
export function writeExceptionReport(exceptions: readonly WpsException[], version: WpsVersion): string {
  const { ows: namespace } = declarations[version];
  return writeXml(exceptionReportMarkup(exceptions, version), { ows: namespace });
}

/** How a problem is told in WPS: its code (OGC 06-121r9, 8.3; OGC 14-065, 9) and the status of the answer. */
export const exceptionCodes = {
  "invalid-parameter-value": { code: "InvalidParameterValue", status: 400 },
  "invalid-query-parameter-value": { code: "InvalidParameterValue", status: 400 },
  "no-such-process": { code: "InvalidParameterValue", status: 400, code20: "NoSuchProcess", locator: "identifier" },
  "no-such-job": { code: "InvalidParameterValue", status: 400, code20: "NoSuchJob", locator: "jobId" },
  "no-such-output": { code: "InvalidParameterValue", status: 400, code20: "NoSuchOutput" },
  "not-found": { code: "InvalidParameterValue", status: 404 },
  "result-not-ready": { code: "NoApplicableCode", status: 400, code20: "ResultNotReady", locator: "jobId" },
  "result-not-available": { code: "NoApplicableCode", status: 404 },
  "job-failed": { code: "NoApplicableCode", status: 500 },
  gone: { code: "NoApplicableCode", status: 410, code20: "NoSuchJob", locator: "jobId" },
  "removed-job": { code: "NoApplicableCode", status: 410, code20: "NoSuchJob", locator: "jobId" },
  "workflow-not-found": { code: "NoApplicableCode", status: 400 },
  "duplicated-process": { code: "NoApplicableCode", status: 409 },
  "immutable-process": { code: "NoApplicableCode", status: 403 },
  "precondition-failed": { code: "NoApplicableCode", status: 412 },
  "unsupported-media-type": { code: "InvalidParameterValue", status: 415 },
  "unsupported-content-coding": { code: "InvalidParameterValue", status: 415 },
  "not-acceptable": { code: "InvalidParameterValue", status: 406 },
  "method-not-allowed": { code: "OperationNotSupported", status: 405 },
  "content-too-large": { code: "FileSizeExceeded", status: 413 },
  "kept-job": { code: "NoApplicableCode", status: 409, locator: "jobId" },
  "idempotency-conflict": { code: "NoApplicableCode", status: 422 },
  conflict: { code: "NoApplicableCode", status: 409 },
  unauthorized: { code: "AccessForbidden", status: 401 },
  forbidden: { code: "AccessForbidden", status: 403 },
  "too-many-requests": { code: "ServerBusy", status: 429 },
  "range-not-satisfiable": { code: "InvalidParameterValue", status: 416 },
  "unprocessable-content": { code: "NoApplicableCode", status: 422 },
  "unsupported-schema": { code: "NoApplicableCode", status: 422 },
  "remote-failure": { code: "NoApplicableCode", status: 502 },
  unavailable: { code: "ServerBusy", status: 503 },
  "insufficient-storage": { code: "NoApplicableCode", status: 507 },
  internal: { code: "NoApplicableCode", status: 500 },
} as const satisfies Record<
  ProblemKind,
  { readonly code: string; readonly status: number; readonly code20?: string; readonly locator?: string }
>;

/** Builds the exceptions of a problem: one for each fault, else one. The locator of a fault is `locate`'s. */
export function exceptionsOf(
  problem: Problem,
  version: WpsVersion,
  locate: (pointer: string) => string | undefined = () => undefined,
): readonly WpsException[] {
  const known: { readonly code: string; readonly code20?: string; readonly locator?: string } =
    exceptionCodes[problem.kind];
  const code = version === "2.0.0" ? (known.code20 ?? known.code) : known.code;
  if (problem.faults.length === 0) {
    return [{ code, ...defined({ locator: known.locator }), text: problem.message }];
  }
  return problem.faults.map((fault) => {
    // OGC 06-121r9, table 27: it has a code of its own, and no locator.
    if (fault.pointer === "AcceptVersions")
      return { code: "VersionNegotiationFailed", text: `Cannot use AcceptVersions: ${fault.detail}` };
    const locator = locate(fault.pointer);
    const isMissing = fault.detail.startsWith("found nothing");
    const words = `Cannot use ${locator ?? (fault.pointer === "" ? "the request" : fault.pointer)}: ${fault.detail}`;
    return {
      code: isMissing ? "MissingParameterValue" : code,
      ...defined({ locator }),
      text: words,
    };
  });
}
