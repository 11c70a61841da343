import { isFinished } from "../../domain/jobs/job-state.ts";
import { sleep } from "../../domain/waiting/timers.ts";
import {
  type Command,
  exitCodes,
  hasOption,
  type Io,
  onlyWord,
  stoppedExitCode,
  textOption,
  UsageError,
} from "../command.ts";
import { type Client, clientOptions, createClient } from "./client.ts";
import { leftText } from "./explain-job.ts";
import { exitCodeOf, readStatus } from "./follow-job.ts";

const followMilliseconds = 300;

/** Builds the command that prints a job's log. */
export function logsCommand(): Command {
  return {
    name: "logs",
    words: "JOB",
    maxWords: 1,
    summary: "Prints a job's log; with --follow also each line that comes, until the job ends.",
    examples: [
      { line: "logs JOB", about: "prints the log so far" },
      { line: "logs JOB -f", about: "prints it, and each line that comes, until the job ends" },
      { line: "logs JOB --tail 20", about: "prints its last lines" },
      { line: "logs JOB --attempt 1", about: "prints what the first attempt wrote, before the job was tried again" },
    ],
    options: {
      follow: {
        type: "boolean",
        short: "f",
        about: "go on until the job ends; the exit code is that of heddle status",
      },
      tail: { type: "string", value: "N", about: "only the last so many lines, at most 10000" },
      attempt: { type: "string", value: "N", about: "that of an earlier attempt, from 1" },
      ...clientOptions,
    },
    async run(args, io) {
      const jobId = onlyWord(args, "a job's id");
      const path = `/jobs/${encodeURIComponent(jobId)}/log`;
      const client = createClient(args, io);
      const [tail, attempt] = [textOption(args, "tail"), textOption(args, "attempt")];
      if (hasOption(args, "follow")) {
        if (tail !== undefined || attempt !== undefined || hasOption(args, "json")) {
          throw new UsageError("Cannot follow the log: found --tail, --attempt or --json, wanted none of them");
        }
        return followLog(client, { jobId, path }, io);
      }
      const query = new URLSearchParams();
      if (tail !== undefined) query.set("tail", tail);
      if (attempt !== undefined) query.set("attempt", attempt);
      const log = await (await client.send("GET", query.size === 0 ? path : `${path}?${query}`, plain)).text();
      io.out(hasOption(args, "json") ? `${JSON.stringify(log.split("\n").filter((line) => line !== ""))}\n` : log);
      return exitCodes.ok;
    },
  };
}

const plain = { headers: { accept: "text/plain" } } as const;

/** Prints the log from its begin on until the job has ended. A signal ends only the printing: the job goes on. */
async function followLog(client: Client, { jobId, path }: { jobId: string; path: string }, io: Io): Promise<number> {
  let offset = "0";
  try {
    for (;;) {
      // Asked before the log is read: what was written until the end is in it.
      const { status } = await readStatus(client, jobId);
      const hasMore = async () => {
        const page = await client.send("GET", `${path}?offset=${offset}`, plain);
        io.out(await page.text());
        const next = page.headers.get("x-next-offset") ?? offset;
        const moved = next !== offset;
        offset = next;
        return moved;
      };
      while (await hasMore());
      if (isFinished(status)) return exitCodeOf(status);
      await sleep(followMilliseconds, { signal: io.signal });
    }
  } catch (error) {
    if (!io.signal.aborted) throw error;
    io.talk(leftText(jobId));
    return stoppedExitCode(io);
  }
}
