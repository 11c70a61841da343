import { stringify } from "yaml";
import { type JsonObject, objectWithDoubles } from "../../domain/json.ts";
import { Problem } from "../../domain/problem.ts";
import type { Process } from "../../domain/process.ts";
import type { PackageOfProcess } from "../../operations/read-package.ts";
import { foreignBytes, type RouteContext } from "../route.ts";
import { taggedResponse } from "./entity-tag.ts";
import { preferredType } from "./negotiate.ts";

const jsonTypes = ["application/cwl+json", "application/cwl", "application/json"] as const;
const yamlTypes = ["application/cwl+yaml", "application/yaml", "application/x-yaml", "text/yaml"] as const;
const formats: Readonly<Record<string, string>> = { json: "application/cwl+json", yaml: "application/cwl+yaml" };

/**
 * Answers with a package: the bytes that were deployed, under their type, or one document of packed CWL for who asks for CWL,
 * JSON or YAML (OGC 20-044 /req/deploy-replace-undeploy/package-response-body, /req/cwl/package-response-body). Throws
 * `not-acceptable`.
 */
export function packageResponse(
  { request, query }: Pick<RouteContext, "request" | "query">,
  { process, source }: PackageOfProcess,
): Response {
  const { definition } = process;
  const packed = definition.kind === "cwl" ? definition.document : undefined;
  const cwlTypes = packed === undefined ? [] : [...jsonTypes, ...yamlTypes];
  const own = source?.mediaType ?? (packed === undefined ? "application/ogcapppkg+json" : jsonTypes[0]);
  const offered = [own, ...cwlTypes.filter((type) => type !== own)];
  const type = typeOf(request, query("f"), offered);
  const headers = { ...foreignBytes, vary: "accept" };
  if (source !== undefined && type === source.mediaType) {
    return taggedResponse(request, source.bytes, { ...headers, "content-type": type });
  }
  const text = packed === undefined ? remoteText(process) : packedText(packed, type);
  return taggedResponse(request, text, { ...headers, "content-type": type });
}

function typeOf(request: Request, format: string | undefined, offered: readonly string[]): string {
  const named = format === undefined ? undefined : formats[format];
  if (format !== undefined && (named === undefined || !offered.includes(named))) {
    const wanted = offered.length > 1 ? Object.keys(formats).join(" or ") : "none";
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
