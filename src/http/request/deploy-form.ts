import type { DeployTyped } from "../../domain/documents/deploy.ts";
import { type Fault, Problem } from "../../domain/problem.ts";
import { deployNames } from "../../pages/form/deploy-words.ts";
import { ownNames } from "../../pages/form/field.ts";
import { isLike, sketchOf } from "../../pages/form/text-sketch.ts";
import { isListed } from "../../pages/shared/told-faults.tsx";
import { boundaryOf, parseDisposition } from "../../wire/multipart.ts";
import type { RouteContext } from "../route.ts";
import { wholeParts } from "./multipart-parts.ts";
import { type BodyLimits, bodyText, readBytes } from "./read-body.ts";

/** What the form that deploys sent. */
export type DeployForm = {
  readonly typed: DeployTyped;
  readonly files: readonly File[];
  readonly isLook: boolean;
  /** Which draft of the browser it is; empty where none is kept. */
  readonly draft: string;
};

/** Reads the form that deploys. Throws `invalid-parameter-value`, `content-too-large`. */
export async function readDeployForm(settings: BodyLimits, { request }: RouteContext): Promise<DeployForm> {
  const boundary = boundaryOf(request.headers.get("content-type") ?? "");
  if (boundary === undefined) throw refuse("no boundary in Content-Type", "multipart/form-data with its boundary");
  const fields = new Map<string, string>();
  const files: File[] = [];
  for await (const { headers, bytes } of wholeParts(await readBytes(request, settings.maxBodyBytes), boundary)) {
    const { name = "", filename } = parseDisposition(headers.get("content-disposition"));
    if (filename === undefined) fields.set(name, bodyText(bytes));
    // A field of files that was left empty has one without a name.
    else if (filename !== "") files.push(new File([Uint8Array.from(bytes)], filename));
  }
  const text = (name: string) => fields.get(name)?.replaceAll("\r\n", "\n") ?? "";
  return {
    typed: {
      text: text(deployNames.text),
      href: text(deployNames.href).trim(),
      id: text(deployNames.id).trim(),
      workflow: text(deployNames.workflow).trim(),
      start: text(deployNames.start).trim(),
      version: text(deployNames.version).trim(),
      replaces: text(deployNames.replaces) === "true",
      ...pickedOf(text),
    },
    files,
    isLook: text(deployNames.doing) !== "deploy",
    draft: text(ownNames.draft),
  };
}

/** Whoever pastes another package over the text of a file has that file no more. */
function pickedOf(text: (name: string) => string): Pick<DeployTyped, "picked" | "sketch"> {
  const [name, sketch] = [text(deployNames.picked), text(deployNames.sketch)];
  if (name === "" || (sketch !== "" && !isLike(text(deployNames.text), sketch))) return { picked: [] };
  return { picked: [name], ...(sketch === "" ? {} : { sketch }) };
}

const archives = /\.(zip|tar|tar\.gz|tgz)$/i;

/**
 * Builds the request that says by JSON, YAML or files what the form says: from there on both are one. Files count before a text,
 * which is what was made of them before.
 */
export async function asDeployment(context: RouteContext, { typed, files }: DeployForm): Promise<RouteContext> {
  const queries = new Map([
    ["id", typed.id],
    ["w", typed.workflow],
    ["start", typed.start],
  ]);
  const query = (name: string) => {
    const value = queries.get(name);
    return value === "" ? undefined : value;
  };
  const { body, headers } = await bodyOf(typed, files);
  const request = new Request(context.request.url, { method: "POST", body, headers });
  return { ...context, query, request };
}

type Sent = { readonly body: string | FormData | Uint8Array<ArrayBuffer>; readonly headers: Record<string, string> };

/** Returns what was typed with what can be shown again of the files: their names, and the text of a single one. */
export async function withPicked({ typed, files }: DeployForm): Promise<DeployTyped> {
  const [only, ...others] = files;
  if (only === undefined) return typed;
  const picked = files.map(({ name }) => name);
  if (others.length > 0 || archives.test(only.name)) return { ...typed, picked };
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await only.arrayBuffer());
    return { ...typed, text, picked, sketch: sketchOf(text) };
  } catch (error) {
    // What is no text cannot be mended in a field.
    if (error instanceof TypeError) return { ...typed, picked };
    throw error;
  }
}

async function bodyOf({ text, href, picked: [name] }: DeployTyped, files: readonly File[]): Promise<Sent> {
  const [only, ...others] = files;
  if (only !== undefined && others.length === 0) {
    const isZip = /\.zip$/i.test(only.name);
    const type = isZip ? "application/zip" : /\.tar$/i.test(only.name) ? "application/x-tar" : "application/gzip";
    const headers = named(only.name);
    const bytes = new Uint8Array(await only.arrayBuffer());
    if (archives.test(only.name)) return { body: bytes, headers: { ...headers, "content-type": type } };
    const given = bodyText(bytes);
    return { body: given, headers: { ...headers, "content-type": typeOf(given) } };
  }
  if (others.length > 0) {
    const form = new FormData();
    for (const file of files) form.append("file", file, file.name);
    return { body: form, headers: {} };
  }
  if (text.trim() !== "" && href !== "") throw refuse("a text and an address", "one of them");
  if (text.trim() !== "") {
    // A text of a file names the process by it, as the file did.
    return { body: text, headers: { ...(name === undefined ? {} : named(name)), "content-type": typeOf(text) } };
  }
  if (href === "") throw refuse("nothing", "a text, files or an address");
  const unit = JSON.stringify({ executionUnit: { href } });
  return { body: unit, headers: { "content-type": "application/ogcapppkg+json" } };
}

function named(name: string): Readonly<Record<string, string>> {
  return { "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}` };
}

/** Tells CWL from an application package, by the member that each CWL document has. */
function typeOf(text: string): string {
  if (/^\s*(\{\s*)?["']?(cwlVersion|\$graph|class)["']?\s*:/m.test(text) && !/["']?executionUnit["']?\s*:/.test(text)) {
    return "application/cwl";
  }
  return text.trimStart().startsWith("{") ? "application/ogcapppkg+json" : "application/ogcapppkg+yaml";
}

function refuse(found: string, wanted: string): Problem {
  return new Problem("invalid-parameter-value", `Cannot deploy process: found ${found}, wanted ${wanted}`);
}

/** Faults that stand in a list below what the message begins with are not told twice. */
export function messageAbove(detail: string, faults: readonly Fault[]): string {
  const [first, second] = faults;
  if (first === undefined || !detail.includes(first.detail)) return detail;
  if (second === undefined && !isListed(first)) return detail;
  return `${/^[^:]*/.exec(detail)?.[0]}:`;
}

/** Makes an id of the label of a package that has none; undefined where it says none either. */
export function idOfLabel(text: string): string | undefined {
  const [, label = ""] = /^[ {]*"?label"?:[ "']*([^"'\n]{1,60})/m.exec(text) ?? [];
  const id = label
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  return id === "" ? undefined : id;
}
