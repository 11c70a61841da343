import * as v from "valibot";
import { isJsonObject, isList, type Json } from "../../domain/values/json.ts";
import {
  type Arguments,
  type Command,
  exitCodes,
  hasOption,
  type Io,
  textOption,
  UsageError,
  wrongWords,
} from "../command.ts";
import { checkFormat, formatOption, printDocument } from "../terminal/print.ts";
import { type Column, formatTable } from "../terminal/table.ts";
import { type Client, clientOptions, createClient } from "./client.ts";
import { readRequestFile } from "./read-request.ts";

/** Builds the command that lists, adds, shows and removes the servers whose processes can run from a service. */
export function providersCommand(): Command {
  return {
    name: "providers",
    words: "[list] | add ID URL | add --file FILE | show|processes|remove ID",
    maxWords: 3,
    summary: "Lists the servers whose processes can run from here, adds one, shows one with its state, or forgets it.",
    examples: [
      { line: "providers add lab https://lab.example.org/wps", about: "adds a server; what it speaks is found out" },
      { line: "providers processes lab", about: "lists what it offers" },
      { line: "providers add --file lab.json", about: "adds one with a secret: {id, url, auth} in a file" },
    ],
    options: {
      public: { type: "boolean", about: "also others than admins may use it (add)" },
      file: { type: "string", short: "f", value: "FILE", about: "the whole registration in JSON (add); - is stdin" },
      format: formatOption,
      ...clientOptions,
    },
    async run(args, io) {
      const [verb = "list", id, url] = args.words;
      checkFormat(args);
      const client = createClient(args, io);
      if (verb === "add") return add(client, { id, url }, args, io);
      if (url !== undefined) throw wrongWords(args);
      if (verb === "list" && id === undefined) return list(client, args, io);
      if (!["show", "processes", "remove"].includes(verb)) throw wrongWords(args);
      if (id === undefined) throw new UsageError(`Missing the id of a provider. ${args.usage}`);
      const path = `/providers/${encodeURIComponent(id)}`;
      if (verb === "remove") {
        await client.send("DELETE", path);
        io.talk(`Provider ${id} is removed\n`);
        return exitCodes.ok;
      }
      if (verb === "processes") return listOffer(client, path, args, io);
      const document = await client.json("GET", path);
      return printDocument(args, io, { document, text: () => `${JSON.stringify(document, null, 2)}\n` });
    },
  };
}

const ProviderSchema = v.looseObject({
  id: v.string(),
  url: v.optional(v.string(), ""),
  type: v.optional(v.string(), ""),
  status: v.optional(v.string(), ""),
  title: v.optional(v.string(), ""),
});

const columns: readonly Column[] = [
  { title: "PROVIDER" },
  { title: "TYPE" },
  { title: "STATE" },
  { title: "URL", gives: true },
];

function itemsOf(document: Json, member: string): readonly Json[] {
  const items = isJsonObject(document) ? document[member] : undefined;
  return isList(items) ? items : [];
}

function widthOf({ columns }: Io): { readonly width?: number } {
  return columns === undefined ? {} : { width: columns };
}

async function list(client: Client, args: Arguments, io: Io): Promise<number> {
  const document = await client.json("GET", "/providers");
  const items = itemsOf(document, "providers");
  const rows = () =>
    items.map((item) => v.parse(ProviderSchema, item)).map((one) => [one.id, one.type, one.status, one.url]);
  return printDocument(args, io, { document, items, text: () => formatTable(columns, rows(), widthOf(io)) });
}

const OfferSchema = v.looseObject({ id: v.string(), title: v.optional(v.string(), "") });

async function listOffer(client: Client, path: string, args: Arguments, io: Io): Promise<number> {
  const document = await client.json("GET", `${path}/processes`);
  const items = itemsOf(document, "processes");
  const rows = () => items.map((item) => v.parse(OfferSchema, item)).map((one) => [one.id, one.title]);
  const titles = [{ title: "PROCESS" }, { title: "TITLE", gives: true }];
  return printDocument(args, io, { document, items, text: () => formatTable(titles, rows(), widthOf(io)) });
}

type Named = { readonly id: string | undefined; readonly url: string | undefined };

async function add(client: Client, { id, url }: Named, args: Arguments, io: Io): Promise<number> {
  const file = textOption(args, "file");
  const isPublic = hasOption(args, "public");
  if (file !== undefined && (id !== undefined || isPublic)) {
    throw new UsageError("Cannot add: found --file beside words or --public, wanted only one of them");
  }
  if (file === undefined && (id === undefined || url === undefined)) {
    throw new UsageError(`Missing ${id === undefined ? "the id of the provider" : "its URL"}. ${args.usage}`);
  }
  const body = file === undefined ? { id, url, ...(isPublic ? { public: true } : {}) } : await readRequestFile(file);
  const document = await client.json("POST", "/providers", {
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = () => `${client.url}/providers/${v.parse(ProviderSchema, document).id}\n`;
  return printDocument(args, io, { document, text });
}
