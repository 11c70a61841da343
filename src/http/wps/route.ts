import * as v from "valibot";
import { defined } from "../../domain/defined.ts";
import type { Logger } from "../../domain/logger.ts";
import type { ServiceIdentity } from "../../domain/people/service-identity.ts";
import { Problem } from "../../domain/problem.ts";
import type { Process } from "../../domain/processes/process.ts";
import { type DismissDeps, dismissJob, readJob } from "../../operations/jobs/follow-jobs.ts";
import {
  type DescribeDeps,
  describeProcess,
  listProcesses,
  noSuchProcess,
} from "../../operations/processes/describe-processes.ts";
import { readResults } from "../../operations/results/read-results.ts";
import { parseKvp } from "../../wire/kvp.ts";
import { versionOf, type WpsVersion } from "../../wire/wps/namespaces.ts";
import { failureText, outputsOfJob, stateOfJob, wpsPath } from "../../wire/wps-endpoint/job-response.ts";
import { readKvpRequest, readXmlRequest, versionOfKvp, type WpsRequest } from "../../wire/wps-endpoint/request.ts";
import { writeCapabilities } from "../../wire/wps-endpoint/write-capabilities.ts";
import { writeDescriptions } from "../../wire/wps-endpoint/write-descriptions.ts";
import { writeResult, writeStatusInfo } from "../../wire/wps-endpoint/write-status.ts";
import { attribute, decodeXml, parseXml } from "../../wire/xml.ts";
import { formType } from "../answers/form/process-form.ts";
import { asTold, type RemovedJobs } from "../answers/problem-response.ts";
import { documentSource } from "../answers/results/results-context.ts";
import type { RouteAbout } from "../openapi/about.ts";
import { contentTypeOf, readBytes, requireContentType } from "../request/read-body.ts";
import { guardEffect, principalOf, type Route, type RouteContext } from "../route.ts";
import { type ExecuteWpsDeps, executeWps } from "./execution.ts";
import { owsResponse, xmlResponse } from "./response.ts";

const wpsAnswers = { 200: { about: "A document of WPS, or raw data", content: { mediaType: "text/xml" } } } as const;

const wpsByKvp: RouteAbout = {
  summary: "WPS 1.0.0 and 2.0.0 by key and value pairs",
  tag: "processes",
  query: {
    service: "WPS",
    request: "GetCapabilities, DescribeProcess, Execute (1.0.0), GetStatus, GetResult or Dismiss (2.0.0)",
    version: "1.0.0 or 2.0.0; 1.0.0 if not given",
    AcceptVersions: "versions that the client speaks, the best first",
    identifier: "ids of processes, separated by commas, or all",
    DataInputs: "inputs of an execution, separated by semicolons",
    ResponseDocument: "outputs of the response document, separated by semicolons",
    RawDataOutput: "the one output that is answered by itself",
    storeExecuteResponse: "true: the response is kept at a status location",
    status: "true: the answer does not wait for the end",
    lineage: "true: the response repeats the inputs",
    language: "language of the execution",
    jobId: "id of a job",
  },
  answers: wpsAnswers,
  problems: [410, 500, 503],
  hasExceptionReports: true,
};

const wpsByXml: RouteAbout = {
  summary: "WPS 1.0.0 and 2.0.0 by XML",
  tag: "processes",
  answers: wpsAnswers,
  problems: [410, 413, 415, 500, 503],
  hasExceptionReports: true,
};

export type WpsRouteDeps = ExecuteWpsDeps &
  DescribeDeps &
  DismissDeps & { readonly identity: ServiceIdentity; readonly logger: Logger; readonly settings: RemovedJobs };

const body = { mediaTypes: ["text/xml", "application/xml"], schema: v.string() };

/** The WPS endpoint, of versions 1.0.0 and 2.0.0: KVP by GET and XML by POST, under two paths. */
export function wpsRoutes(deps: WpsRouteDeps): readonly Route[] {
  const refuse = (error: unknown, request: Request) =>
    owsResponse(asTold(deps.settings, error), versionIn(request), deps.logger);
  return [wpsPath, `/ows${wpsPath}`].flatMap((path): readonly Route[] => {
    const shared = { path, access: "public", guardsItself: true, refuse } as const;
    return [
      // What a request does is known once it was read: origin and caller are checked by what it asks for.
      { ...shared, method: "GET", about: wpsByKvp, handle: (context) => answerKvp(deps, context) },
      { ...shared, method: "POST", about: wpsByXml, body, handle: (context) => answerXml(deps, context) },
    ];
  });
}

/** The version that a query speaks, as far as it can be read. */
function versionIn(request: Request): WpsVersion {
  return /[?&]version=2\./i.test(request.url) ? "2.0.0" : "1.0.0";
}

