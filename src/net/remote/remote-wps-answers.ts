import type { RemoteException } from "../../domain/jobs/job.ts";
import { Problem } from "../../domain/problem.ts";
import type { WpsException } from "../../wire/wps/exception.ts";
import type { WpsStatus } from "../../wire/wps/status.ts";
import { readDescriptions } from "../../wire/wps-client/describe-process.ts";
import { exceptionText, readExceptionReport } from "../../wire/wps-client/read-exceptions.ts";
import { readStatus } from "../../wire/wps-client/read-status.ts";
import { parseXml, type XmlElement } from "../../wire/xml.ts";
import { retryAfterSeconds } from "../retry-after.ts";
import type {
  RemoteDeps,
  RemoteDescription,
  RemoteLocation,
  RemoteStatus,
  RemoteTarget,
  SavedAnswer,
  Submission,
} from "./remote.ts";
import { type RemoteDocument, sample, savedText, unreadable } from "./remote-documents.ts";
import { nativeOf } from "./remote-wps-values.ts";

/** Parses a document of a remote and reads it. Throws `remote-failure`, also for what the readers of wire/ refuse. */
export function readRemote<Read>(
  document: Pick<RemoteDocument, "url" | "text" | "status">,
  read: (root: XmlElement) => Read,
): Read {
  try {
    return read(parseXml(document.text, { isTolerant: true }));
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    const status = document.status === 200 ? "" : `status ${document.status}, `;
    const found = document.text.trimStart().startsWith("<") && !/^<(!doctype )?html/i.test(document.text.trimStart());
    throw unreadable(
      document.url,
      `${status}${found ? cause.message : sample(document.text)}`,
      "a document of WPS",
      cause,
    );
  }
}

/** Tells whether a document names a fault of who asks: some servers say with a status of trouble what is the asker's fault: asked again, they say the same. */
export function namesFault(document: RemoteDocument): boolean {
  try {
    const report = readExceptionReport(parseXml(document.text, { isTolerant: true })) ?? [];
    return report.some(({ code }) => code !== undefined && faultCodes.includes(code));
  } catch {
    // It is no report: the status says all.
    return false;
  }
}

const faultCodes = [
  "NoSuchProcess",
  "NoSuchJob",
  "InvalidParameterValue",
  "MissingParameterValue",
  "OperationNotSupported",
  "VersionNegotiationFailed",
];

/** Tells whether a document is a report of exceptions. */
export function readsReport(document: RemoteDocument): boolean {
  return readRemote(document, readExceptionReport) !== undefined;
}

/** Reads the description of a process; undefined where the server says that it has none of this id. */
export function describedProcess(
  document: RemoteDocument,
  processId: string,
  language: string | undefined,
): RemoteDescription | undefined {
  const isUnknown = readRemote(document, readExceptionReport)?.some(
    ({ code, locator }) =>
      code === "NoSuchProcess" || (code === "InvalidParameterValue" && /identifier/i.test(locator ?? "identifier")),
  );
  if (isUnknown === true) return undefined;
  const all = readRemote(document, readDescriptions);
  const found = all.find(({ description }) => description.id === processId) ?? (all.length === 1 ? all[0] : undefined);
  if (found === undefined) return undefined;
  const { title, description, version, keywords, inputs, outputs } = found.description;
  return {
    id: processId,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(version === undefined ? {} : { version }),
    ...(keywords === undefined ? {} : { keywords }),
    inputs,
    outputs,
    fileInputs: Object.entries(found.inputKinds).flatMap(([id, { kind }]) => (kind === "complex" ? [id] : [])),
    offersSync: true,
    offersAsync: found.supportsStore && found.supportsStatus,
    native: nativeOf(found, language),
  };
}

