import * as v from "valibot";
import {
  type Arguments,
  type Command,
  exitCodes,
  hasOption,
  type Io,
  onlyWord,
  textOption,
  UsageError,
} from "../command.ts";
import { requireDirectory } from "../require-directory.ts";
import { checkFormat, formatOption, printDocument } from "../terminal/print.ts";
import { type Client, clientOptions, createClient } from "./client.ts";
import { downloadResults } from "./download-results.ts";
import { type ExecutionRequest, readExecutionRequest, requestOptions } from "./execution-request.ts";
import { followJob, hasResults } from "./follow-job.ts";
import { withNearProcess } from "./near-process.ts";
import { openPage } from "./open-page.ts";
import { StatusSchema } from "./status.ts";

const modes = ["async", "sync"] as const;
const group = "What follows";

/** Builds the command that executes a process. */
export function executeCommand(): Command {
  return {
    name: "execute",
    words: "PROCESS",
    maxWords: 1,
    summary:
      "Executes a process and prints the job's id; with --follow, --wait or -o waits for its end and prints its results.",
    examples: [
      { line: "execute echo -i text=hello --follow", about: "runs a process, shows its stages, prints its results" },
      {
        line: "execute terrain -i dem=@dem.tif -o out",
        about: "uploads a file, waits, and downloads the results into out",
      },
      { line: "execute echo -i text=hello --mode sync", about: "prints the answer itself" },
      { line: "execute buffer --provider lab -i distance=5", about: "runs a process of a provider" },
    ],
    options: {
      ...requestOptions,
      provider: { type: "string", value: "ID", about: "the provider whose process it is", group: "Request" },
      follow: { type: "boolean", about: "show the stages until the job ends", group },
      wait: { type: "boolean", about: "wait for the end without a word", group },
      timeout: {
        type: "string",
        value: "SECONDS",
        about: "wait no longer than that; the job goes on, the exit code is 8",
        group,
      },
      "output-dir": {
        type: "string",
        short: "o",
        value: "DIR",
        about: "wait, and download the files of the results into it",
        group,
      },
      open: { type: "boolean", about: "show the page of the job in a browser", group },
      mode: {
        type: "string",
        value: modes.join("|"),
        about: "sync: the answer itself, without a job to ask for (default async)",
        group,
      },
      "dry-run": {
        type: "boolean",
        about: "check the request, and print it as it was understood; nothing runs",
        group,
      },
      format: formatOption,
      ...clientOptions,
    },
    async run(args, io) {
      const processId = onlyWord(args, "a process id");
      checkOptions(args);
      const client = createClient(args, io);
      const directory = textOption(args, "output-dir");
      // Before anything runs whose results would have no place.
      if (directory !== undefined) await requireDirectory("--output-dir", directory);
      const base = processesPath(textOption(args, "provider"));
      const process = `${base}/${encodeURIComponent(processId)}`;
      const path = `${process}/execution`;
      return withNearProcess(client, { id: processId, base }, async () => {
        const request = await readExecutionRequest(client, process, args, io);
        if (hasOption(args, "dry-run")) {
          const document = await client.json("POST", `${path}?dryRun=true`, sent(request));
          io.out(`${JSON.stringify(document, null, hasOption(args, "json") ? 0 : 2)}\n`);
          return exitCodes.ok;
        }
        if (textOption(args, "mode") === "sync") return executeSync(client, path, request);
        return executeAsync(client, path, request, { args, io });
      });
    },
  };
}

/** Gives the path of the list of processes: that of the service itself where no provider is named. */
function processesPath(provider: string | undefined): string {
  return `${provider === undefined ? "" : `/providers/${encodeURIComponent(provider)}`}/processes`;
}

/** Refuses options that say nothing together, before anything is sent. */
function checkOptions(args: Arguments): void {
  checkFormat(args);
  const mode = textOption(args, "mode") ?? "async";
  if (!modes.some((known) => known === mode)) {
    throw new UsageError(`Cannot use --mode: found "${mode}", wanted ${modes.join(" or ")}`);
  }
  const timeout = textOption(args, "timeout");
  if (timeout !== undefined && !/^\d{1,9}$/.test(timeout)) {
    throw new UsageError(`Cannot use --timeout: found "${timeout}", wanted a whole number of seconds`);
  }
  const later = ["follow", "wait", "timeout", "output-dir", "open", "format"].filter(
    (name) => args.options[name] !== undefined,
  );
  const [without] = [...(mode === "sync" ? ["--mode sync"] : []), ...(hasOption(args, "dry-run") ? ["--dry-run"] : [])];
  if (without !== undefined && later.length > 0) {
    throw new UsageError(`Cannot use --${later[0]} with ${without}: there is no job to wait for`);
  }
}

function sent({ body, headers }: ExecutionRequest, more: Readonly<Record<string, string>> = {}) {
  return { headers: { "content-type": "application/json", ...more, ...headers }, body: JSON.stringify(body) };
}

/** Prints the answer as it comes: JSON, a text, or the bytes of a file. */
async function executeSync(client: Client, path: string, request: ExecutionRequest): Promise<number> {
  const answer = await client.send("POST", path, sent(request, { prefer: "return=representation" }));
  await Bun.write(Bun.stdout, answer);
  return exitCodes.ok;
}

async function executeAsync(
  client: Client,
  path: string,
  request: ExecutionRequest,
  { args, io }: { readonly args: Arguments; readonly io: Io },
): Promise<number> {
  const accepted = await client.json("POST", path, sent(request, { prefer: "respond-async" }));
  const { jobID } = v.parse(StatusSchema, accepted);
  const directory = textOption(args, "output-dir");
  const timeout = textOption(args, "timeout");
  const isShown = hasOption(args, "follow");
  if (hasOption(args, "open")) openPage(`${client.url}/jobs/${jobID}`, io);
  if (!isShown && !hasOption(args, "wait") && directory === undefined && timeout === undefined) {
    return hasOption(args, "open")
      ? exitCodes.ok
      : printDocument(args, io, { document: accepted, text: () => `${jobID}\n` });
  }
  io.talk(`job ${jobID}\n`);
  const limit = timeout === undefined ? {} : { timeoutSeconds: Number(timeout) };
  const { ended, exitCode } = await followJob(client, jobID, io, { isQuiet: !isShown, ...limit });
  if (ended?.status !== "successful") return exitCode;
  if (!hasResults(ended)) {
    io.talk("There are no results: the request named no outputs.\n");
    return exitCode;
  }
  const results = await client.json("GET", `/jobs/${jobID}/results`);
  if (directory !== undefined) await downloadResults(client, results, { option: "--output-dir", directory }, io);
  else printDocument(args, io, { document: results, text: () => `${JSON.stringify(results, null, 2)}\n` });
  return exitCode;
}
