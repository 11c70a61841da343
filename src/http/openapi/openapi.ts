import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { defined, unlessEmpty } from "../../domain/defined.ts";
import { ExecuteBodySchema } from "../../domain/jobs/execution.ts";
import { SubscriberSchema } from "../../domain/people/subscriber.ts";
import type { Process } from "../../domain/processes/process.ts";
import { type Json, type JsonObject, parseExact } from "../../domain/values/json.ts";
import { ApplicationPackageSchema } from "../../operations/deploy/package-schema.ts";
import { aboutPages, pagesTag } from "../../pages/system/api.tsx";
import { documentFormats } from "../answers/document-formats.ts";
import { refusedHeaders } from "../request/known-headers.ts";
import { hasEffect, type Route, type RouteBody } from "../route.ts";
import type { RouteAbout } from "./about.ts";
import type { ApiOptions, OpenApiVersion } from "./api-options.ts";
import { documentSchemas } from "./api-schemas.ts";
import { exampleRequest } from "./example-request.ts";
import { toOpenApi30 } from "./openapi-30.ts";
import { inOrder, pathOf } from "./operations.ts";
import { securityOf, securitySchemes } from "./security.ts";

/** The media type of the API description (OGC 18-062r2 /req/oas30/oas-definition-1). Clients compare it literally. */
export function openApiType(version: OpenApiVersion): string {
  return `application/vnd.oai.openapi+json;version=${version}`;
}

/**
 * Describes the API: every route with its body, answers and problems, and a path of its own for the execution of each of
 * these processes; `hasMore`: there are others, too. Authored as OpenAPI 3.1; 3.0 is converted from it.
 */
export function openApiDocument(
  routes: readonly Route[],
  processes: readonly Process[],
  options: ApiOptions & { readonly hasMore: boolean },
): JsonObject {
  const paths: Record<string, Record<string, Json>> = {};
  // What most come for stands before all that is the same at each service.
  for (const process of processes) Object.assign(paths, executionPath(routes, { name: process.id, process }, options));
  for (const route of inOrder(routes)) {
    const path = pathOf(route);
    const item = paths[path] ?? {};
    item[route.method.toLowerCase()] = operationOf(route, path, options);
    paths[path] = item;
  }
  const { title, description } = options.identity;
  const texts = [description, aboutApi, ...(options.hasMore ? [manyProcesses] : [])];
  const document = documentOf({ title, version: "1.0.0", description: texts.join("\n\n") }, paths, options);
  return { ...document, tags: tagsOf(routes) };
}

/** Lists the headings of operations in their order: whoever draws them puts those that are listed here before others. */
function tagsOf(routes: readonly Route[]): readonly JsonObject[] {
  const names = new Set(inOrder(routes).map(({ about }) => about.tag));
  return [...names].map((name) => (name === pagesTag ? { name, description: aboutPages } : { name }));
}

/** Builds the API description of one process, or of a revision, by its name: where it is described and executed, with what it takes and a request that works as it stands. */
export function processApiDocument(
  routes: readonly Route[],
  { name, process }: { readonly name: string; readonly process: Process },
  options: ApiOptions,
): JsonObject {
  const described = routes.filter(({ method, path }) => method === "GET" && path === "/processes/:processId");
  const paths = {
    ...Object.fromEntries(
      described.map((route) => {
        const path = `/processes/${name}`;
        return [path, { get: operationOf(route, path, options) }];
      }),
    ),
    ...executionPath(routes, { name, process }, options),
  };
  const { title = process.id, version, description = "" } = process.description;
  return documentOf({ title, version, description }, paths, options);
}

function documentOf(about: JsonObject, paths: JsonObject, options: ApiOptions): JsonObject {
  const { version, baseUrl } = options;
  const { contact, license, termsUrl } = options.identity;
  const info = { ...about, ...defined({ contact, license, termsOfService: termsUrl }) };
  const document: JsonObject = {
    openapi: "3.1.1",
    info,
    servers: [{ url: baseUrl }],
    paths,
    components: {
      schemas: Object.fromEntries(
        Object.entries({ ...documentSchemas, ...sharedBodies }).map(([name, schema]) => [name, schemaOf(schema)]),
      ),
      responses: sharedResponses,
      securitySchemes: securitySchemes(options),
    },
  };
  return version === "3.1" ? document : toOpenApi30(document);
}

