import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import * as v from "valibot";
import type { App } from "../../../src/app.ts";
import { relations } from "../../../src/domain/links.ts";
import { isJsonObject, type Json } from "../../../src/domain/values/json.ts";
import { startTestApp } from "../../support/app.ts";
import { deployCwl, submitWith, untilFinished } from "../../support/jobs.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../../support/temporary-directory.ts";

// A link names the media type that its target has, to who says nothing of what it takes and to who takes just that.

const tool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  requirements: { InlineJavascriptRequirement: {} },
  baseCommand: [
    "sh",
    "-c",
    'printf %s "$1" > said.txt; printf "{}" > data.json; head -c 9 /dev/zero > a.png; [ -z "$2" ] || exit 3',
    "t",
  ],
  inputs: {
    message: { type: "string", default: "hello", inputBinding: { position: 1 } },
    fails: { type: "string?", inputBinding: { position: 2 } },
  },
  outputs: {
    text: {
      type: "string",
      outputBinding: { glob: "said.txt", loadContents: true, outputEval: "$(self[0].contents)" },
    },
    count: { type: "int", outputBinding: { outputEval: "$(4)" } },
    said: { type: "File", outputBinding: { glob: "said.txt" } },
    data: { type: "File", outputBinding: { glob: "data.json" } },
    image: { type: "File", format: "iana:image/png", outputBinding: { glob: "a.png" } },
    all: { type: "File[]", outputBinding: { glob: ["said.txt", "data.json"] } },
    absent: { type: "File?", outputBinding: { glob: "*.none" } },
  },
  $namespaces: { iana: "https://www.iana.org/assignments/media-types/" },
} as const;

const one = (id: string, mode = "value") => ({ response: "raw", outputs: { [id]: { transmissionMode: mode } } });

/** What is asked for, and the type that the link to the results is to name; undefined for no link, null for no type. */
const requests: readonly (readonly [string, Readonly<Record<string, unknown>>, string | null | undefined])[] = [
  ["nothing said", {}, "application/json"],
  ["one output of 2.0", { outputs: { image: {} } }, "application/json"],
  ["no outputs", { outputs: {} }, undefined],
  ["a document", { response: "document" }, "application/json"],
  ["all raw", { response: "raw" }, "multipart/related"],
  ["a text raw", one("text"), "text/plain"],
  ["a number raw", one("count"), "application/json"],
  ["a text file raw", one("said"), "text/plain"],
  ["a JSON file raw", one("data"), "application/json"],
  ["an image raw", one("image"), "image/png"],
  ["a list raw", one("all"), "application/json"],
  ["one by reference", one("image", "reference"), null],
  ["an absent one raw", one("absent"), undefined],
  ["a long text raw", { ...one("text"), inputs: { message: "long ".repeat(10_000) } }, "text/plain"],
  ["a failure", { inputs: { fails: "yes" } }, undefined],
];

const LinkSchema = v.looseObject({ href: v.string(), rel: v.string(), type: v.optional(v.string()) });
type Link = v.InferOutput<typeof LinkSchema>;

let folder: TemporaryDirectory | undefined;
let app: App | undefined;

beforeAll(async () => {
  folder = await temporaryDirectory();
  app = await startTestApp(join(folder.path, "data"));
  await deployCwl(app.url, "tool", tool);
});
afterAll(async () => {
  await app?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const url = () => app?.url ?? "";

/** All links in a document, wherever they stand. */
function linksIn(value: Json): readonly Link[] {
  if (Array.isArray(value)) return value.flatMap(linksIn);
  if (!isJsonObject(value)) return [];
  const own = v.safeParse(LinkSchema, value);
  return [...(own.success ? [own.output] : []), ...Object.values(value).flatMap(linksIn)];
}

async function readJson(href: string): Promise<Json> {
  const response = await fetch(href, { headers: { accept: "application/json" } });
  return v.parse(
    v.custom<Json>(() => true),
    await response.json(),
  );
}

const plainType = (response: Response) => response.headers.get("content-type")?.split(";")[0] ?? null;

test.each(requests)("the link to the results of a job: %s", async (_name, request, type) => {
  const job = await submitWith(url(), "tool", { inputs: {}, ...request });
  await untilFinished(url(), job);
  const listed = linksIn(await readJson(`${url()}/jobs`)).filter(({ href }) => href === `${url()}/jobs/${job}/results`);
  const own = linksIn(await readJson(`${url()}/jobs/${job}`)).filter(({ rel }) => rel === relations.results);
  expect(own.map((link) => link.type ?? null)).toEqual(type === undefined ? [] : [type]);
  expect(listed.filter(({ rel }) => rel === relations.results)).toEqual([...own]);
  const response = await fetch(`${url()}/jobs/${job}/results`);
  if (type !== undefined) expect(plainType(response)).toBe(type);
  else expect(response.status).toBeGreaterThanOrEqual(400);
});

test("each link of each document names the type of what it leads to", async () => {
  const job = await submitWith(url(), "tool", { inputs: {} });
  await untilFinished(url(), job);
  const failed = await submitWith(url(), "tool", { inputs: { fails: "yes" } });
  await untilFinished(url(), failed);
  const queue = [`${url()}/`, `${url()}/jobs/${job}/results`, `${url()}/jobs/${job}/statistics`, `${url()}/providers`];
  const seen = new Set<string>();
  const wrong: unknown[] = [];
  for (let href = queue.shift(); href !== undefined; href = queue.shift()) {
    if (seen.has(href) || !href.startsWith(url())) continue;
    seen.add(href);
    for (const link of linksIn(await readJson(href))) {
      // Following the link to an execution is executing.
      if (link.rel === relations.execute || !link.href.startsWith(url())) continue;
      for (const headers of [{}, ...(link.type === undefined ? [] : [{ accept: link.type }])]) {
        const response = await fetch(link.href, { headers });
        // Problems are both: who takes JSON of any kind is answered in that.
        const found = response.headers.get("content-type") ?? "";
        if (link.type !== undefined && !found.startsWith(link.type)) wrong.push([href, link, headers, found]);
        if (response.ok && plainType(response) === "application/json" && link.rel !== "service-desc")
          queue.push(link.href);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(seen.size).toBeGreaterThan(10);
});
