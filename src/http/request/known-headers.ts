import { Problem } from "../../domain/problem.ts";

/** What a request may ask for by a header that is not done here: it would be another request without it. */
const notHonoured: Readonly<Record<string, string>> = {
  "x-wps-output-context": "none: the outputs of each job have a directory of their own",
  "x-auth-docker": "none: images are imported with heddle images, or pulled with what the container engine knows",
  "x-http-method-override": "the method itself",
  "content-range": "the whole body",
  "if-match": "none: changes are made whatever was there before",
  "if-unmodified-since": "none: changes are made whatever was there before",
};

/** Schemas that bodies are read by, by the last part of the path that they are sent to. */
const schemas: Readonly<Record<string, RegExp>> = {
  execution: /^https?:\/\/(schemas|www)\.opengis\.net\/.*\bexecute(-[a-z]+)*(\.(ya?ml|json))?$/i,
  processes: /^https?:\/\/(schemas|www)\.opengis\.net\/.*\bogcapppkg(\.(ya?ml|json))?$/i,
};

/** Words which headers a request that has an effect is refused for. */
export const refusedHeaders = `${Object.keys(notHonoured).join(", ")}, and a Content-Schema that the body is not read by (422)`;

/**
 * Refuses a request that has an effect for what it asks by headers that are known and not honoured: nothing is dropped in
 * silence, but those that the route honours. Throws `invalid-parameter-value`, `unsupported-schema` for a `Content-Schema` that the body is not read by.
 */
export function refuseUnhonoured(request: Request, honours: readonly string[] = []): void {
  for (const [name, wanted] of Object.entries(notHonoured)) {
    const value = request.headers.get(name);
    if (value === null || honours.includes(name)) continue;
    throw new Problem(
      "invalid-parameter-value",
      `Cannot accept the request: found header ${name} "${value}", wanted ${wanted}`,
    );
  }
  const schema = request.headers.get("content-schema")?.replace(/^<(.*)>$/, "$1");
  if (schema === undefined) return;
  const parts = new URL(request.url).pathname.split("/").filter((part) => part !== "");
  // A process is replaced with the same document that deploys one.
  const place = parts.at(-2) === "processes" ? "processes" : (parts.at(-1) ?? "");
  if (Object.hasOwn(schemas, place) && schemas[place]?.test(schema) === true) return;
  const detail = `Cannot read body: found Content-Schema "${schema}", wanted the schema of the standard for this request, or no header`;
  throw new Problem("unsupported-schema", detail);
}