function executionPath(
  routes: readonly Route[],
  { name, process }: { readonly name: string; readonly process: Process },
  options: ApiOptions,
): Record<string, Record<string, Json>> {
  const route = routes.find(({ path }) => path === "/processes/:processId/execution");
  return route === undefined
    ? {}
    : { [`/processes/${name}/execution`]: { post: executionOf(route.about, process, options) } };
}

const aboutApi = `A request that asks for what this service cannot do is refused with a problem; nothing of it is passed over in silence. So a request that changes something may not have these headers: ${refusedHeaders}. A list may not have a parameter that filters other lists, and not this one.`;
const manyProcesses =
  "There are too many processes for a path of each: /processes/{processId}/api describes one, with what it takes.";

function schemaOf(schema: v.GenericSchema): Json {
  const { $schema: _dialect, ...plain } = toJsonSchema(schema, { errorMode: "ignore" });
  return parseJson(plain);
}

/** What the converter gives is JSON, but not by its type. */
function parseJson(value: unknown): Json {
  return parseExact(JSON.stringify(value));
}

function operationOf(route: Route, path: string, options: ApiOptions): Json {
  const { about } = route;
  const names = [...path.matchAll(/\{([A-Za-z]+)\}/g)].map(([, name = ""]) => name);
  const parameters: readonly Json[] = [
    ...names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } })),
    ...Object.entries(about.query ?? {}).map(([name, description]) => ({
      name,
      in: "query",
      required: false,
      description,
      schema: { type: "string" },
    })),
  ];
  return {
    operationId: operationId(route.method, path),
    summary: about.summary,
    tags: [about.tag],
    ...defined({ parameters: unlessEmpty(parameters) }),
    ...(route.body === undefined ? {} : { requestBody: routeBodyOf(route.body) }),
    responses: responsesOf(about, mayAct(route)),
    ...callbacksOf(about),
    ...(route.access === "public" ? {} : { security: securityOf(options) }),
  };
}

function operationId(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return [method.toLowerCase(), ...words].join("_");
}

/** Bodies that several routes take, in several media types: each is written once. */
const sharedBodies: Readonly<Record<string, v.GenericSchema>> = {
  Deployment: ApplicationPackageSchema,
  Execution: ExecuteBodySchema,
};

function routeBodyOf({ mediaTypes, schema, otherTypes = [] }: RouteBody): Json {
  const shared = Object.keys(sharedBodies).find((name) => sharedBodies[name] === schema);
  const described = bodyContent(
    mediaTypes.filter((type) => !otherTypes.includes(type)),
    shared === undefined ? schemaOf(schema) : { $ref: `#/components/schemas/${shared}` },
  );
  return { required: true, content: { ...described, ...Object.fromEntries(otherTypes.map((type) => [type, {}])) } };
}

function bodyOf(mediaTypes: readonly string[], schema: Json): Json {
  return { required: true, content: bodyContent(mediaTypes, schema) };
}

function bodyContent(mediaTypes: readonly string[], schema: Json): JsonObject {
  return Object.fromEntries(mediaTypes.map((type) => [type, { schema }]));
}

/** Every request may be ill-formed, name what is not there, or come from the wrong place. */
const everyProblem = [400, 401, 403, 404, 405, 406];

/** What GET does is known once its query was read, where it may execute something. */
function mayAct(route: Route): boolean {
  return hasEffect(route) || /\/(execution|wps)$/.test(route.path);
}

