import { mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import * as v from "valibot";
import { isJsonObject, type Json } from "../domain/json.ts";
import { directoryType } from "../domain/media-type.ts";
import { Problem } from "../domain/problem.ts";
import { isPlainName } from "../files/layout.ts";
import { type Client, clientOptions, createClient } from "./client.ts";
import {
  type Command,
  exitCodes,
  hasOption,
  type Io,
  onlyWord,
  stoppedExitCode,
  textOption,
  UsageError,
} from "./command.ts";
import { failureText } from "./explain-job.ts";
import { exitCodeOf, followJob, readStatus } from "./follow-job.ts";
import { requireDirectory } from "./require-directory.ts";

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
    options: { ...clientOptions, follow: { type: "boolean", about: "show the stages until the job ends" } },
    async run(args, io) {
      const jobId = onlyWord(args, "a job's id");
      const client = createClient(args, io);
      const isFollowed = hasOption(args, "follow");
      const status = isFollowed ? await followJob(client, jobId, io) : await readStatus(client, jobId);
      if (status === undefined) return stoppedExitCode(io);
      io.out(
        hasOption(args, "json")
          ? `${JSON.stringify(status)}\n`
          : `${status.status} ${status.progress}% ${status.stage} ${status.message}\n`,
      );
      if (!isFollowed && !hasOption(args, "json")) io.talk(failureText(status));
      return exitCodeOf(status.status);
    },
  };
}

/** Builds the command that prints a job's log. */
export function logsCommand(): Command {
  return {
    name: "logs",
    words: "JOB",
    maxWords: 1,
    summary: "Prints a job's log.",
    options: clientOptions,
    async run(args, io) {
      const path = jobPath(onlyWord(args, "a job's id"), "/log");
      const response = await createClient(args, io).send("GET", path, { headers: { accept: "text/plain" } });
      const log = await response.text();
      io.out(hasOption(args, "json") ? `${JSON.stringify(log.split("\n").filter((line) => line !== ""))}\n` : log);
      return exitCodes.ok;
    },
  };
}

/** Builds the command that dismisses jobs. */
export function dismissCommand(): Command {
  return {
    name: "dismiss",
    words: "JOB...",
    maxWords: Number.POSITIVE_INFINITY,
    summary: "Dismisses jobs: stops those that run, removes the outputs of those that ended.",
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
      await requireDirectory("--output-dir", directory);
      for (const file of linksIn(document)) {
        const folder = join(directory, ...file.way.map((name) => encodeURIComponent(name)));
        const path = join(folder, basename(decodeURIComponent(new URL(file.href).pathname)) || "result");
        const files = file.isDirectory ? await filesOfDirectory(client, file.href) : [{ href: file.href, names: [] }];
        for (const { href, names } of files) {
          const target = join(path, ...names);
          await mkdir(dirname(target), { recursive: true });
          await Bun.write(target, await client.send("GET", href));
        }
        io.out(`${path}\n`);
      }
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

const ListingSchema = v.object({ files: v.array(v.object({ name: v.string(), href: v.string() })) });

/** Lists the files of a result that is a directory, each with the names that lead to it. */
async function filesOfDirectory(
  client: Client,
  href: string,
): Promise<readonly { readonly href: string; readonly names: readonly string[] }[]> {
  const { files } = v.parse(ListingSchema, await client.json("GET", href));
  return files.map((file) => {
    const names = file.name.split("/");
    if (names.every(isPlainName)) return { href: file.href, names };
    throw new Problem("remote-failure", `Cannot download "${file.name}": found a name that leads elsewhere`);
  });
}

type LinkOfResult = { readonly href: string; readonly way: readonly string[]; readonly isDirectory: boolean };

/** Lists the links of a results document, each with the names and numbers that lead to it. */
function linksIn(value: Json, way: readonly string[] = []): readonly LinkOfResult[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => linksIn(item, [...way, String(index)]));
  if (!isJsonObject(value)) return [];
  const { href, type } = value;
  if (way.length > 0 && typeof href === "string") return [{ href, way, isDirectory: type === directoryType }];
  return Object.entries(value).flatMap(([name, member]) => linksIn(member, [...way, name]));
}
