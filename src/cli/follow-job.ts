import * as v from "valibot";
import { isFinished, jobStatuses } from "../domain/job-state.ts";
import { sleep } from "../domain/timers.ts";
import type { Client } from "./client.ts";
import { exitCodes, type Io } from "./command.ts";

/** The members of a status document that a person follows. */
export const StatusSchema = v.looseObject({
  jobID: v.string(),
  status: v.picklist(jobStatuses),
  progress: v.optional(v.number(), 0),
  stage: v.optional(v.string(), ""),
  message: v.optional(v.string(), ""),
});
export type Status = v.InferOutput<typeof StatusSchema>;

const pollMilliseconds = 250;
const barWidth = 24;

/** Reads a job's status document. */
export async function readStatus(client: Client, jobId: string): Promise<Status> {
  return v.parse(StatusSchema, await client.json("GET", `/jobs/${encodeURIComponent(jobId)}`));
}

/** Shows a job's way through its stages until it is finished; a bar on a terminal, else a line for each change. */
export async function followJob(client: Client, jobId: string, io: Io): Promise<Status> {
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

/** The exit code that tells how a job ended. */
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
