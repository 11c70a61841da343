import type { RemoteException } from "../../domain/jobs/job.ts";
import { idempotencyConformance } from "../../domain/processes/conformance.ts";
import { alternativesOf, typeOfSchema } from "../../domain/processes/described.ts";
import type { InputDefinition, OutputDefinition } from "../../domain/processes/process.ts";
import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";
import { excessOfText, jsonBounds } from "../../domain/values/json-bounds.ts";
import { withoutEndSlashes } from "../../domain/words/text.ts";
import { retryAfterSeconds } from "../retry-after.ts";
import type { Tries } from "../try-again.ts";
import type {
  RemoteClient,
  RemoteDeps,
  RemoteDescription,
  RemoteLocation,
  RemoteStatus,
  RemoteSummary,
  RemoteTarget,
  Submission,
} from "./remote.ts";
import {
  askAgain,
  fetchDocument,
  parseRemoteDescription,
  parseRemoteJson,
  parseRemoteObject,
  type RemoteDocument,
  sample,
  savedText,
  sendTo,
  unreadable,
} from "./remote-documents.ts";
import { readOgcResults, wordExecution } from "./remote-ogc-values.ts";

const json = { accept: "application/json" };

/** Creates the client of an OGC API - Processes server, of 1.0 or 2.0. */
export function createOgcApiClient(deps: RemoteDeps, target: RemoteTarget): RemoteClient {
  const get = (url: string, signal?: AbortSignal, tries?: Tries) =>
    fetchDocument(deps, target, { url, headers: json, ...(signal === undefined ? {} : { signal }) }, tries);
  const processUrl = (id: string) => `${target.url}/processes/${encodeURIComponent(id)}`;
  const conformance = async (signal: AbortSignal, tries?: Tries) => {
    const document = requireOk(await get(`${target.url}/conformance`, signal, tries));
    return textsOf(parseRemoteObject(document.url, document.text).conformsTo);
  };
  return {
    async probe(signal) {
      const slashed = await get(`${target.url}/`, signal);
      // Some servers know their landing page without the slash only.
      const landing = requireOk(slashed.status === 404 ? await get(target.url, signal) : slashed);
      const { title } = parseRemoteObject(landing.url, landing.text);
      const classes = await conformance(signal);
      if (!classes.some((one) => one.includes("ogcapi-processes"))) {
        throw unreadable(`${target.url}/conformance`, `${classes.length} classes`, "one of OGC API - Processes");
      }
      return typeof title === "string" ? { title } : {};
    },
    processes: (signal, tries) => listProcesses((url) => get(url, signal, tries), target),
    async describe(processId, signal, tries) {
      const document = await get(processUrl(processId), signal, tries);
      if (document.status === 404) return undefined;
      return descriptionOf(processId, parseRemoteDescription(document.url, requireOk(document).text));
    },
    async execute(execution, save) {
      const body = await wordExecution(execution);
      const isAsync = execution.native.offersAsync !== false;
      const answer = await sendTo(deps, target, {
        url: `${processUrl(execution.processId)}/execution`,
        method: "POST",
        headers: {
          ...json,
          "content-type": "application/json",
          "idempotency-key": execution.idempotencyKey,
          ...(isAsync ? { prefer: "respond-async" } : {}),
        },
        body: JSON.stringify(body),
        isPatient: !isAsync,
      });
      return save(answer);
    },
    readSubmission: async (answer): Promise<Submission> => {
      const { status, headers, url } = answer;
      if (status === 200 || status === 204) return { kind: "answered" };
      const text = await savedText(deps, answer);
      if (status === 201 || status === 202)
        return { kind: "accepted", location: locationOf(target, url, headers, text) };
      return { kind: "refused", exception: exceptionOf(status, text), status };
    },
    honoursIdempotency: async (signal, tries) => (await conformance(signal, tries)).includes(idempotencyConformance),
    async status(location, signal) {
      const document = requireOk(await get(location.url, signal));
      const status = statusOf(document);
      if (status.state !== "failed" || status.exception !== undefined) return status;
      const exception = await exceptionAt(get, `${location.url}/results`, signal);
      return exception === undefined ? status : { ...status, exception };
    },
    async results(source, wanted, save, tries = {}) {
      if (source.kind === "answer") return readOgcResults(deps, source.answer, wanted);
      const request = { url: `${source.location.url}/results`, headers: json };
      const saved = await askAgain(tries, async (signal) => save(await sendTo(deps, target, { ...request, signal })));
      if (saved.status === 200 || saved.status === 204) return readOgcResults(deps, saved, wanted);
      const { text } = exceptionOf(saved.status, await savedText(deps, saved));
      throw unreadable(saved.url, `status ${saved.status} (${text})`, "the results");
    },
    async dismiss(location) {
      const answer = await sendTo(deps, target, { url: location.url, method: "DELETE", headers: json });
      answer.close();
    },
  };
}

