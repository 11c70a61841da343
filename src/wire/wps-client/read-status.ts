import { defined } from "../../domain/defined.ts";
import { Problem } from "../../domain/problem.ts";
import { identifierOf, readData } from "../wps/data.ts";
import { ows, wps } from "../wps/namespaces.ts";
import type { WpsOutput, WpsState, WpsStatus } from "../wps/status.ts";
import { attribute, child, children, childText, isNamed, text, type XmlElement } from "../xml.ts";
import { readExceptionReport, readExceptions } from "./read-exceptions.ts";

/**
 * Reads what a server answers to Execute, GetStatus and GetResult: an ExecuteResponse (OGC 05-007r7, 10.3), StatusInfo
 * or Result (OGC 14-065, 9.5); an exception report is a failure. Throws `invalid-parameter-value` for anything else.
 */
export function readStatus(root: XmlElement): WpsStatus {
  const exceptions = readExceptionReport(root);
  if (exceptions !== undefined) return { state: "failed", outputs: [], exceptions };
  if (isNamed(root, wps, "ExecuteResponse")) return readExecuteResponse(root);
  if (isNamed(root, wps, "StatusInfo")) return readStatusInfo(root);
  if (isNamed(root, wps, "Result")) {
    return { state: "succeeded", ...jobIdOf(root), outputs: readOutputs(root), exceptions: [] };
  }
  const wanted = "wanted ExecuteResponse, StatusInfo, Result or ExceptionReport";
  throw new Problem("invalid-parameter-value", `Cannot read status: found element "${root.local}", ${wanted}`);
}

const states10: Readonly<Record<string, WpsState>> = {
  ProcessAccepted: "accepted",
  ProcessStarted: "running",
  ProcessPaused: "paused",
  ProcessSucceeded: "succeeded",
  ProcessFailed: "failed",
};

function readExecuteResponse(root: XmlElement): WpsStatus {
  const status = child(root, wps, "Status");
  const told = status === undefined ? undefined : children(status).find((one) => Object.hasOwn(states10, one.local));
  const state = told === undefined ? undefined : states10[told.local];
  if (told === undefined || state === undefined) {
    const found =
      status === undefined
        ? "no Status"
        : `Status with ${
            children(status)
              .map((one) => one.local)
              .join(", ") || "nothing"
          }`;
    throw new Problem(
      "invalid-parameter-value",
      `Cannot read status: found ${found}, wanted one of ${Object.keys(states10).join(", ")}`,
    );
  }
  const location = attribute(root, "statusLocation")?.trim();
  const report = child(told, ows, "ExceptionReport") ?? child(told, wps, "ExceptionReport");
  const message = text(told);
  const outputs = child(root, wps, "ProcessOutputs");
  return {
    state,
    ...percentOf(attribute(told, "percentCompleted")),
    ...defined({ message }),
    ...(location === undefined || location === "" ? {} : { statusLocation: location }),
    outputs: outputs === undefined ? [] : readOutputs(outputs),
    exceptions: report === undefined ? [] : readExceptions(report),
  };
}

const states20: Readonly<Record<string, WpsState>> = {
  accepted: "accepted",
  running: "running",
  paused: "paused",
  succeeded: "succeeded",
  finished: "succeeded",
  failed: "failed",
  dismissed: "dismissed",
};

function readStatusInfo(root: XmlElement): WpsStatus {
  const word = childText(root, wps, "Status") ?? "";
  const state = Object.hasOwn(states20, word.toLowerCase()) ? states20[word.toLowerCase()] : undefined;
  if (state === undefined) {
    throw new Problem(
      "invalid-parameter-value",
      `Cannot read status: found Status "${word}", wanted Accepted, Running, Succeeded, Failed or Dismissed`,
    );
  }
  const nextPoll = childText(root, wps, "NextPoll");
  const report = child(root, ows, "ExceptionReport");
  return {
    state,
    ...jobIdOf(root),
    ...percentOf(childText(root, wps, "PercentCompleted")),
    ...defined({ nextPoll }),
    outputs: [],
    exceptions: report === undefined ? [] : readExceptions(report),
  };
}

function jobIdOf(root: XmlElement): { readonly jobId?: string } {
  const jobId = childText(root, wps, "JobID");
  return defined({ jobId });
}

function percentOf(given: string | undefined): { readonly percent?: number } {
  const percent = Number(given?.trim().replace(/%$/, "") || Number.NaN);
  return Number.isFinite(percent) ? { percent: Math.min(100, Math.max(0, percent)) } : {};
}

/** Outputs inside outputs (WPS 2.0) are named by their path, with slashes. */
function readOutputs(element: XmlElement, prefix = ""): readonly WpsOutput[] {
  return children(element, wps, "Output").flatMap((output) => {
    const id = prefix + identifierOf(output);
    const title = childText(output, ows, "Title");
    const data = readData(output);
    const inner = readOutputs(output, `${id}/`);
    return data === undefined ? inner : [{ id, ...defined({ title }), data }, ...inner];
  });
}
