import { dataMarkup, type WpsData } from "../wps/data.ts";
import type { WpsException } from "../wps/exception.ts";
import { dataInputsMarkup } from "../wps/input-data.ts";
import { declarations, wpsLanguage } from "../wps/namespaces.ts";
import type { WpsOutput, WpsState } from "../wps/status.ts";
import { markup, textMarkup, writeXml, type XmlMarkup } from "../xml-write.ts";
import { exceptionReportMarkup } from "./write-exceptions.ts";

/** An execution of ours, as an ExecuteResponse tells it. */
export type ExecuteResponse = {
  readonly process: { readonly id: string; readonly title?: string | undefined; readonly version: string };
  /** The URL of the capabilities. */
  readonly serviceInstance: string;
  /** Where the response is kept; undefined when it is not. */
  readonly statusLocation?: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly state: WpsState;
  /** A whole number, 0 to 100. */
  readonly percent: number;
  readonly message: string;
  readonly outputs: readonly WpsOutput[];
  readonly exceptions: readonly WpsException[];
  /** The inputs and outputs of the request; undefined when they are not to be repeated. */
  readonly lineage?: Lineage;
};

/** What a response repeats of its request. */
export type Lineage = {
  readonly inputs: readonly { readonly id: string; readonly data: WpsData }[];
  readonly outputs: readonly { readonly id: string; readonly asReference: boolean }[];
};

/** Writes the response document of a WPS 1.0 execution (OGC 05-007r7, 10.3). */
export function writeExecuteResponse(response: ExecuteResponse): string {
  const { process, lineage, outputs } = response;
  const root = markup(
    "wps:ExecuteResponse",
    {
      service: "WPS",
      version: "1.0.0",
      "xml:lang": wpsLanguage,
      serviceInstance: response.serviceInstance,
      statusLocation: response.statusLocation,
    },
    markup(
      "wps:Process",
      { "wps:processVersion": process.version },
      markup("ows:Identifier", {}, process.id),
      markup("ows:Title", {}, process.title ?? process.id),
    ),
    markup("wps:Status", { creationTime: new Date(response.createdAt).toISOString() }, stateMarkup(response)),
    lineage === undefined ? undefined : dataInputsMarkup(lineage.inputs),
    lineage === undefined || lineage.outputs.length === 0
      ? undefined
      : markup(
          "wps:OutputDefinitions",
          {},
          ...lineage.outputs.map(({ id, asReference }) =>
            markup("wps:Output", { asReference }, markup("ows:Identifier", {}, id)),
          ),
        ),
    outputs.length === 0 ? undefined : markup("wps:ProcessOutputs", {}, ...outputs.map(outputMarkup)),
  );
  return writeXml(root, declarations["1.0.0"]);
}

function outputMarkup({ id, title, data }: WpsOutput): XmlMarkup {
  return markup(
    "wps:Output",
    {},
    markup("ows:Identifier", {}, id),
    markup("ows:Title", {}, title ?? id),
    dataMarkup(data, "1.0.0", "output"),
  );
}

/** A running execution is never at 100 percent (OGC 05-007r7, table 56: 0 to 99). */
function stateMarkup({ state, percent, message, exceptions }: ExecuteResponse): XmlMarkup {
  const percentCompleted = Math.min(99, Math.max(0, Math.floor(percent)));
  switch (state) {
    case "accepted":
      return markup("wps:ProcessAccepted", {}, message);
    case "running":
      return markup("wps:ProcessStarted", { percentCompleted }, message);
    case "paused":
      return markup("wps:ProcessPaused", { percentCompleted }, message);
    case "succeeded":
      return markup("wps:ProcessSucceeded", {}, message);
    case "failed":
    case "dismissed":
      return markup("wps:ProcessFailed", {}, exceptionReportMarkup(exceptions, "1.0.0"));
    default:
      return state satisfies never;
  }
}

const words20 = {
  accepted: "Accepted",
  running: "Running",
  paused: "Running",
  succeeded: "Succeeded",
  failed: "Failed",
  dismissed: "Dismissed",
} as const satisfies Record<WpsState, string>;

/** Writes the StatusInfo of a WPS 2.0 execution (OGC 14-065, 9.5). `nextPollAt`: milliseconds since 1970. */
export function writeStatusInfo(info: {
  readonly jobId: string;
  readonly state: WpsState;
  readonly percent?: number;
  readonly nextPollAt?: number;
}): string {
  const { jobId, state, percent, nextPollAt } = info;
  const root = markup(
    "wps:StatusInfo",
    {},
    markup("wps:JobID", {}, jobId),
    markup("wps:Status", {}, words20[state]),
    textMarkup("wps:NextPoll", nextPollAt === undefined ? undefined : new Date(nextPollAt).toISOString()),
    textMarkup("wps:PercentCompleted", percent === undefined ? undefined : String(Math.floor(percent))),
  );
  return writeXml(root, declarations["2.0.0"]);
}

/** Writes the Result of a WPS 2.0 execution; without an id when nothing can be asked by it. */
export function writeResult(result: { readonly jobId?: string; readonly outputs: readonly WpsOutput[] }): string {
  const root = markup(
    "wps:Result",
    {},
    ...(result.jobId === undefined ? [] : [markup("wps:JobID", {}, result.jobId)]),
    ...result.outputs.map(({ id, data }) => markup("wps:Output", { id }, dataMarkup(data, "2.0.0", "output"))),
  );
  return writeXml(root, declarations["2.0.0"]);
}