/** Reads what became of a request to execute: refused, answered, or accepted with where its status is. Throws `remote-failure`. */
export async function readSubmission(deps: RemoteDeps, target: RemoteTarget, answer: SavedAnswer): Promise<Submission> {
  const text = await savedText(deps, answer);
  const document = { url: answer.url, text, status: answer.status };
  const isXml = text.trimStart().startsWith("<") && !/^<(!doctype )?html/i.test(text.trimStart());
  if (answer.status >= 400 && !isXml) {
    return {
      kind: "refused",
      status: answer.status,
      exception: { code: String(answer.status), text: `status ${answer.status}, ${sample(text)}` },
    };
  }
  const status = readRemote(document, readStatus);
  switch (status.state) {
    case "failed":
      return {
        kind: "refused",
        status: answer.status,
        exception: exceptionOf(status.exceptions) ?? { text: status.message ?? "no reason given" },
      };
    case "dismissed":
      return { kind: "refused", exception: { text: "dismissed" } };
    case "succeeded":
      if (status.outputs.length > 0 || status.jobId === undefined) return { kind: "answered" };
      return { kind: "accepted", location: { url: target.url, jobId: status.jobId } };
    case "accepted":
    case "running":
    case "paused":
      return { kind: "accepted", location: locationOf(target, answer, status) };
    default:
      return status.state satisfies never;
  }
}

function locationOf(target: RemoteTarget, answer: SavedAnswer, { jobId, statusLocation }: WpsStatus): RemoteLocation {
  if (jobId !== undefined) return { url: target.url, jobId };
  if (statusLocation === undefined || !URL.canParse(statusLocation, answer.url)) {
    throw unreadable(answer.url, "an accepted execution without a statusLocation", "where its status is found");
  }
  const url = new URL(statusLocation, answer.url);
  const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.exec(url.href)?.[0];
  const name = url.pathname
    .split("/")
    .at(-1)
    ?.replace(/\.xml$/, "");
  return { url: url.href, ...(uuid === undefined ? (name ? { jobId: name } : {}) : { jobId: uuid }) };
}

const states = {
  accepted: "accepted",
  running: "running",
  paused: "running",
  succeeded: "successful",
  failed: "failed",
  dismissed: "dismissed",
} as const satisfies Record<WpsStatus["state"], RemoteStatus["state"]>;

/** Reads the status of a job, with when the server wants to be asked again. */
export function toRemoteStatus(status: WpsStatus, document: RemoteDocument): RemoteStatus {
  const exception = exceptionOf(status.exceptions);
  const asked = retryAfterSeconds(document.headers) ?? secondsUntil(status.nextPoll, document.headers);
  return {
    state: states[status.state],
    ...(status.percent === undefined ? {} : { percent: status.percent }),
    ...(status.message === undefined ? {} : { message: status.message }),
    ...(exception === undefined ? {} : { exception }),
    ...(asked === undefined ? {} : { askAgainSeconds: asked }),
  };
}

/** A time of the remote's is told against its own clock. */
function secondsUntil(time: string | undefined, headers: Headers): number | undefined {
  const sent = Date.parse(headers.get("date") ?? "");
  const at = Date.parse(time ?? "");
  return Number.isNaN(sent) || Number.isNaN(at) ? undefined : Math.max(0, (at - sent) / 1000);
}

function exceptionOf(exceptions: readonly WpsException[]): RemoteException | undefined {
  const [first, ...others] = exceptions;
  if (first === undefined) return undefined;
  const text = others.length === 0 ? first.text : exceptionText(exceptions);
  return { ...first, text: text === "" ? "an exception without a text" : text };
}

/** Reads the outputs of an answer that was saved. Throws `remote-failure` where it tells none. */
export async function outputsOf(deps: RemoteDeps, answer: SavedAnswer) {
  const document = { url: answer.url, text: await savedText(deps, answer), status: answer.status };
  const { state, outputs, exceptions } = readRemote(document, readStatus);
  if (state === "succeeded") return outputs;
  const found = exceptions.length === 0 ? `state ${state}` : exceptionText(exceptions);
  throw unreadable(answer.url, found, "the results");
}
