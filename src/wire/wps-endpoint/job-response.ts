import { defined } from "../../domain/defined.ts";
import type { Job } from "../../domain/jobs/job.ts";
import type { JobStatus } from "../../domain/jobs/job-state.ts";
import { resultUrl } from "../../domain/links.ts";
import type { ProcessDescription } from "../../domain/processes/process.ts";
import type { Json } from "../../domain/values/json.ts";
import { directoryType, isJsonType, isTextType } from "../../domain/values/media-type.ts";
import { absoluteReference, type OutputLocations } from "../../domain/values/results.ts";
import type { FileResult, Result, Results } from "../../domain/values/values.ts";
import { dataOfValue, referenceTo, type WpsData } from "../wps/data.ts";
import type { WpsException } from "../wps/exception.ts";
import { inputData } from "../wps/input-data.ts";
import type { WpsOutput, WpsState } from "../wps/status.ts";
import { kindOfSchema, type ValueKind } from "../wps/value-kind.ts";
import { replaceForbidden } from "../xml-characters.ts";
import { exceptionCodes } from "./write-exceptions.ts";
import type { ExecuteResponse, Lineage } from "./write-status.ts";

/** What the documents of a job are written with. */
export type JobDocumentContext = {
  /** Where the service is found, without a slash at the end. */
  readonly baseUrl: string;
  readonly locations: OutputLocations;
  /** Larger files are given by reference even when their value was asked for. */
  readonly maxInlineBytes: number;
  /** Reads a published file. */
  readonly read: (reference: string) => Promise<Uint8Array>;
};

/** The path of our WPS endpoint. */
export const wpsPath = "/wps";

/** The state of a job in the words of WPS. */
export const stateOfJob = {
  accepted: "accepted",
  running: "running",
  successful: "succeeded",
  failed: "failed",
  dismissed: "dismissed",
} as const satisfies Record<JobStatus, WpsState>;

/** Builds the response document of a job, with its outputs when it has them. */
export async function executeResponseOf(
  job: Job,
  description: ProcessDescription,
  results: Results,
  context: JobDocumentContext & { readonly isKept: boolean },
): Promise<ExecuteResponse> {
  return {
    process: { id: job.processId, title: description.title, version: description.version },
    serviceInstance: `${context.baseUrl}${wpsPath}?service=WPS&request=GetCapabilities&version=1.0.0`,
    ...(context.isKept ? { statusLocation: statusLocationOf(job, context.locations) } : {}),
    createdAt: job.createdAt,
    state: stateOfJob[job.status],
    percent: job.progress,
    message: job.message,
    outputs: await outputsOfJob(job, description, results, context),
    exceptions: exceptionsOfJob(job),
    ...(job.request.statusDocument?.lineage === true ? { lineage: lineageOf(job, description) } : {}),
  };
}

/** Gives the URL of a job's status document. */
export function statusLocationOf(job: Pick<Job, "id">, locations: OutputLocations): string {
  return absoluteReference(`/${job.id}.xml`, locations);
}

/** Words why a job has no results; empty when it has or will have some. */
export function exceptionsOfJob(job: Job): readonly WpsException[] {
  if (job.status !== "failed" && job.status !== "dismissed") return [];
  const { stage } = job.failure ?? {};
  const { code } = exceptionCodes["job-failed"];
  return [{ code, ...defined({ locator: stage }), text: failureText(job) }];
}

/** Words why a job failed, with the last that its tool wrote to stderr. */
export function failureText({ failure, message }: Pick<Job, "failure" | "message">): string {
  const words = failure?.message ?? message;
  const tail = failure?.stderrTail?.trimEnd() ?? "";
  return tail === "" || words.includes(tail) ? words : `${words}\n${tail}`;
}

function lineageOf(job: Job, description: ProcessDescription): Lineage {
  const kinds = Object.entries(description.inputs).map(([id, { schema }]) => [id, kindOfSchema(schema)] as const);
  const { outputs } = job.request;
  const wanted = Object.keys(outputs ?? description.outputs);
  return {
    inputs: inputData(job.request.inputs, Object.fromEntries(kinds)),
    outputs: wanted.map((id) => ({ id, asReference: outputs?.[id]?.transmissionMode === "reference" })),
  };
}

/** Builds the outputs of a job: by value, unless a reference was asked for or the value is too large. */
export async function outputsOfJob(
  job: Job,
  description: ProcessDescription,
  results: Results,
  context: JobDocumentContext,
): Promise<readonly WpsOutput[]> {
  const outputs = Object.entries(results).map(async ([id, result]) => {
    const definition = description.outputs[id];
    const kind = definition === undefined ? ({ kind: "complex" } as const) : kindOfSchema(definition.schema);
    const asReference = job.request.outputs?.[id]?.transmissionMode === "reference";
    const data = await dataOfResult(result, kind, {
      ...context,
      asReference,
      url: resultUrl(context.baseUrl, job.id, id),
    });
    return { id, ...defined({ title: definition?.title }), data };
  });
  return Promise.all(outputs);
}

type ResultContext = JobDocumentContext & { readonly asReference: boolean; readonly url: string };

async function dataOfResult(result: Result, kind: ValueKind, context: ResultContext): Promise<WpsData> {
  switch (result.kind) {
    case "file":
      return dataOfFile(result, context);
    case "link":
      return referenceTo(result);
    case "value":
      if (!context.asReference) return dataOfValue(result, kind);
      return { kind: "reference", href: context.url, mediaType: result.mediaType ?? mediaTypeOfKind(kind) };
    case "directory": {
      const href = absoluteReference(result.reference, context.locations);
      return { kind: "reference", href, mediaType: directoryType };
    }
    case "record":
    case "list":
      return {
        kind: "complex",
        content: JSON.stringify(plainItem(result, context.locations)),
        mediaType: "application/json",
      };
    default:
      return result satisfies never;
  }
}

function mediaTypeOfKind(kind: ValueKind): string {
  return kind.kind === "complex" ? (kind.mediaType ?? "application/json") : "text/plain";
}

async function dataOfFile(file: FileResult, context: ResultContext): Promise<WpsData> {
  const { mediaType } = file;
  if (context.asReference || file.sizeBytes > context.maxInlineBytes) {
    return { kind: "reference", href: absoluteReference(file.reference, context.locations), mediaType };
  }
  const bytes = await context.read(file.reference);
  const text = isTextType(mediaType) || isJsonType(mediaType) ? decodeText(bytes) : undefined;
  if (text !== undefined) return { kind: "complex", content: text, mediaType };
  return { kind: "complex", content: Buffer.from(bytes).toString("base64"), mediaType, encoding: "base64" };
}

/** Undefined when the bytes are not what their media type says, or hold what XML cannot: they are given in base64 then. */
function decodeText(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return replaceForbidden(text) === text ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Members of a list: values as they are, files and links by their addresses. */
function plainItem(item: Result, locations: OutputLocations): Json {
  switch (item.kind) {
    case "value":
      return item.value;
    case "file":
      return absoluteReference(item.reference, locations);
    case "link":
      return item.href;
    case "directory":
      return absoluteReference(item.reference, locations);
    case "list":
      return item.items.map((inner) => plainItem(inner, locations));
    case "record":
      return Object.fromEntries(
        Object.entries(item.members).map(([name, member]) => [name, plainItem(member, locations)]),
      );
    default:
      return item satisfies never;
  }
}
