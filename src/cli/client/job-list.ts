import { type Arguments, type Command, exitCodes, hasOption, type Io, UsageError, wrongWords } from "../command.ts";
import { formatOption } from "../terminal/print.ts";
import { type Client, clientOptions, createClient } from "./client.ts";
import { followJob } from "./follow-job.ts";
import { listOptions, printJobs, watchJobs } from "./list-jobs.ts";
import { openPage } from "./open-page.ts";

/** The documents of a job that have no command of their own. */
const documents = {
  inputs: "/inputs",
  exceptions: "/exceptions",
  statistics: "/statistics",
  notifications: "/notifications",
  prov: "/prov",
} as const;

function isDocument(verb: string): verb is keyof typeof documents {
  return Object.hasOwn(documents, verb);
}

/** Builds the command that lists jobs, watches them, opens their pages, and prints their documents. */
export function jobsCommand(): Command {
  return {
    name: "jobs",
    words: `[list] | watch [JOB] | open [JOB] | keep|release JOB | ${Object.keys(documents).join("|")} JOB`,
    maxWords: 2,
    summary:
      "Lists jobs, the newest first; watches them, or one; opens their pages in a browser; keeps one for good; prints a document of one.",
    examples: [
      { line: "jobs --status failed --since 7d", about: "lists what failed in the last week" },
      { line: "jobs watch --status running", about: "shows what runs, until Ctrl-C" },
      { line: "jobs --format '{jobID}\\t{processID}\\t{status}'", about: "prints lines for a script" },
      { line: "jobs open JOB", about: "shows the page of a job" },
      { line: "jobs keep JOB", about: "keeps a job and its results for good; release keeps it no longer" },
      { line: "jobs statistics JOB", about: "prints what its steps took" },
    ],
    options: { ...listOptions, format: formatOption, ...clientOptions },
    async run(args, io) {
      const [verb = "list", jobId] = args.words;
      const client = createClient(args, io);
      if (verb === "list" && jobId === undefined) return printJobs(client, args, io);
      refuseFilters(args, verb, jobId);
      if (verb === "watch") {
        return jobId === undefined ? watchJobs(client, args, io) : (await followJob(client, jobId, io)).exitCode;
      }
      if (verb === "open") {
        openPage(`${client.url}/jobs${jobId === undefined ? "" : `/${encodeURIComponent(jobId)}`}`, io);
        return exitCodes.ok;
      }
      if (verb !== "keep" && verb !== "release" && !isDocument(verb)) throw wrongWords(args);
      if (jobId === undefined) throw new UsageError(`Missing a job's id. ${args.usage}`);
      if (verb === "keep" || verb === "release") return keep(client, args, io, { verb, jobId });
      const document = await client.json("GET", `/jobs/${encodeURIComponent(jobId)}${documents[verb]}`);
      io.out(`${JSON.stringify(document, null, args.options.json === true ? 0 : 2)}\n`);
      return exitCodes.ok;
    },
  };
}

/** Keeps a job for good, or no longer. */
async function keep(
  client: Client,
  args: Arguments,
  io: Io,
  { verb, jobId }: { readonly verb: "keep" | "release"; readonly jobId: string },
): Promise<number> {
  const path = `/jobs/${encodeURIComponent(jobId)}`;
  const isKept = verb === "keep";
  if (isKept) await client.send("PUT", `${path}/keep`);
  else await client.send("DELETE", `${path}/keep`);
  const text = `${jobId} ${isKept ? "kept for good" : "kept no longer"}\n`;
  io.out(hasOption(args, "json") ? `${JSON.stringify(await client.json("GET", path))}\n` : text);
  return exitCodes.ok;
}

/** Filters choose among jobs: beside one job they would change nothing, and nobody would be told. */
function refuseFilters(args: Arguments, verb: string, jobId: string | undefined): void {
  if (verb === "watch" && jobId === undefined) return;
  const names = [...Object.keys(listOptions), "format"];
  const [name] = names.filter((name) => args.options[name] !== undefined);
  if (name !== undefined)
    throw new UsageError(`Cannot use --${name} with "jobs ${verb}": it chooses what a list shows`);
}