function answerKvp(deps: WpsRouteDeps, context: RouteContext): Promise<Response> {
  const kvp = parseKvp(new URL(context.request.url).search);
  return answer(deps, context, versionOfKvp(kvp), () => readKvpRequest(kvp));
}

async function answerXml(deps: WpsRouteDeps, context: RouteContext): Promise<Response> {
  const { request } = context;
  const type = contentTypeOf(request);
  if (type !== "" && type !== formType) requireContentType(request, body.mediaTypes);
  const bytes = await readBytes(request, deps.settings.maxBodyBytes);
  // A plain `curl -d @file` says that it sends a form, whatever the file is.
  if (type === formType && !beginsAsXml(bytes)) requireContentType(request, body.mediaTypes);
  const root = parseXml(decodeXml(bytes, request.headers.get("content-type")));
  return answer(deps, context, versionOf(root, attribute(root, "version")), () => readXmlRequest(root));
}

function beginsAsXml(bytes: Uint8Array): boolean {
  return /^(?:\xef\xbb\xbf)?\s*</.test(Buffer.from(bytes.subarray(0, 64)).toString("latin1"));
}

async function answer(
  deps: WpsRouteDeps,
  context: RouteContext,
  version: WpsVersion,
  read: () => WpsRequest,
): Promise<Response> {
  try {
    return await perform(deps, context, read());
  } catch (error) {
    return owsResponse(asTold(deps.settings, error), version, deps.logger);
  }
}

async function perform(deps: WpsRouteDeps, context: RouteContext, asked: WpsRequest): Promise<Response> {
  const { version } = asked;
  switch (asked.request) {
    case "GetCapabilities":
      return xmlResponse(await capabilities(deps, context, version));
    case "DescribeProcess": {
      const processes = await describe(deps, context, asked.identifiers);
      return xmlResponse(
        writeDescriptions(
          processes.map((process) => process.description),
          version,
        ),
      );
    }
    case "Execute": {
      guardEffect(context);
      const process = await findPublic(deps, context, asked.call.processId);
      return executeWps(deps, context, process, asked.call);
    }
    case "GetStatus": {
      const job = await readJob(deps, principalOf(context), asked.jobId);
      return xmlResponse(writeStatusInfo({ jobId: job.id, state: stateOfJob[job.status], percent: job.progress }));
    }
    case "GetResult": {
      const read = await readResults(deps, principalOf(context), asked.jobId);
      if (read.job.status === "failed") throw new Problem("job-failed", failureText(read.job));
      const outputs = await outputsOfJob(
        read.job,
        read.description,
        read.results,
        documentSource(deps, context.baseUrl),
      );
      return xmlResponse(writeResult({ jobId: read.job.id, outputs }));
    }
    case "Dismiss": {
      guardEffect(context);
      const job = await dismissJob(deps, principalOf(context), asked.jobId);
      return xmlResponse(writeStatusInfo({ jobId: job.id, state: stateOfJob[job.status] }));
    }
    default:
      return asked satisfies never;
  }
}

/** Neither version can describe a process without outputs: one of them would make the answer for all invalid. */
function isOffered({ visibility, description }: Process): boolean {
  return visibility === "public" && Object.keys(description.outputs).length > 0;
}

/** Processes that are not public are absent from WPS, whoever asks. */
async function findPublic(deps: WpsRouteDeps, context: RouteContext, id: string): Promise<Process> {
  const process = await describeProcess(deps, context.caller, id);
  if (!isOffered(process)) throw noSuchProcess(id);
  return process;
}

async function describe(
  deps: WpsRouteDeps,
  context: RouteContext,
  identifiers: readonly string[],
): Promise<readonly Process[]> {
  if (identifiers.some((id) => id.toLowerCase() === "all")) return listPublic(deps, context);
  return Promise.all([...new Set(identifiers)].map((id) => findPublic(deps, context, id)));
}

/** Processes read at once. */
const pageSize = 500;

async function listPublic(deps: WpsRouteDeps, context: RouteContext): Promise<readonly Process[]> {
  const all: Process[] = [];
  let after: string | undefined;
  do {
    const page = await listProcesses(deps, context.caller, {
      limit: pageSize,
      ...defined({ after }),
    });
    all.push(...page.items.filter(isOffered));
    after = page.next;
  } while (after !== undefined);
  return all;
}

async function capabilities(deps: WpsRouteDeps, context: RouteContext, version: WpsVersion): Promise<string> {
  const processes = await listPublic(deps, context);
  return writeCapabilities({
    version,
    identity: deps.identity,
    processes: processes.map(({ id, description }) => ({
      id,
      title: description.title ?? id,
      version: description.version,
      ...defined({ abstract: description.description }),
    })),
    url: `${context.baseUrl}${wpsPath}`,
  });
}
