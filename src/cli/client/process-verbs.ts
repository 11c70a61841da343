import * as v from "valibot";
import { Problem } from "../../domain/problem.ts";
import { obstacles, obstacleWords } from "../../domain/processes/process.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import { type Arguments, exitCodes, hasOption, type Io, textOption, UsageError } from "../command.ts";
import { checkFormat, printDocument } from "../terminal/print.ts";
import { type Column, formatTable } from "../terminal/table.ts";
import { type Client, createClient } from "./client.ts";
import { withNearProcess } from "./near-process.ts";

function pathOf(id: string, below = ""): string {
  return `/processes/${encodeURIComponent(id)}${below}`;
}

const verbs = {
  list: (client, _words, context) => listProcesses(client, context),
  describe: (client, [id], context) => describe(client, id, context),
  package: (client, [id], { io }) => printPackage(client, id, io),
  revisions: (client, [id], context) => listRevisions(client, id, context),
  rollback: (client, [id, version], context) => rollback(client, { id, version }, context),
  undeploy: (client, [id], { io }) => undeploy(client, id, io),
} as const satisfies Record<string, Verb>;

type Context = { readonly args: Arguments; readonly io: Io };
type Verb = (client: Client, words: readonly [string, ...string[]], context: Context) => Promise<number>;

/** How many words follow each verb: at least, and at most. */
const wordCounts: Readonly<Record<keyof typeof verbs, readonly [number, number]>> = {
  list: [0, 0],
  describe: [1, 1],
  package: [1, 1],
  revisions: [1, 1],
  rollback: [1, 2],
  undeploy: [1, 1],
};

/** Runs a verb of `heddle processes` at a service; undefined when there is none for these words. Throws what the service answers. */
export function runProcessVerb(args: Arguments, io: Io): Promise<number> | undefined {
  const [name = "list", ...words] = args.words;
  if (!isVerb(name)) return undefined;
  const [least, most] = wordCounts[name];
  if (words.length < least) throw new UsageError(`Missing the id of a process. ${args.usage}`);
  if (words.length > most) return undefined;
  checkFormat(args);
  const [id = "", ...rest] = words;
  const client = createClient(args, io);
  const run = () => verbs[name](client, [id, ...rest], { args, io });
  return least === 0 ? run() : withNearProcess(client, { id }, run);
}

function isVerb(name: string): name is keyof typeof verbs {
  return Object.hasOwn(verbs, name);
}

const SummarySchema = v.looseObject({
  id: v.string(),
  version: v.optional(v.string(), ""),
  title: v.optional(v.string(), ""),
  keywords: v.optional(v.array(v.string()), []),
  cannotRun: v.optional(v.string()),
});

const processColumns: readonly Column[] = [
  { title: "PROCESS" },
  { title: "VERSION" },
  { title: "TITLE", gives: true },
  { title: "KEYWORDS", gives: true },
];
const obstacleColumn: Column = { title: "CANNOT RUN HERE", gives: true };

/** A list of a service comes in pages; so many pages are no list for a person. */
const mostPages = 100;

async function listProcesses(client: Client, { args, io }: Context): Promise<number> {
  const limit = textOption(args, "limit");
  const search = textOption(args, "search");
  const query = new URLSearchParams({ limit: limit ?? "1000", ...(search === undefined ? {} : { q: search }) });
  const items = await readPages(client, `/processes?${query}`, "processes", limit === undefined ? mostPages : 1);
  return printDocument(args, io, { document: { processes: items }, items, text: () => processTable(items, io) });
}

/** A table in which all can run has no column that says what keeps one from it. */
function processTable(items: readonly Json[], io: Io): string {
  const rows = items
    .map((item) => v.parse(SummarySchema, item))
    .map((one) => [one.id, one.version, one.title, one.keywords.join(", "), obstacleText(one.cannotRun)]);
  const isSaid = rows.some((row) => row.at(-1) !== "");
  return tableText(
    isSaid ? [...processColumns, obstacleColumn] : processColumns,
    isSaid ? rows : rows.map((row) => row.slice(0, -1)),
    io,
  );
}

/** What a newer service names is told as it is. */
function obstacleText(why: string | undefined): string {
  const known = obstacles.find((one) => one === why);
  if (known !== undefined) return `✕ ${obstacleWords[known]}`;
  return why === undefined ? "" : `✕ ${why}`;
}

