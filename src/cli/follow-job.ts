import * as v from "valibot";
import { isFinished, jobStatuses } from "../domain/job-state.ts";
import { sleep } from "../domain/timers.ts";
import type { Client } from "./client.ts";
import { exitCodes, type Io } from "./command.ts";
import { failureText, leftText } from "./explain-job.ts";

/** The members of a status document that a person follows. */
export const StatusSchema = v.looseObject({
  jobID: v.string(),
  status: v.picklist(jobStatuses),
  progress: v.optional(v.number(), 0),
  stage: v.optional(v.string(), ""),
  message: v.optional(v.string(), ""),
  exception: v.optional(
    v.looseObject({
      detail: v.optional(v.string()),
      exitCode: v.optional(v.number()),
      stderrTail: v.optional(v.string()),
    }),
  ),
});
export type Status = v.InferOutput<typeof StatusSchema>;

const pollMilliseconds = 250;
const barWidth = 24;

/** Reads a job's status document. */
export async function readStatus(client: Client, jobId: string): Promise<Status> {
  return v.parse(StatusSchema, await client.json("GET", `/jobs/${encodeURIComponent(jobId)}`));
}

/**
 * Shows a job's way through its stages until it is finished, and why it failed; a bar on a terminal, else a line for each
 * change. Undefined when a signal stops the command: the job goes on, and a message says so.
 */
export async function followJob(client: Client, jobId: string, io: Io): Promise<Status | undefined> {
  try {
    const status = await followToEnd(client, jobId, io);
    io.talk(failureText(status));
    return status;
  } catch (error) {
    if (!io.signal.aborted) throw error;
    io.talk(`${io.isTerminal ? "\n" : ""}${leftText(jobId)}`);
    return undefined;
  }
}

async function followToEnd(client: Client, jobId: string, io: Io): Promise<Status> {
  let shown = "";
  for (;;) {
    const status = await readStatus(client, jobId);
    const line = `${String(status.progress).padStart(3)}% ${status.status.padEnd(10)} ${status.stage.padEnd(15)} ${status.message}`;
    if (line !== shown) io.talk(io.isTerminal ? `\r\x1b[K${bar(status.progress)} ${line}` : `${line}\n`);
    shown = line;
    if (isFinished(status.status)) {
      if (io.isTerminal) io.talk("\n");
      return status;
    }
    await sleep(pollMilliseconds, { signal: io.signal });
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
