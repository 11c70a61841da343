import { afterAll, beforeAll, expect } from "bun:test";
import * as v from "valibot";
import type { App } from "../../src/app.ts";
import { type DocumentName, documentSchemas } from "../../src/http/openapi/api-schemas.ts";
import { startTestApp } from "../support/app.ts";
import { deployCwl, submit, untilFinished } from "../support/jobs.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary-directory.ts";
import { type BreakingProxy, startBreakingProxy } from "./breaking-proxy.ts";
import type { Fault } from "./faults.ts";

export const exceptions = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0";

/** A tool with a literal and a file, which takes its time or fails when told to. */
const tool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["sh", "-c", 'printf %s "$1" > said.txt; sleep "$2"; exit "$3"', "tool"],
  inputs: {
    message: { type: "string", default: "hello", inputBinding: { position: 1 } },
    seconds: { type: "double", default: 0, inputBinding: { position: 2 } },
    code: { type: "int", default: 0, inputBinding: { position: 3 } },
  },
  outputs: {
    text: {
      type: "string",
      outputBinding: { glob: "said.txt", loadContents: true, outputEval: "$(self[0].contents)" },
    },
    file: { type: "File", format: "iana:text/plain", outputBinding: { glob: "said.txt" } },
  },
  $namespaces: { iana: "https://www.iana.org/assignments/media-types/" },
} as const;

type Json = Readonly<Record<string, unknown>>;

const DocumentSchema = v.record(v.string(), v.unknown());
const LinksSchema = v.looseObject({
  links: v.array(v.looseObject({ href: v.string(), rel: v.string(), type: v.optional(v.string()) })),
});

let folder: TemporaryDirectory | undefined;
let app: App | undefined;
let proxy: BreakingProxy | undefined;

/** Tells whether the tests are tried against a broken service (`npm run requirements -- --faults`). */
export function isBroken(): boolean {
  return process.env.HEDDLE_TEST_FAULTS === "1";
}

/** Runs a trial while the service has a fault; gives how often there was something to break. */
export function breaking(fault: Fault, trial: () => Promise<void>): Promise<number> {
  if (proxy === undefined) throw new Error("Cannot break the service: it has no proxy");
  return proxy.breaking(fault, trial);
}

/** Starts one service for the tests of a file, with the process "tool" deployed, and others by their ids. */
export function useService(
  flags: Readonly<Record<string, unknown>> = {},
  others: Readonly<Record<string, Json>> = {},
): void {
  beforeAll(async () => {
    folder = await temporaryDirectory();
    // Subscribers of these tests listen on this machine.
    app = await startTestApp(folder.path, { allowFetch: ["127.0.0.1"], ...flags });
    if (isBroken()) proxy = startBreakingProxy(app.url);
    for (const [id, document] of Object.entries({ tool, ...others })) await deployCwl(app.url, id, document);
  });
  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]();
    await app?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });
}

/** The address of the service, or of the proxy that breaks it. */
export function address(): string {
  return proxy?.url ?? soundAddress();
}

/** The address of the service itself, for what a test needs and does not prove. */
export function soundAddress(): string {
  if (app === undefined) throw new Error("Cannot test: the service was not started");
  return app.url;
}

export function get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(path.startsWith("http") ? path : `${address()}${path}`, { headers });
}

/** Reads a JSON answer of a status, and checks it against the service's own schema. */
export async function document(response: Response, status: number, name?: DocumentName): Promise<Json> {
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toMatch(/json/);
  const body = v.parse(DocumentSchema, await response.json());
  if (name !== undefined) v.parse(documentSchemas[name], body);
  return body;
}

export function linksOf(body: Json) {
  return v.parse(LinksSchema, body).links;
}

export function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${address()}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "*/*", ...headers },
    body: JSON.stringify(body),
  });
}

export function executeEcho(body: Json, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return post("/processes/echo/execution", body, headers);
}

/** Runs a job to its end and gives its path. */
export async function finishedJob(processId: string, inputs: Json): Promise<string> {
  const job = await submit(soundAddress(), processId, inputs);
  await untilFinished(soundAddress(), job);
  return `/jobs/${job}`;
}

/** Submits a job of a whole request, waits for its end and gives its path. */
export async function finishedJobOf(processId: string, request: Json): Promise<string> {
  const response = await post(`/processes/${processId}/execution`, request, { prefer: "respond-async" });
  expect(response.status).toBe(201);
  const path = new URL(response.headers.get("location") ?? "").pathname;
  await untilFinished(soundAddress(), path.split("/").at(-1) ?? "");
  return path;
}

/** Expects a problem of a status and type. */
export async function expectProblem(response: Response, status: number, type: string): Promise<void> {
  const body = await document(response, status, "Exception");
  expect(body.type).toBe(`${exceptions}/${type}`);
}