async function readPages(client: Client, first: string, member: string, pages: number): Promise<readonly Json[]> {
  const items: Json[] = [];
  let next: string | undefined = first;
  for (let page = 0; next !== undefined && page < pages; page += 1) {
    const document = await client.json("GET", next);
    const found = isJsonObject(document) ? document[member] : undefined;
    for (const item of isList(found) ? found : []) items.push(item);
    next = nextLink(document);
  }
  return items;
}

function nextLink(document: Json): string | undefined {
  const links = isJsonObject(document) && isList(document.links) ? document.links : [];
  const link = links.find((link) => isJsonObject(link) && link.rel === "next");
  return isJsonObject(link) && typeof link.href === "string" ? link.href : undefined;
}

function tableText(columns: readonly Column[], rows: readonly (readonly string[])[], io: Io): string {
  return formatTable(columns, rows, io.columns === undefined ? {} : { width: io.columns });
}

const JsonRecordSchema = v.custom<JsonObject>(isJsonObject);
const DescriptionSchema = v.looseObject({
  id: v.string(),
  title: v.optional(v.string()),
  description: v.optional(v.string()),
  version: v.optional(v.string()),
  inputs: v.optional(JsonRecordSchema),
  outputs: v.optional(JsonRecordSchema),
});

async function describe(client: Client, id: string, { args, io }: Context): Promise<number> {
  const document = await client.json("GET", pathOf(id));
  return printDocument(args, io, { document, text: () => descriptionText(document, io) });
}

const partColumns: readonly Column[] = [
  { title: "" },
  { title: "TYPE", gives: true },
  { title: "NEEDED" },
  { title: "DEFAULT", gives: true },
  { title: "TITLE", gives: true },
];

function descriptionText(document: Json, io: Io): string {
  const { id, title, description, version, inputs = {}, outputs = {} } = v.parse(DescriptionSchema, document);
  const head = [
    `${id}${version === undefined ? "" : ` ${version}`}${title === undefined ? "" : `: ${title}`}`,
    description?.trimEnd(),
  ];
  const parts = ([name, parts]: readonly [string, Readonly<Record<string, Json>>], isInput: boolean) => {
    const rows = Object.entries(parts).map(([key, part]) => partRow(key, part, isInput));
    return `${name}\n${rows.length === 0 ? "none\n" : tableText(partColumns, rows, io)}`;
  };
  return [
    `${head.filter((line) => line !== undefined && line !== "").join("\n")}\n`,
    parts(["INPUTS", inputs], true),
    parts(["OUTPUTS", outputs], false),
  ].join("\n");
}

function partRow(key: string, part: Json, isInput: boolean): readonly string[] {
  const { schema = {}, minOccurs = 1, maxOccurs = 1, title = "" } = isJsonObject(part) ? part : {};
  const fallback = isJsonObject(schema) ? schema.default : undefined;
  const isNeeded = isInput && minOccurs !== 0 && fallback === undefined;
  return [
    key,
    `${maxOccurs === 1 ? "" : "list of "}${typeText(schema)}`,
    isNeeded ? "yes" : "",
    fallback === undefined ? "" : valueText(fallback),
    textOf(title),
  ];
}

