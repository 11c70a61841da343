import * as v from "valibot";
import { Problem } from "../../domain/problem.ts";
import type { Json } from "../../domain/values/json.ts";
import { type Command, exitCodes, hasOption, type Io, onlyWord, textOption, UsageError } from "../command.ts";
import { plainText } from "../terminal/table.ts";
import { type Client, clientOptions, createClient } from "./client.ts";
import { downloadResults } from "./download-results.ts";
import { failureText, lateToolText, retriedText } from "./explain-job.ts";
import { exitCodeOf, followJob, readStatus } from "./follow-job.ts";
import { type Figures, FiguresSchema, type Status } from "./status.ts";

function jobPath(jobId: string, below = ""): string {
  return `/jobs/${encodeURIComponent(jobId)}${below}`;
}

/** Builds the command that tells a job's status. */
export function statusCommand(): Command {
  return {
    name: "status",
    words: "JOB",
    maxWords: 1,
    summary: "Tells a job's status; the exit code is 6 for a failed job and 7 for a dismissed one.",
    examples: [
      { line: "status JOB", about: "tells where the job is" },
      { line: "status JOB --follow", about: "shows its stages until it ends" },
    ],
    options: { ...clientOptions, follow: { type: "boolean", about: "show the stages until the job ends" } },
    async run(args, io) {
      const jobId = onlyWord(args, "a job's id");
      const client = createClient(args, io);
      const isFollowed = hasOption(args, "follow");
      const followed = isFollowed ? await followJob(client, jobId, io) : undefined;
      const status = isFollowed ? followed?.ended : await readStatus(client, jobId);
      if (status === undefined) return followed?.exitCode ?? exitCodes.error;
      io.out(
        hasOption(args, "json")
          ? `${JSON.stringify(status)}\n`
          : `${status.status} ${status.progress}% ${status.stage} ${plainText(status.message)}\n`,
      );
      if (!isFollowed && !hasOption(args, "json")) {
        const late = lateToolText(status, await readFigures(client, status));
        io.talk(`${retriedText(status)}${late}${failureText(status)}`);
      }
      return exitCodeOf(status.status);
    },
  };
}

/** Reads what the statistics of a job tell, where its service keeps them: with the way that it went. */
async function readFigures(client: Client, { jobID, started, links = [] }: Status): Promise<Figures> {
  if (started === undefined || !links.some(({ rel }) => rel === "provenance")) return {};
  return v.parse(FiguresSchema, await client.json("GET", jobPath(jobID, "/statistics")));
}

/** Builds the command that dismisses jobs. */
export function dismissCommand(): Command {
  return {
    name: "dismiss",
    words: "JOB...",
    maxWords: Number.POSITIVE_INFINITY,
    summary: "Dismisses jobs: stops those that run, removes the outputs of those that ended.",
    examples: [{ line: "dismiss JOB", about: "stops a job that runs, or removes the outputs of one that ended" }],
    options: clientOptions,
    async run(args, io) {
      if (args.words.length === 0) throw new UsageError(`Missing a job's id. ${args.usage}`);
      const client = createClient(args, io);
      for (const jobId of args.words) {
        const answer = await client.json("DELETE", jobPath(jobId));
        io.out(hasOption(args, "json") ? `${JSON.stringify(answer)}\n` : `${jobId} dismissed\n`);
      }
      return exitCodes.ok;
    },
  };
}

/** Builds the command that runs a job again. */
export function retryCommand(): Command {
  return {
    name: "retry",
    words: "JOB",
    maxWords: 1,
    summary: "Runs a failed or dismissed job again, with the same inputs and the same revision of its process.",
    examples: [{ line: "retry JOB --from-failed", about: "runs only what has not been done" }],
    options: {
      ...clientOptions,
      "from-failed": { type: "boolean", about: "keep the finished steps of a workflow" },
    },
    async run(args, io) {
      const jobId = onlyWord(args, "a job's id");
      const answer = await createClient(args, io).json("POST", jobPath(jobId, "/retry"), {
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ fromFailed: hasOption(args, "from-failed") }),
      });
      io.out(hasOption(args, "json") ? `${JSON.stringify(answer)}\n` : `${jobId} accepted\n`);
      return exitCodes.ok;
    },
  };
}

/** Builds the command that prints a job's results, or downloads their files. */
export function resultsCommand(): Command {
  return {
    name: "results",
    words: "JOB",
    maxWords: 1,
    summary: "Prints a job's results as JSON; with --output-dir also downloads their files and prints where they are.",
    examples: [
      { line: "results JOB", about: "prints the results as JSON" },
      { line: "results JOB -o out", about: "downloads their files into the directory out" },
    ],
    options: {
      ...clientOptions,
      "output-dir": { type: "string", short: "o", value: "DIR", about: "directory to download files to" },
    },
    async run(args, io) {
      const client = createClient(args, io);
      const jobId = onlyWord(args, "a job's id");
      const document = await readResults(client, jobId, io);
      if (document === undefined) return exitCodes.jobFailed;
      const directory = textOption(args, "output-dir");
      if (directory === undefined) {
        io.out(`${JSON.stringify(document, null, hasOption(args, "json") ? 0 : 2)}\n`);
        return exitCodes.ok;
      }
      await downloadResults(client, document, { option: "--output-dir", directory }, io);
      return exitCodes.ok;
    },
  };
}

/** Reads the results of a job. When it failed, writes the reason and returns undefined. */
async function readResults(client: Client, jobId: string, io: Io): Promise<Json | undefined> {
  try {
    return await client.json("GET", jobPath(jobId, "/results"));
  } catch (error) {
    if (!(error instanceof Problem) || error.kind !== "job-failed") throw error;
    io.talk(failureText(await readStatus(client, jobId)));
    return undefined;
  }
}
