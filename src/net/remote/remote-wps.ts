import type { WpsCapabilities } from "../../wire/wps/capabilities.ts";
import type { WpsVersion } from "../../wire/wps/namespaces.ts";
import { readCapabilities } from "../../wire/wps-client/read-capabilities.ts";
import { exceptionText } from "../../wire/wps-client/read-exceptions.ts";
import { readStatus } from "../../wire/wps-client/read-status.ts";
import { writeExecute } from "../../wire/wps-client/write-execute.ts";
import { retryAfterSeconds } from "../retry-after.ts";
import type { Tries } from "../try-again.ts";
import type { RemoteClient, RemoteDeps, RemoteLocation, RemoteTarget } from "./remote.ts";
import { askAgain, fetchDocument, sendTo, unreadable } from "./remote-documents.ts";
import {
  describedProcess,
  namesFault,
  outputsOf,
  readRemote,
  readSubmission,
  readsReport,
  toRemoteStatus,
} from "./remote-wps-answers.ts";
import { askedOutputs, readNative, readWpsResults, toInputs } from "./remote-wps-values.ts";

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
