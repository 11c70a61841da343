import { isUtf8 } from "node:buffer";
import { stringify } from "yaml";
import { defined } from "../../../domain/defined.ts";
import { Problem } from "../../../domain/problem.ts";
import type { Process } from "../../../domain/processes/process.ts";
import { type JsonObject, objectWithDoubles } from "../../../domain/values/json.ts";
import { essenceOf } from "../../../domain/values/media-type.ts";
import type { PackageOfProcess } from "../../../operations/deploy/read-package.ts";
import { packagePage } from "../../../pages/processes/package.tsx";
import { filesMediaTypes } from "../../request/deployment-files.ts";
import { foreignBytes, type RouteContext } from "../../route.ts";
import { documentResponse } from "../document-response.ts";
import { taggedResponse } from "../entity-tag.ts";
import { asPage } from "../form/process-form.ts";
import { preferredType } from "../negotiate.ts";
import { dispositionOf } from "../send-file.ts";

const jsonTypes = ["application/cwl+json", "application/cwl", "application/json"] as const;
const yamlTypes = ["application/cwl+yaml", "application/yaml", "application/x-yaml", "text/yaml"] as const;
const pageType = "text/html";

/**
 * Answers with a package: the bytes that were deployed, under their type, or one document of packed CWL for who asks for CWL,
 * JSON or YAML (OGC 20-044 /req/deploy-replace-undeploy/package-response-body, /req/cwl/package-response-body); a page that
 * shows it to who asks for HTML. Throws `not-acceptable`.
 */
export function packageResponse(context: RouteContext, found: PackageOfProcess): Response {
  const { request, query } = context;
  const { process, source } = found;
  const { definition } = process;
  const packed = definition.kind === "cwl" ? definition.document : undefined;
  const cwlTypes = packed === undefined ? [] : [...jsonTypes, ...yamlTypes];
  const own = ownTypeOf(found);
  const offered = [own, ...cwlTypes.filter((type) => type !== own)];
  const formats = { ...(packed === undefined ? {} : cwlFormats), deployed: own, html: pageType };
  const type = typeOf(request, query("f"), { formats, offered: [...offered, pageType] });
  if (type === pageType && own !== pageType) return packagePageResponse(context, found, { own, formats });
  const name = `${process.id}-${process.description.version}${endingOf(type)}`;
  const headers = { ...foreignBytes, vary: "accept", "content-disposition": dispositionOf(name, "attachment") };
  if (source !== undefined && type === source.mediaType) {
    return taggedResponse(request, source.bytes, { ...headers, "content-type": type });
  }
  const text = packed === undefined ? remoteText(process) : packedText(packed, type);
  return taggedResponse(request, text, { ...headers, "content-type": type });
}

/** What the names of downloads end in, by what they are; CWL without more is CWL. */
function endingOf(type: string): string {
  const essence = essenceOf(type);
  if (essence.startsWith("multipart/")) return ".mime";
  return endings[essence] ?? (essence.endsWith("json") ? ".json" : ".cwl");
}

const endings: Readonly<Record<string, string>> = {
  "application/zip": ".zip",
  "application/x-tar": ".tar",
  "application/gzip": ".tar.gz",
  "application/ogcapppkg+yaml": ".yaml",
};

const cwlFormats = { json: "application/cwl+json", yaml: "application/cwl+yaml" } as const;

/** The type of the package as it was deployed. */
function ownTypeOf({ process: { definition }, source }: PackageOfProcess): string {
  return source?.mediaType ?? (definition.kind === "cwl" ? jsonTypes[0] : "application/ogcapppkg+json");
}

/** Shows the package as text on a page, with the ways to download it. */
function packagePageResponse(
  context: RouteContext,
  { process, source }: PackageOfProcess,
  { own, formats }: { readonly own: string; readonly formats: Readonly<Record<string, string>> },
): Response {
  const { definition, id, revision, description } = process;
  const kept = source === undefined || !isUtf8(source.bytes) ? undefined : new TextDecoder().decode(source.bytes);
  const packed = definition.kind === "cwl" ? packedText(definition.document, yamlTypes[0]) : remoteText(process);
  // What a program sent in one line is for nobody's eyes.
  const isReadable = definition.kind !== "cwl" || kept?.trim().includes("\n") === true;
  const text = source === undefined || (kept !== undefined && !isReadable) ? packed : kept;
  const { pathname, searchParams } = new URL(context.request.url);
  const addressOf = (format: string) => {
    searchParams.set("f", format);
    return `${context.baseUrl}${pathname}?${searchParams}`;
  };
  const downloads = Object.entries(formats)
    .filter(([format]) => format !== "html")
    .map(([format, type]) => ({ href: addressOf(format), type, title: wordsOf(format, type) }));
  const { version, metadata } = description;
  const holdsFiles = source !== undefined && filesMediaTypes.includes(essenceOf(source.mediaType));
  const document = { id, version, revision, mediaType: own, downloads, holdsFiles, ...defined({ text, metadata }) };
  return documentResponse(asPage(context), document, { title: `Package of ${id}`, page: packagePage });
}

/** Several files are one body as they were sent, which few programs open. */
function wordsOf(format: string, type: string): string {
  const isSeveral = format === "deployed" && type.startsWith("multipart/");
  return isSeveral ? "All files as they were sent, in one multipart text" : (downloadWords[format] ?? format);
}

const downloadWords: Readonly<Record<string, string>> = {
  deployed: "Download as it was deployed",
  json: "Packed CWL as JSON",
  yaml: "Packed CWL as YAML",
};

type Offered = { readonly formats: Readonly<Record<string, string>>; readonly offered: readonly string[] };

function typeOf(request: Request, format: string | undefined, { formats, offered }: Offered): string {
  const named = format === undefined ? undefined : formats[format];
  if (format !== undefined && named === undefined) {
    const wanted = Object.keys(formats).join(" or ");
    throw new Problem("invalid-query-parameter-value", `Cannot answer: found f "${format}", wanted ${wanted}`);
  }
  const type = named ?? preferredType(request.headers.get("accept"), offered);
  if (type !== undefined) return type;
  const found = `found Accept "${request.headers.get("accept")}"`;
  throw new Problem("not-acceptable", `Cannot answer: ${found}, wanted ${offered.join(" or ")}`);
}

/** JSON is YAML, too: that keeps numbers which only their text says in full. */
function packedText(document: JsonObject, type: string): string {
  const json = JSON.stringify(document, undefined, 2);
  if (!yamlTypes.some((one) => one === type)) return json;
  const plain = objectWithDoubles(document);
  return JSON.stringify(plain, undefined, 2) === json ? stringify(plain) : json;
}

/** What was deployed before bodies were kept. */
function remoteText({ description, definition }: Process): string {
  const href = definition.kind === "remote" ? `${definition.url}/processes/${definition.processId}` : undefined;
  return JSON.stringify({ processDescription: description, executionUnit: { href } });
}