/** Formats a value as one types it: a word as it stands, what would not be seen or would be read otherwise as JSON. */
function valueText(value: Json): string {
  return typeof value === "string" && /^[^\s"[{](.*\S)?$/.test(value) ? value : JSON.stringify(value);
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : "";
}

/** Formats a schema in a few words: `number 0 to 1`, `one of a, b`, `file image/tiff`, `list of text`. */
function typeText(schema: Json): string {
  if (!isJsonObject(schema)) return "any";
  const { type, items, contentMediaType, format, minimum, maximum } = schema;
  const choices = schema.enum;
  if (isList(choices)) return `one of ${choices.map((choice) => textOf(choice) || JSON.stringify(choice)).join(", ")}`;
  if (typeof contentMediaType === "string") return `file ${contentMediaType}`;
  if (items !== undefined && type === "array") return `list of ${typeText(items)}`;
  const several = [schema.oneOf, schema.anyOf].find(isList);
  if (several !== undefined) return several.map(typeText).join(" or ");
  const name = type === "string" ? textOf(format ?? "") || "text" : textOf(type ?? "") || "any";
  const bounds = [minimum, maximum].map((bound) => (typeof bound === "number" ? String(bound) : undefined));
  if (bounds.every((bound) => bound === undefined)) return name;
  return `${name} ${bounds[0] === undefined ? `to ${bounds[1]}` : bounds[1] === undefined ? `from ${bounds[0]}` : bounds.join(" to ")}`;
}

async function printPackage(client: Client, id: string, io: Io): Promise<number> {
  const answer = await client.send("GET", pathOf(id, "/package"), {
    headers: { accept: "application/cwl+yaml, application/json;q=0.5, */*;q=0.1" },
  });
  const text = await answer.text();
  io.out(text.endsWith("\n") ? text : `${text}\n`);
  return exitCodes.ok;
}

const RevisionSchema = v.looseObject({
  version: v.optional(v.string(), ""),
  revision: v.optional(v.string(), ""),
  deployed: v.optional(v.string(), ""),
  state: v.optional(v.string(), ""),
});

async function readRevisions(client: Client, id: string): Promise<readonly Json[]> {
  return readPages(client, pathOf(id, "/revisions"), "revisions", mostPages);
}

async function listRevisions(client: Client, id: string, { args, io }: Context): Promise<number> {
  const items = await readRevisions(client, id);
  const columns = [
    { title: "VERSION" },
    { title: "DEPLOYED (UTC)" },
    { title: "STATE" },
    { title: "DIGEST", gives: true },
  ];
  const rows = () =>
    items
      .map((item) => v.parse(RevisionSchema, item))
      .map((one) => [one.version, one.deployed.slice(0, 19).replace("T", " "), one.state, one.revision]);
  return printDocument(args, io, { document: { revisions: items }, items, text: () => tableText(columns, rows(), io) });
}

type Wanted = { readonly id: string; readonly version: string | undefined };

async function rollback(client: Client, { id, version }: Wanted, { args, io }: Context): Promise<number> {
  const name = version ?? (await beforeCurrent(client, id));
  const document = await client.json("POST", pathOf(id, `/revisions/${encodeURIComponent(name)}/restore`), {
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  const text = () => `${id} is version ${v.parse(SummarySchema, document).version} now\n`;
  return printDocument(args, io, { document, text });
}

/** Names the last revision that is deployed and not current; of a process that was undeployed, its last one. */
async function beforeCurrent(client: Client, id: string): Promise<string> {
  const revisions = (await readRevisions(client, id)).map((item) => v.parse(RevisionSchema, item));
  const isThere = revisions.some(({ state }) => state === "current");
  const before = isThere ? revisions.find(({ state }) => state === "deployed") : revisions[0];
  if (before !== undefined) return before.revision;
  throw new Problem("not-found", `Cannot roll back process "${id}": found no revision beside the current one`);
}

/** Says in numbers what went and what stays: both are counted before. */
async function undeploy(client: Client, id: string, io: Io): Promise<number> {
  const versions = await countedOf(() => readRevisions(client, id));
  const jobs = await countedOf(() =>
    readPages(client, `${pathOf(id, "/jobs")}?detail=false&limit=1000`, "jobs", mostPages),
  );
  await client.send("DELETE", pathOf(id));
  const went = versions.filter((one) => isJsonObject(one) && one.state !== "withdrawn").length;
  const versionText = went > 1 ? `, with its ${went} versions` : "";
  const jobText =
    jobs.length === 0
      ? ""
      : `. Its ${jobs.length === 1 ? "job stays" : `${jobs.length} jobs stay`}, with ${jobs.length === 1 ? "its" : "their"} results`;
  io.talk(`Process ${id} is undeployed${versionText}${jobText}\n`);
  if (went > 0) io.talk(`To go back to it: heddle processes rollback ${id}\n`);
  return exitCodes.ok;
}

/** Nothing is told of what may not be read: the process may still be undeployed. */
async function countedOf(read: () => Promise<readonly Json[]>): Promise<readonly Json[]> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}

/** Checks whether `heddle processes` is to use a data directory: it is named. Throws UsageError when a service is named as well. */
export function namesData(args: Arguments): boolean {
  const isNamed = textOption(args, "data") !== undefined;
  const [service] = ["url", "profile", "key"].filter(
    (name) => hasOption(args, name) || textOption(args, name) !== undefined,
  );
  if (isNamed && service !== undefined) throw new UsageError(`Cannot use --data and --${service} together`);
  return isNamed;
}
