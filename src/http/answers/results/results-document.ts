import { defined } from "../../../domain/defined.ts";
import type { Job } from "../../../domain/jobs/job.ts";
import { resultUrl } from "../../../domain/links.ts";
import type { OutputDefinition, ProcessDescription } from "../../../domain/processes/process.ts";
import { directoryBytes } from "../../../domain/values/directories.ts";
import { isJsonObject, type Json, parseExact } from "../../../domain/values/json.ts";
import { excessOfText, jsonBounds } from "../../../domain/values/json-bounds.ts";
import { directoryType, isJsonType, isTextType } from "../../../domain/values/media-type.ts";
import { absoluteReference, type OutputLocations } from "../../../domain/values/results.ts";
import type { DirectoryResult, FileResult, PlainValue, Result, Results } from "../../../domain/values/values.ts";
import { digestField } from "./digest-field.ts";
import { directoryLinks } from "./directory-answer.ts";

export type ResultsContext = {
  readonly job: Job;
  readonly description: ProcessDescription;
  readonly baseUrl: string;
  readonly locations: OutputLocations;
  /** The client wants every value in the document itself. */
  readonly isInline: boolean;
  /** Larger files are linked even when their value was asked for. */
  readonly maxInlineBytes: number;
  /** Is told when a file is sent by value, or only linked. */
  readonly note?: (sent: "file" | "link") => void;
  /** Reads a published file. */
  readonly read: (reference: string) => Promise<Uint8Array>;
};

/**
 * Makes the results document of a job (results.yaml): literals, lists and bounding boxes bare, objects wrapped in
 * `value`, files as links.
 */
export async function resultsDocument(results: Results, context: ResultsContext): Promise<Record<string, unknown>> {
  const members = Object.entries(results).map(async ([id, result]) => {
    const mode = context.job.request.outputs?.[id]?.transmissionMode;
    if (mode === "reference" && result.kind === "value") {
      context.note?.("link");
      return [
        id,
        linkTo(resultUrl(context.baseUrl, context.job.id, id), literalType(result, context.description.outputs[id])),
      ] as const;
    }
    const isInline = mode === "value" || (mode === undefined && context.isInline);
    return [id, await resultMember(result, context.description.outputs[id], { ...context, isInline })] as const;
  });
  return Object.fromEntries(await Promise.all(members));
}

/** Builds the member of one result. */
export async function resultMember(
  result: Result,
  definition: OutputDefinition | undefined,
  context: ResultsContext,
): Promise<unknown> {
  switch (result.kind) {
    case "value":
      return valueMember(result, definition);
    case "file": {
      const isSent = context.isInline && result.sizeBytes <= context.maxInlineBytes;
      context.note?.(isSent ? "file" : "link");
      return isSent ? inlineFile(result, context) : fileLink(result, context.locations);
    }
    case "link":
      context.note?.("link");
      return linkTo(result.href, result.mediaType);
    case "directory":
      context.note?.("link");
      return directoryLink(result, context);
    case "list":
      return Promise.all(result.items.map((item) => resultMember(item, definition, context)));
    case "record": {
      const members = Object.entries(result.members).map(
        async ([name, member]) => [name, await resultMember(member, undefined, context)] as const,
      );
      return { value: Object.fromEntries(await Promise.all(members)) };
    }
    default:
      return result satisfies never;
  }
}

function valueMember({ value, mediaType }: PlainValue, definition: OutputDefinition | undefined): unknown {
  const encoding = isBase64Output(definition) && typeof value === "string" ? "base64" : undefined;
  const type = mediaType ?? (encoding === undefined ? undefined : definition?.schema.contentMediaType);
  const isPlain =
    encoding === undefined && (type === undefined || type === "text/plain" || type === "application/json");
  if (isPlain) return isJsonObject(value) && !isBox(value) ? { value } : value;
  return { value, ...defined({ encoding, mediaType: type }) };
}

/** Gives the media type that a literal is sent with by itself. */
export function literalType(
  { value, mediaType }: Pick<PlainValue, "value" | "mediaType">,
  definition: OutputDefinition | undefined,
): string {
  const declared = definition?.schema.contentMediaType;
  if (mediaType !== undefined) return mediaType;
  if (typeof declared === "string") return declared;
  if (typeof value !== "string") return "application/json";
  return isBase64Output(definition) ? "application/octet-stream" : "text/plain";
}

/** Tells whether an output's text is base64 for other bytes. */
export function isBase64Output(definition: OutputDefinition | undefined): boolean {
  return definition?.schema.contentEncoding === "base64";
}

function isBox(value: Json): boolean {
  return (
    isJsonObject(value) &&
    Array.isArray(value.bbox) &&
    Object.keys(value).every((name) => name === "bbox" || name === "crs")
  );
}

/** A link of the document; readers of the 2.0 draft refuse one without `rel`. */
function linkTo(href: string, type: string | undefined) {
  return { href, rel: "item", ...defined({ type }) };
}

function fileLink(file: FileResult, locations: OutputLocations): Record<string, unknown> {
  const link = {
    ...linkTo(absoluteReference(file.reference, locations), file.mediaType),
    title: file.basename,
    ...(file.sha256 === undefined ? {} : { digest: digestField(file.sha256) }),
  };
  if (file.secondaryFiles === undefined) return link;
  return { ...link, secondaryFiles: file.secondaryFiles.map((secondary) => fileLink(secondary, locations)) };
}

function directoryLink(directory: DirectoryResult, { locations, baseUrl }: ResultsContext): Record<string, unknown> {
  return {
    ...linkTo(absoluteReference(directory.reference, locations), directoryType),
    title: directory.basename,
    length: directoryBytes(directory),
    links: directoryLinks(directory, locations, baseUrl),
  };
}

async function inlineFile(file: FileResult, context: ResultsContext): Promise<unknown> {
  const bytes = await context.read(file.reference);
  const { mediaType } = file;
  const text = isJsonType(mediaType) || isTextType(mediaType) ? decodeText(bytes) : undefined;
  if (text === undefined) return { value: Buffer.from(bytes).toString("base64"), encoding: "base64", mediaType };
  const parsed = isJsonType(mediaType) ? parseContent(text) : undefined;
  return { value: parsed === undefined ? text : parsed.value, mediaType };
}

/** Undefined when the bytes are not what their media type says: they are given as they are then. */
function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Files that are given by value are larger than requests: features of a map, say. */
const resultBounds = { ...jsonBounds, maxValues: 5 * jsonBounds.maxValues };

/** What holds more than is parsed at once is given as the text that it is. */
function parseContent(text: string): { readonly value: Json } | undefined {
  if (excessOfText(text, resultBounds) !== undefined) return undefined;
  try {
    return { value: parseExact(text) };
  } catch {
    return undefined;
  }
}
