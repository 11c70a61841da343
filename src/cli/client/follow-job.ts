import * as v from "valibot";
import { isFinished } from "../../domain/jobs/job-state.ts";
import { relations } from "../../domain/links.ts";
import { sleep } from "../../domain/waiting/timers.ts";
import { exitCodes, type Io, stoppedExitCode } from "../command.ts";
import { plainText } from "../terminal/table.ts";
import type { Client } from "./client.ts";
import { failureText, leftText } from "./explain-job.ts";
import { type Status, StatusSchema } from "./status.ts";

/** Tells whether a job that succeeded has results to ask for: a request may say that it wants none. A server without links has them. */
export function hasResults({ links }: Status): boolean {
  return links === undefined || links.some(({ rel }) => rel === relations.results);
}

const pollMilliseconds = 250;
const barWidth = 24;

/** Reads a job's status document. */
export async function readStatus(client: Client, jobId: string): Promise<Status> {
  return v.parse(StatusSchema, await client.json("GET", `/jobs/${encodeURIComponent(jobId)}`));
}

/** How a job is followed. */
export type FollowOptions = {
  /** Nothing is shown but why it failed. */
  readonly isQuiet?: boolean;
  /** The longest time; in seconds. */
  readonly timeoutSeconds?: number;
};

/** Where a job was when somebody stopped following it: its last status when it has ended, and the exit code that tells it. */
export type Followed = { readonly ended?: Status; readonly exitCode: number };

/**
 * Shows a job's way through its stages until it is finished, and why it failed; a bar on a terminal, else a line for each
 * change. When a signal or the longest time stops the command, the job goes on, and a message says so.
 */
export async function followJob(client: Client, jobId: string, io: Io, options: FollowOptions = {}): Promise<Followed> {
  try {
    const ended = await followToEnd(client, jobId, io, options);
    if (ended === undefined) {
      io.talk(`Waited ${options.timeoutSeconds} s. ${leftText(jobId)}`);
      return { exitCode: exitCodes.timedOut };
    }
    io.talk(failureText(ended));
    return { ended, exitCode: exitCodeOf(ended.status) };
  } catch (error) {
    if (!io.signal.aborted) throw error;
    io.talk(`${io.isTerminal ? "\n" : ""}${leftText(jobId)}`);
    return { exitCode: stoppedExitCode(io) };
  }
}

async function followToEnd(
  client: Client,
  jobId: string,
  io: Io,
  { isQuiet = false, timeoutSeconds = Number.POSITIVE_INFINITY }: FollowOptions,
): Promise<Status | undefined> {
  const end = performance.now() + timeoutSeconds * 1000;
  let shown = "";
  for (;;) {
    const status = await readStatus(client, jobId);
    const line = `${String(status.progress).padStart(3)}% ${status.status.padEnd(10)} ${status.stage.padEnd(15)} ${plainText(status.message)}`;
    if (line !== shown && !isQuiet) io.talk(io.isTerminal ? `\r\x1b[K${bar(status.progress)} ${line}` : `${line}\n`);
    shown = line;
    const left = end - performance.now();
    const hasEnded = isFinished(status.status);
    if (hasEnded || left <= 0) {
      if (io.isTerminal && !isQuiet) io.talk("\n");
      return hasEnded ? status : undefined;
    }
    await sleep(Math.min(pollMilliseconds, left), { signal: io.signal });
  }
}

function bar(percent: number): string {
  const full = Math.round((percent / 100) * barWidth);
  return "█".repeat(full) + "░".repeat(barWidth - full);
}

/** Returns the exit code for the end of a job. */
export function exitCodeOf(status: Status["status"]): number {
  switch (status) {
    case "accepted":
    case "running":
    case "successful":
      return exitCodes.ok;
    case "failed":
      return exitCodes.jobFailed;
    case "dismissed":
      return exitCodes.dismissed;
    default:
      return status satisfies never;
  }
}
