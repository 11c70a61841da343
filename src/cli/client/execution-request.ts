import * as v from "valibot";
import { defined } from "../../domain/defined.ts";
import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";
import { type Arguments, type Io, textOption, textOptions, UsageError } from "../command.ts";
import type { Option } from "../option.ts";
import type { Client } from "./client.ts";
import { readInputValue } from "./input-values.ts";
import { readRequestFile } from "./read-request.ts";

const group = "Request";

/** The options that say what a request holds. */
export const requestOptions = {
  input: {
    type: "string",
    short: "i",
    multiple: true,
    value: "KEY=VALUE",
    about: "an input; KEY=@FILE uploads a file or directory, KEY=@- stdin; a File may be a URL",
    group,
  },
  file: {
    type: "string",
    short: "f",
    value: "FILE",
    about: "a whole request in JSON, instead of inputs; - is stdin",
    group,
  },
  output: {
    type: "string",
    multiple: true,
    value: "ID",
    about: "an output to give; may stand there again (default: all)",
    group,
  },
  title: { type: "string", value: "TEXT", about: "what people call the job", group },
  tag: { type: "string", multiple: true, value: "TAG", about: "a word to find it by; may stand there again", group },
  priority: { type: "string", value: "N", about: "-10 to 10; higher ones run first", group },
  subscriber: {
    type: "string",
    value: "URL|MAIL",
    about: "whom the service tells when the job has ended, well or not",
    group,
  },
  "idempotency-key": {
    type: "string",
    value: "TEXT",
    about: "makes a repeated submission one job, for 24 hours",
    group,
  },
} as const satisfies Record<string, Option>;

/** A request to execute a process, with the headers that it needs. */
export type ExecutionRequest = { readonly body: Json; readonly headers: Readonly<Record<string, string>> };

const DescriptionSchema = v.looseObject({
  inputs: v.record(v.string(), v.looseObject({ schema: v.optional(v.custom<JsonObject>(isJsonObject)) })),
});

/**
 * Reads the request of the options: files are uploaded, and values are read by the description at the path of the process.
 * Throws UsageError.
 */
export async function readExecutionRequest(
  client: Client,
  path: string,
  args: Arguments,
  io: Io,
): Promise<ExecutionRequest> {
  const members = membersOf(args);
  const idempotencyKey = textOption(args, "idempotency-key");
  const key = idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey };
  const file = textOption(args, "file");
  const inputs = textOptions(args, "input");
  if (file === undefined) {
    const { values, headers } = await inputsOf(client, path, inputs, io);
    return { body: { inputs: values, ...members }, headers: { ...headers, ...key } };
  }
  if (inputs.length > 0) throw new UsageError("Cannot execute: found --file and --input, wanted only one of them");
  const body = await readRequestFile(file);
  if (!isJsonObject(body)) return { body, headers: key };
  const [both] = Object.keys(members).filter((name) => Object.hasOwn(body, name));
  if (both === undefined) return { body: { ...body, ...members }, headers: key };
  throw new UsageError(`Cannot execute: found "${both}" in --file and as an option, wanted only one of them`);
}

/** Builds the members of a request beside its inputs. Throws UsageError. */
function membersOf(args: Arguments): JsonObject {
  const outputs = textOptions(args, "output");
  const tags = textOptions(args, "tag");
  const priority = textOption(args, "priority");
  if (priority !== undefined && !/^-?\d{1,2}$/.test(priority)) {
    throw new UsageError(`Cannot use --priority: found "${priority}", wanted a whole number from -10 to 10`);
  }
  return defined({
    outputs: outputs.length === 0 ? undefined : Object.fromEntries(outputs.map((id) => [id, {}])),
    title: textOption(args, "title"),
    tags: tags.length === 0 ? undefined : tags,
    heddle: priority === undefined ? undefined : { priority: Number(priority) },
    subscriber: subscriberOf(textOption(args, "subscriber")),
  });
}

function subscriberOf(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  if (/^https?:\/\//.test(text)) return { successUri: text, failedUri: text };
  if (/^[^@\s]+@[^@\s]+$/.test(text)) return { successEmail: text, failedEmail: text };
  throw new UsageError(`Cannot use --subscriber: found "${text}", wanted an http or https URL, or an address of mail`);
}

/** Reads inputs, whose values are read by the description of the process. */
async function inputsOf(client: Client, path: string, pairs: readonly string[], io: Io) {
  const written = pairs.map(readPair);
  const description = v.parse(DescriptionSchema, await client.json("GET", path));
  const inputs = new Map<string, Json[]>();
  const tokens: string[] = [];
  for (const { name, text } of written) {
    const schema = description.inputs[name]?.schema;
    const value = await readInputValue({ client, io, tokens }, { name, text, schema });
    inputs.set(name, [...(inputs.get(name) ?? []), value]);
  }
  const members = [...inputs].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? null) : values]);
  const headers: Readonly<Record<string, string>> = tokens.length === 0 ? {} : { "x-auth-vault": tokens.join(", ") };
  return { values: Object.fromEntries(members), headers };
}

function readPair(pair: string): { readonly name: string; readonly text: string } {
  const cut = pair.indexOf("=");
  if (cut < 1) throw new UsageError(`Cannot read input "${pair}": wanted KEY=VALUE or KEY=@FILE`);
  return { name: pair.slice(0, cut), text: pair.slice(cut + 1) };
}
