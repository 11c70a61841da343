import { fault } from "../../domain/faults.ts";
import { type Fault, Problem } from "../../domain/problem.ts";
import { type Kvp, kvpText } from "../kvp.ts";
import { likelyVersion, ows, readVersion, versionOf, type WpsVersion, wps, wpsVersions } from "../wps/namespaces.ts";
import { attribute, child, children, childText, text, type XmlElement } from "../xml.ts";
import { readKvpExecute } from "./execute-kvp.ts";
import { type ExecuteCall, readExecute } from "./read-execute.ts";

/** What a client asks of a WPS, whatever the form that it asked in. */
export type WpsRequest =
  | { readonly request: "GetCapabilities"; readonly version: WpsVersion }
  | { readonly request: "DescribeProcess"; readonly version: WpsVersion; readonly identifiers: readonly string[] }
  | { readonly request: "Execute"; readonly version: WpsVersion; readonly call: ExecuteCall }
  | { readonly request: JobRequestName; readonly version: WpsVersion; readonly jobId: string };

type JobRequestName = "GetStatus" | "GetResult" | "Dismiss";

const requestNames = ["GetCapabilities", "DescribeProcess", "Execute", "GetStatus", "GetResult", "Dismiss"] as const;
type RequestName = (typeof requestNames)[number];

/**
 * Tells the version that a document or query speaks, as far as it can be told: exception reports are of that version
 * too.
 */
export function versionOfKvp(kvp: Kvp): WpsVersion {
  return likelyVersion(kvpText(kvp, "version"));
}

/** Reads a request by GET. Throws `invalid-query-parameter-value`; pointers of faults are the names of parameters. */
export function readKvpRequest(kvp: Kvp): WpsRequest {
  const service = kvpText(kvp, "service");
  if (service?.toUpperCase() !== "WPS") throw wrongParameter("service", service, "WPS");
  const request = requestName(kvpText(kvp, "request"));
  if (request === "GetCapabilities") {
    const accepted = (kvpText(kvp, "acceptversions") ?? kvpText(kvp, "version"))?.split(",");
    return { request, version: negotiate(accepted, kvp.has("acceptversions")) };
  }
  const version = requireVersion(kvpText(kvp, "version"));
  switch (request) {
    case "DescribeProcess":
      return { request, version, identifiers: identifiersOf(kvpText(kvp, "identifier")?.split(",") ?? []) };
    case "Execute":
      if (version === "2.0.0") throw notByGet();
      return { request, version, call: readKvpExecute(kvp) };
    case "GetStatus":
    case "GetResult":
    case "Dismiss":
      return jobRequest(request, version, kvpText(kvp, "jobid"));
    default:
      return request satisfies never;
  }
}

/** Reads a request by POST. Throws as `readKvpRequest` does. */
export function readXmlRequest(root: XmlElement): WpsRequest {
  const request = wps.includes(root.namespace)
    ? requestName(root.local)
    : requestName(`{${root.namespace}}${root.local}`);
  const service = attribute(root, "service");
  if (service !== undefined && service.toUpperCase() !== "WPS") throw wrongParameter("service", service, "WPS");
  if (request === "GetCapabilities") {
    const list = child(root, ows, "AcceptVersions") ?? child(root, wps, "AcceptVersions");
    const accepted = list === undefined ? undefined : children(list, ows, "Version").flatMap((one) => text(one) ?? []);
    return {
      request,
      version: accepted === undefined ? versionOf(root, attribute(root, "version")) : negotiate(accepted, true),
    };
  }
  const told = attribute(root, "version");
  const version = told === undefined ? versionOf(root) : requireVersion(told);
  switch (request) {
    case "DescribeProcess":
      return {
        request,
        version,
        identifiers: identifiersOf(children(root, ows, "Identifier").flatMap((one) => text(one) ?? [])),
      };
    case "Execute":
      return { request, version, call: readExecute(root) };
    case "GetStatus":
    case "GetResult":
    case "Dismiss":
      return jobRequest(request, version, childText(root, wps, "JobID"));
    default:
      return request satisfies never;
  }
}

function requestName(name: string | undefined): RequestName {
  const request = requestNames.find((one) => one.toLowerCase() === name?.toLowerCase());
  if (request === undefined) throw wrongParameter("request", name, `one of ${requestNames.join(", ")}`);
  return request;
}

/** The first version that the client accepts and we speak (OGC 06-121r9, 7.3.2). */
function negotiate(accepted: readonly string[] | undefined, isStrict: boolean): WpsVersion {
  if (accepted === undefined) return "1.0.0";
  const version = accepted.map((one) => readVersion(one.trim())).find((one) => one !== undefined);
  if (version !== undefined) return version;
  if (!isStrict) throw wrongParameter("version", accepted.join(","), wpsVersions.join(" or "));
  throw wrongParameter("AcceptVersions", accepted.join(","), wpsVersions.join(" or "));
}

function requireVersion(given: string | undefined): WpsVersion {
  const version = readVersion(given ?? "1.0.0");
  if (version === undefined) throw wrongParameter("version", given, wpsVersions.join(" or "));
  return version;
}

function identifiersOf(given: readonly string[]): readonly string[] {
  const identifiers = given.map((one) => one.trim()).filter((one) => one !== "");
  if (identifiers.length === 0) throw wrongParameter("identifier", undefined, "identifiers of processes, or ALL");
  return identifiers;
}

function jobRequest(request: JobRequestName, version: WpsVersion, jobId: string | undefined): WpsRequest {
  if (version !== "2.0.0") throw wrongParameter("version", version, `2.0.0, which has ${request}`);
  if (jobId === undefined) throw wrongParameter("jobId", undefined, "the id of a job");
  return { request, version, jobId };
}

function notByGet(): Problem {
  return new Problem("method-not-allowed", "Cannot execute: found Execute 2.0.0 by GET, wanted POST, or version 1.0.0");
}

function wrongParameter(name: string, value: string | undefined, wanted: string): Problem {
  const wrong: Fault = fault(name, value, wanted);
  return new Problem("invalid-query-parameter-value", `Cannot read request: ${name}: ${wrong.detail}`, {
    faults: [wrong],
  });
}