function requireOk(document: RemoteDocument): RemoteDocument {
  if (document.status === 200) return document;
  const asked = retryAfterSeconds(document.headers);
  const wait = asked === undefined ? "" : `, to be asked again after ${asked} s`;
  throw unreadable(document.url, `status ${document.status}${wait}`, "200", undefined, asked);
}

/** Pages of a list that are read at most. */
const maxPages = 100;

async function listProcesses(
  get: (url: string) => Promise<RemoteDocument>,
  target: RemoteTarget,
): Promise<readonly RemoteSummary[]> {
  const found: RemoteSummary[] = [];
  let url: string | undefined = `${target.url}/processes`;
  for (let page = 0; url !== undefined && page < maxPages; page += 1) {
    const document: RemoteDocument = requireOk(await get(url));
    const body = parseRemoteObject(document.url, document.text);
    for (const entry of objectsOf(body.processes)) {
      if (typeof entry.id !== "string") continue;
      found.push({
        id: entry.id,
        ...(typeof entry.title === "string" ? { title: entry.title } : {}),
        ...(typeof entry.description === "string" ? { description: entry.description } : {}),
      });
    }
    const next = objectsOf(body.links).find((link) => link.rel === "next")?.href;
    url = typeof next === "string" ? new URL(next, document.url).href : undefined;
  }
  return found;
}

/** Reads a process description of 1.0 or 2.0. */
function descriptionOf(processId: string, body: JsonObject): RemoteDescription {
  const options = textsOf(body.jobControlOptions);
  const transmissions = textsOf(body.outputTransmission);
  const inputs = Object.fromEntries(parametersOf(body.inputs).map(([id, one]) => [id, inputOf(one)]));
  const outputs = Object.fromEntries(parametersOf(body.outputs).map(([id, one]) => [id, outputOf(one)]));
  const offersAsync = options.includes("async-execute");
  return {
    id: processId,
    ...(typeof body.title === "string" ? { title: body.title } : {}),
    ...(typeof body.description === "string" ? { description: body.description } : {}),
    ...(typeof body.version === "string" ? { version: body.version } : {}),
    keywords: textsOf(body.keywords),
    inputs,
    outputs,
    fileInputs: Object.entries(inputs).flatMap(([id, one]) => (isFile(one.schema) ? [id] : [])),
    offersSync: options.includes("sync-execute") || !offersAsync,
    offersAsync,
    native: {
      offersAsync,
      outputs: Object.keys(outputs),
      referenced: transmissions.includes("reference")
        ? Object.entries(outputs).flatMap(([id, one]) => (isFile(one.schema) ? [id] : []))
        : [],
    },
  };
}

/** Some servers give a list with ids instead of a map. */
function parametersOf(given: Json | undefined): readonly (readonly [string, JsonObject])[] {
  if (isJsonObject(given)) return Object.entries(given).flatMap(([id, one]) => (isJsonObject(one) ? [[id, one]] : []));
  return objectsOf(given).flatMap((one) => (typeof one.id === "string" ? [[one.id, one]] : []));
}

function describedOf(one: JsonObject) {
  return {
    ...(typeof one.title === "string" ? { title: one.title } : {}),
    ...(typeof one.description === "string" ? { description: one.description } : {}),
    schema: isJsonObject(one.schema) ? one.schema : {},
  };
}

