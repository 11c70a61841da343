import { basename } from "node:path";
import * as v from "valibot";
import type { Json, JsonObject } from "../domain/json.ts";
import { type Client, clientOptions, createClient } from "./client.ts";
import { type Command, exitCodes, type Io, isGiven, textOption, textOptions, UsageError } from "./command.ts";
import { exitCodeOf, followJob, StatusSchema } from "./follow-job.ts";
import { onlyWord } from "./jobs.ts";

const DescriptionSchema = v.looseObject({
  inputs: v.record(v.string(), v.looseObject({ schema: v.looseObject({ type: v.optional(v.unknown()) }) })),
});
const UploadSchema = v.looseObject({ id: v.string(), token: v.string() });

/** Makes the command that executes a process asynchronously. */
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
        about: "an input; KEY=@FILE uploads a file",
      },
      file: { type: "string", short: "f", value: "FILE", about: "a whole request in JSON, instead of inputs" },
      follow: { type: "boolean", about: "show the stages until the job ends" },
      "idempotency-key": { type: "string", value: "TEXT", about: "makes a repeated submission one job, for 24 hours" },
    },
    async run(given, io) {
      const processId = onlyWord(given, "a process id");
      const client = createClient(given, io);
      const request = await readRequest(client, processId, given, io);
      const idempotencyKey = textOption(given, "idempotency-key");
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
      if (!isGiven(given, "follow")) {
        io.out(isGiven(given, "json") ? `${JSON.stringify(accepted)}\n` : `${jobID}\n`);
        return exitCodes.ok;
      }
      io.talk(`job ${jobID}\n`);
      const status = await followJob(client, jobID, io);
      if (status.status === "successful") {
        const results = await client.json("GET", `/jobs/${jobID}/results`);
        io.out(`${JSON.stringify(results, null, isGiven(given, "json") ? 0 : 2)}\n`);
      }
      return exitCodeOf(status.status);
    },
  };
}

type Request = { readonly body: Json; readonly headers: Readonly<Record<string, string>> };

async function readRequest(
  client: Client,
  processId: string,
  given: Parameters<Command["run"]>[0],
  io: Io,
): Promise<Request> {
  const file = textOption(given, "file");
  const inputs = textOptions(given, "input");
  if (file === undefined) return requestOf(client, processId, inputs, io);
  if (inputs.length > 0) throw new UsageError("Cannot execute: found --file and --input, wanted one of them");
  return { body: JSON.parse(await Bun.file(file).text()), headers: {} };
}

/** Values are read by the type that the process describes: text stays text, anything else is JSON. */
async function requestOf(client: Client, processId: string, pairs: readonly string[], io: Io): Promise<Request> {
  const path = `/processes/${encodeURIComponent(processId)}`;
  const description = v.parse(DescriptionSchema, await client.json("GET", path));
  const inputs: Record<string, Json[]> = {};
  const tokens: string[] = [];
  for (const pair of pairs) {
    const cut = pair.indexOf("=");
    if (cut < 1) throw new UsageError(`Cannot read input "${pair}": wanted KEY=VALUE or KEY=@FILE`);
    const [name, text] = [pair.slice(0, cut), pair.slice(cut + 1)];
    const isText = description.inputs[name]?.schema.type === "string";
    const value = text.startsWith("@")
      ? await upload(client, text.slice(1), tokens, io)
      : isText
        ? text
        : readValue(text);
    inputs[name] = [...(inputs[name] ?? []), value];
  }
  const body: JsonObject = {
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, values]) => [name, values.length === 1 ? (values[0] ?? null) : values]),
    ),
  };
  return { body, headers: tokens.length === 0 ? {} : { "x-auth-vault": tokens.join(", ") } };
}

function readValue(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is text; the service says so when it wanted something else.
    return text;
  }
}

async function upload(client: Client, path: string, tokens: string[], io: Io): Promise<Json> {
  const file = Bun.file(path);
  if (!(await file.exists())) throw new UsageError(`Cannot upload "${path}": no such file`);
  const answer = await client.json("POST", "/vault", {
    headers: {
      "content-type": file.type || "application/octet-stream",
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(basename(path))}`,
    },
    body: file,
  });
  const { id, token } = v.parse(UploadSchema, answer);
  tokens.push(`token ${token}; id=${id}`);
  io.talk(`uploaded ${path} (${file.size} bytes)\n`);
  return { href: `vault://${id}`, ...(file.type === "" ? {} : { type: file.type.split(";")[0] ?? file.type }) };
}