function responsesOf(operation: RouteAbout, acts: boolean): Json {
  const responses: Record<string, Json> = {};
  for (const [status, { about, content }] of Object.entries(operation.answers)) {
    responses[status] = { description: about, ...(content === undefined ? {} : { content: contentOf(content) }) };
  }
  const problems = [...everyProblem, ...(acts ? [422] : []), ...(operation.problems ?? [])];
  const isReport = operation.hasExceptionReports === true;
  const content = isReport ? { "text/xml": {} } : problemContent;
  if (acts) responses[400] = { description: `Problem 400; also for a header of these: ${refusedHeaders}`, content };
  for (const status of [...problems, "default"]) {
    responses[String(status)] ??= isReport ? { description: problemText(status), content } : sharedResponse(status);
  }
  return responses;
}

function callbacksOf({ callbacks }: RouteAbout): { readonly [name: string]: Json } {
  if (callbacks === undefined) return {};
  const named = Object.entries(callbacks).map(([member, document]): [string, Json] => [
    member,
    {
      [`{$request.body#/subscriber/${member}}`]: {
        post: {
          requestBody: bodyOf(["application/json"], { $ref: `#/components/schemas/${document}` }),
          responses: { "2XX": { description: "Received; any other answer is followed by another try" } },
        },
      },
    },
  ]);
  return { callbacks: Object.fromEntries(named) };
}

const problemContent = {
  "application/problem+json": { schema: { $ref: "#/components/schemas/Exception" } },
  "application/json": { schema: { $ref: "#/components/schemas/Exception" } },
  "text/html": {},
} as const;

/** The problems that routes name. Each is the same for nearly all of them, and is written once. */
const sharedProblems = [...everyProblem, 409, 410, 412, 413, 415, 416, 422, 429, 500, 502, 503, "default"];

function problemText(status: number | string): string {
  return status === "default" ? "Any other problem" : `Problem ${status}`;
}

function sharedName(status: number | string): string {
  return status === "default" ? "OtherProblem" : `Problem${status}`;
}

const sharedResponses: JsonObject = Object.fromEntries(
  sharedProblems.map((status) => [sharedName(status), { description: problemText(status), content: problemContent }]),
);

function sharedResponse(status: number | string): Json {
  return sharedProblems.includes(status)
    ? { $ref: `#/components/responses/${sharedName(status)}` }
    : { description: problemText(status), content: problemContent };
}

function contentOf(
  content: { readonly document: string; readonly hasFormats?: boolean } | { readonly mediaType: string },
): Json {
  if ("mediaType" in content) return { [content.mediaType]: {} };
  const schema = { $ref: `#/components/schemas/${content.document}` };
  const { json: _json, ...others } = documentFormats;
  const otherTypes = content.hasFormats === true ? Object.values(others).map(({ mediaType }) => [mediaType, {}]) : [];
  const json = { "application/json": { schema }, ...Object.fromEntries(otherTypes) };
  // A result may be a bare value or several parts as well.
  return content.document === "Results" ? { ...json, "multipart/related": {}, "*/*": {} } : json;
}

function executionOf(operation: RouteAbout, process: Process, options: ApiOptions): Json {
  const inputs = Object.entries(process.description.inputs);
  const outputs = Object.keys(process.description.outputs);
  const schema: Json = {
    type: "object",
    properties: {
      inputs: {
        type: "object",
        properties: Object.fromEntries(
          inputs.map(([id, { schema: one, title }]) => [
            id,
            { ...defined({ title }), anyOf: [one, { type: "object" }, { type: "array" }] },
          ]),
        ),
        required: inputs.filter(([, input]) => input.minOccurs > 0).map(([id]) => id),
      },
      outputs: { type: "object", properties: Object.fromEntries(outputs.map((id) => [id, { type: "object" }])) },
      response: { type: "string", enum: ["raw", "document"] },
      subscriber: schemaOf(SubscriberSchema),
    },
  };
  return {
    operationId: `execute_${process.id.replaceAll(/[^A-Za-z0-9]+/g, "_")}`,
    summary: `Execute ${process.description.title ?? process.id}`,
    tags: [operation.tag],
    // Without it the page makes up values of its own, subscribers too.
    requestBody: {
      required: true,
      content: { "application/json": { schema, example: exampleRequest(process.description) } },
    },
    responses: responsesOf(operation, true),
    ...callbacksOf(operation),
    security: securityOf(options),
  };
}