function inputOf(one: JsonObject): InputDefinition {
  const { minOccurs, maxOccurs } = one;
  return {
    ...describedOf(one),
    minOccurs: typeof minOccurs === "number" && minOccurs >= 0 ? Math.floor(minOccurs) : 1,
    maxOccurs:
      maxOccurs === "unbounded"
        ? "unbounded"
        : typeof maxOccurs === "number" && maxOccurs >= 1
          ? Math.floor(maxOccurs)
          : 1,
  };
}

function outputOf(one: JsonObject): OutputDefinition {
  return describedOf(one);
}

/** Content of a media type that is no JSON is a file, whatever it is called. */
function isFile(schema: JsonObject): boolean {
  return alternativesOf(schema).every(
    (one) =>
      typeOfSchema(one) === "string" && (one.contentMediaType !== undefined || one.contentEncoding !== undefined),
  );
}

function locationOf(
  target: RemoteTarget,
  url: string,
  headers: Readonly<Record<string, string>>,
  text: string,
): RemoteLocation {
  const body = text.trim() === "" ? {} : parseRemoteJson(url, text);
  const jobId = isJsonObject(body) && typeof body.jobID === "string" ? body.jobID : undefined;
  const known = jobId === undefined ? undefined : `${target.url}/jobs/${encodeURIComponent(jobId)}`;
  const told = headers.location ?? known;
  if (told === undefined || !URL.canParse(told, url)) throw unreadable(url, "no Location", "where the job is found");
  const place = withoutEndSlashes(new URL(told, url).href);
  return { url: place, jobId: jobId ?? decodeURIComponent(place.split(/[?#]/)[0]?.split("/").at(-1) ?? "") };
}

const states: Readonly<Record<string, RemoteStatus["state"]>> = {
  created: "accepted",
  accepted: "accepted",
  queued: "accepted",
  running: "running",
  successful: "successful",
  succeeded: "successful",
  finished: "successful",
  failed: "failed",
  error: "failed",
  dismissed: "dismissed",
};

function statusOf(document: RemoteDocument): RemoteStatus {
  const body = parseRemoteObject(document.url, document.text);
  const state = typeof body.status === "string" ? states[body.status.toLowerCase()] : undefined;
  if (state === undefined) throw unreadable(document.url, sample(document.text), "a job's status");
  const asked = retryAfterSeconds(document.headers);
  return {
    state,
    ...(typeof body.progress === "number" ? { percent: body.progress } : {}),
    ...(typeof body.message === "string" ? { message: body.message } : {}),
    ...(isJsonObject(body.exception) ? { exception: problemOf(body.exception) } : {}),
    ...(asked === undefined ? {} : { askAgainSeconds: asked }),
  };
}

/** Why a job failed may be told where its results would be. A server that does not is no reason to doubt the failure. */
async function exceptionAt(
  get: (url: string, signal?: AbortSignal) => Promise<RemoteDocument>,
  url: string,
  signal: AbortSignal,
): Promise<RemoteException | undefined> {
  try {
    const document = await get(url, signal);
    const body = parseRemoteJson(document.url, document.text);
    return isJsonObject(body) && ("title" in body || "detail" in body || "description" in body)
      ? problemOf(body)
      : undefined;
  } catch {
    return undefined;
  }
}

function exceptionOf(status: number, text: string): RemoteException {
  try {
    const body: Json = excessOfText(text, jsonBounds) === undefined ? JSON.parse(text) : null;
    if (isJsonObject(body)) return problemOf(body);
  } catch {
    // No problem document: its beginning says the most.
  }
  return { code: String(status), text: `status ${status}, ${sample(text)}` };
}

/** Reads a problem document (RFC 9457), or the older code and description. */
function problemOf(body: JsonObject): RemoteException {
  const text = [body.detail, body.description, body.title, body.message].find((one) => typeof one === "string");
  const code = [body.type, body.code].find((one) => typeof one === "string");
  return {
    text: typeof text === "string" ? text : "The remote says no more",
    ...(typeof code === "string" ? { code } : {}),
    ...(typeof body.instance === "string" ? { locator: body.instance } : {}),
  };
}

function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function objectsOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
