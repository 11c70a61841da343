import type { RemoteException } from "../domain/job.ts";
import { Problem } from "../domain/problem.ts";
import type { WpsCapabilities } from "../wire/wps/capabilities.ts";
import type { WpsException } from "../wire/wps/exception.ts";
import type { WpsVersion } from "../wire/wps/namespaces.ts";
import type { WpsStatus } from "../wire/wps/status.ts";
import { readDescriptions } from "../wire/wps-client/describe-process.ts";
import { readCapabilities } from "../wire/wps-client/read-capabilities.ts";
import { exceptionText, readExceptionReport } from "../wire/wps-client/read-exceptions.ts";
import { readStatus } from "../wire/wps-client/read-status.ts";
import { writeExecute } from "../wire/wps-client/write-execute.ts";
import { parseXml, type XmlElement } from "../wire/xml.ts";
import type {
  RemoteClient,
  RemoteDeps,
  RemoteDescription,
  RemoteLocation,
  RemoteStatus,
  RemoteTarget,
  SavedAnswer,
  Submission,
} from "./remote.ts";
import {
  askAgain,
  fetchDocument,
  type RemoteDocument,
  sample,
  savedText,
  sendTo,
  unreadable,
} from "./remote-documents.ts";
import { askedOutputs, nativeOf, readNative, readWpsResults, toInputs } from "./remote-wps-values.ts";
import { retryAfterSeconds } from "./retry-after.ts";
import type { Tries } from "./try-again.ts";

/** Creates the client of a WPS of the target's version. All operations are asked at the target's own URL. */
export function createWpsClient(deps: RemoteDeps, target: RemoteTarget): RemoteClient {
  const version: WpsVersion = target.type === "wps-2.0.0" ? "2.0.0" : "1.0.0";
  const ask = (parameters: Readonly<Record<string, string>>, signal?: AbortSignal, tries?: Tries) =>
    fetchDocument(
      deps,
      target,
      {
        url: `${target.url}?${new URLSearchParams({ service: "WPS", ...parameters })}`,
        ...(signal === undefined ? {} : { signal }),
      },
      { ...tries, isAnswer: namesFault },
    );
  const capabilities = async (signal: AbortSignal, tries?: Tries) =>
    readRemote(
      await ask({ request: "GetCapabilities", [acceptVersions(version)]: version }, signal, tries),
      readCapabilities,
    );
  const statusOf = async (location: RemoteLocation, signal?: AbortSignal) => {
    const jobId = version === "2.0.0" ? location.jobId : undefined;
    if (jobId !== undefined) return ask({ version, request: "GetStatus", jobid: jobId }, signal);
    return fetchDocument(deps, target, { url: location.url, ...(signal === undefined ? {} : { signal }) });
  };
  return {
    async probe(signal) {
      const found = await capabilities(signal);
      if (found.version !== version) throw unreadable(target.url, `WPS ${found.version}`, `WPS ${version}`);
      return found.title === undefined ? {} : { title: found.title };
    },
    async processes(signal, tries) {
      const { processes } = await capabilities(signal, tries);
      return processes.map(({ id, title, abstract }) => ({
        id,
        title,
        ...(abstract === undefined ? {} : { description: abstract }),
      }));
    },
    async describe(processId, signal, tries) {
      const language = await spokenLanguage(target, () => capabilities(signal, tries));
      const asked = { version, request: "DescribeProcess", identifier: processId };
      const document = await ask({ ...asked, ...(language === undefined ? {} : { language }) }, signal, tries);
      return describedProcess(document, processId, language);
    },
    async execute(execution, save) {
      const native = readNative(execution.native);
      const body = writeExecute({
        version,
        processId: execution.processId,
        inputs: await toInputs(execution, native),
        inputKinds: native.inputKinds,
        outputs: askedOutputs(execution, native),
        mode: native.isAsync ? "async" : "sync",
        status: native.isAsync,
        ...(native.language === undefined ? {} : { language: native.language }),
      });
      const headers = { "content-type": "text/xml; charset=utf-8", "idempotency-key": execution.idempotencyKey };
      return save(await sendTo(deps, target, { url: target.url, method: "POST", headers, body, isPatient: true }));
    },
    readSubmission: (answer) => readSubmission(deps, target, answer),
    // Neither version has a word for it.
    honoursIdempotency: async () => false,
    async status(location, signal) {
      const document = await statusOf(location, signal);
      const status = readRemote(document, readStatus);
      // A server in trouble says so in the same form as a job that failed.
      if (document.status >= 500 && readsReport(document)) {
        throw unreadable(
          document.url,
          `status ${document.status}, ${exceptionText(status.exceptions)}`,
          "a job's status",
          undefined,
          retryAfterSeconds(document.headers),
        );
      }
      return toRemoteStatus(status, document);
    },
    async results(source, wanted, save, tries = {}) {
      if (source.kind === "answer") return readWpsResults(await outputsOf(deps, source.answer), wanted);
      const { jobId, url } = source.location;
      const isResult = version === "2.0.0" && jobId !== undefined;
      const asked = new URLSearchParams({ service: "WPS", version, request: "GetResult", jobid: jobId ?? "" });
      const place = isResult ? `${target.url}?${asked}` : url;
      const saved = await askAgain(tries, async (signal) => save(await sendTo(deps, target, { url: place, signal })));
      return readWpsResults(await outputsOf(deps, saved), wanted);
    },
    async dismiss({ jobId }) {
      if (version === "1.0.0" || jobId === undefined) return;
      await ask({ version, request: "Dismiss", jobid: jobId });
    },
  };
}

function acceptVersions(version: WpsVersion): string {
  return version === "1.0.0" ? "AcceptVersions" : "acceptversions";
}

/** Parses a document of a remote and reads it. Throws `remote-failure`, also for what the readers of wire/ refuse. */
function readRemote<Read>(
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

/** Some servers say with a status of trouble what is the asker's fault: asked again, they say the same. */
function namesFault(document: RemoteDocument): boolean {
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

function readsReport(document: RemoteDocument): boolean {
  return readRemote(document, readExceptionReport) !== undefined;
}

/** A language is only asked for where the server has it: others refuse the whole request. */
async function spokenLanguage(
  { language }: RemoteTarget,
  capabilities: () => Promise<WpsCapabilities>,
): Promise<string | undefined> {
  if (language === undefined) return undefined;
  const wanted = language.toLowerCase();
  const { languages } = await capabilities();
  const primary = (text: string) => text.toLowerCase().split("-")[0];
  return (
    languages.find((one) => one.toLowerCase() === wanted) ?? languages.find((one) => primary(one) === primary(wanted))
  );
}

function describedProcess(
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

async function readSubmission(deps: RemoteDeps, target: RemoteTarget, answer: SavedAnswer): Promise<Submission> {
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

function toRemoteStatus(status: WpsStatus, document: RemoteDocument): RemoteStatus {
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

async function outputsOf(deps: RemoteDeps, answer: SavedAnswer) {
  const document = { url: answer.url, text: await savedText(deps, answer), status: answer.status };
  const { state, outputs, exceptions } = readRemote(document, readStatus);
  if (state === "succeeded") return outputs;
  const found = exceptions.length === 0 ? `state ${state}` : exceptionText(exceptions);
  throw unreadable(answer.url, found, "the results");
}
