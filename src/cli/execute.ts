import * as v from "valibot";
import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { type Client, clientOptions, createClient } from "./client.ts";
import {
  type Command,
  exitCodes,
  hasOption,
  type Io,
  onlyWord,
  stoppedExitCode,
  textOption,
  textOptions,
  UsageError,
} from "./command.ts";
import { exitCodeOf, followJob, StatusSchema } from "./follow-job.ts";
import { readInputValue } from "./input-values.ts";
import { readRequestFile } from "./read-request.ts";

const DescriptionSchema = v.looseObject({
  inputs: v.record(v.string(), v.looseObject({ schema: v.optional(v.custom<JsonObject>(isJsonObject)) })),
});

/** Builds the command that executes a process asynchronously. */
export function executeCommand(): Command {
  return {
    name: "execute",
    words: "PROCESS",
    maxWords: 1,
    summary: "Executes a process and prints the job's id; with --follow waits for its end and prints its results.",
    options: {
      ...clientOptions,
      input: {
        type: "string",
        short: "i",
        multiple: true,
        value: "KEY=VALUE",
        about: "an input; KEY=@FILE uploads a file or directory, KEY=@- stdin; a File may be a URL",
      },
      file: {
        type: "string",
        short: "f",
        value: "FILE",
        about: "a whole request in JSON, instead of inputs; - is stdin",
      },
      follow: { type: "boolean", about: "show the stages until the job ends" },
      "idempotency-key": { type: "string", value: "TEXT", about: "makes a repeated submission one job, for 24 hours" },
    },
    async run(args, io) {
      const processId = onlyWord(args, "a process id");
      const client = createClient(args, io);
      const request = await readRequest(client, processId, args, io);
      const idempotencyKey = textOption(args, "idempotency-key");
      const accepted = await client.json("POST", `/processes/${encodeURIComponent(processId)}/execution`, {
        headers: {
          "content-type": "application/json",
          prefer: "respond-async",
          ...request.headers,
          ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
        },
        body: JSON.stringify(request.body),
      });
      const { jobID } = v.parse(StatusSchema, accepted);
      if (!hasOption(args, "follow")) {
        io.out(hasOption(args, "json") ? `${JSON.stringify(accepted)}\n` : `${jobID}\n`);
        return exitCodes.ok;
      }
      io.talk(`job ${jobID}\n`);
      const status = await followJob(client, jobID, io);
      if (status === undefined) return stoppedExitCode(io);
      if (status.status === "successful") {
        const results = await client.json("GET", `/jobs/${jobID}/results`);
        io.out(`${JSON.stringify(results, null, hasOption(args, "json") ? 0 : 2)}\n`);
      }
      return exitCodeOf(status.status);
    },
  };
}

type Request = { readonly body: Json; readonly headers: Readonly<Record<string, string>> };

async function readRequest(
  client: Client,
  processId: string,
  args: Parameters<Command["run"]>[0],
  io: Io,
): Promise<Request> {
  const file = textOption(args, "file");
  const inputs = textOptions(args, "input");
  if (file === undefined) return requestOf(client, processId, inputs, io);
  if (inputs.length > 0) throw new UsageError("Cannot execute: found --file and --input, wanted only one of them");
  return { body: await readRequestFile(file), headers: {} };
}

/** Builds a request from inputs, whose values are read by the description of the process. */
async function requestOf(client: Client, processId: string, pairs: readonly string[], io: Io): Promise<Request> {
  const written = pairs.map(readPair);
  const path = `/processes/${encodeURIComponent(processId)}`;
  const description = v.parse(DescriptionSchema, await client.json("GET", path));
  const inputs = new Map<string, Json[]>();
  const tokens: string[] = [];
  for (const { name, text } of written) {
    const schema = description.inputs[name]?.schema;
    const value = await readInputValue({ client, io, tokens }, { name, text, schema });
    inputs.set(name, [...(inputs.get(name) ?? []), value]);
  }
  const members = [...inputs].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? null) : values]);
  return {
    body: { inputs: Object.fromEntries(members) },
    headers: tokens.length === 0 ? {} : { "x-auth-vault": tokens.join(", ") },
  };
}

function readPair(pair: string): { readonly name: string; readonly text: string } {
  const cut = pair.indexOf("=");
  if (cut < 1) throw new UsageError(`Cannot read input "${pair}": wanted KEY=VALUE or KEY=@FILE`);
  return { name: pair.slice(0, cut), text: pair.slice(cut + 1) };
}
