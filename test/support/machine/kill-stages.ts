import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type StatusDocument, untilFinished } from "../jobs.ts";
import { startServer } from "../servers/executable.ts";
import { addProvider, submitRemote } from "../servers/providers.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

/** Where the server is killed, once in each stage of a remote job, and how its job must end then. */
export const killPoints: readonly { readonly point: string; readonly isUnknowable?: boolean }[] = [
  { point: "JOB_PROGRESS_DESCRIBE:before-commit" },
  { point: "JOB_PROGRESS_GET_INPUTS:before-commit" },
  { point: "JOB_PROGRESS_GET_OUTPUTS:after-effect" },
  { point: "JOB_PROGRESS_EXECUTE_REQUEST:before-commit" },
  { point: "JOB_PROGRESS_EXECUTE_REQUEST:after-commit", isUnknowable: true },
  { point: "JOB_PROGRESS_EXECUTE_REQUEST:after-effect" },
  { point: "JOB_PROGRESS_EXECUTE_STATUS_LOCATION:before-commit" },
  { point: "JOB_PROGRESS_EXECUTE_STATUS_LOCATION:after-effect" },
  { point: "JOB_PROGRESS_EXECUTE_MONITOR_START:after-effect" },
  { point: "JOB_PROGRESS_EXECUTE_MONITOR_LOOP:after-commit" },
  { point: "JOB_PROGRESS_EXECUTE_MONITOR_LOOP:after-effect" },
  { point: "JOB_PROGRESS_EXECUTE_MONITOR_END:before-commit" },
  { point: "JOB_PROGRESS_EXECUTE_MONITOR_END:after-commit" },
  { point: "JOB_PROGRESS_EXECUTE_MONITOR_END:after-effect" },
];

export type KilledRun = {
  /** An executable with failpoints. */
  readonly executable: string;
  readonly provider: Readonly<Record<string, unknown>>;
  readonly process: string;
  readonly body: Readonly<Record<string, unknown>>;
};

/** Runs one remote job on a server that kills itself at a point, starts the server again, and gives the job's end. */
export async function runKilled(run: KilledRun, point: string): Promise<StatusDocument> {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const flags = ["--allow-fetch", "127.0.0.1"];
  const environment = { HEDDLE_FAILPOINT: point };
  await using before = await startServer(data, flags, { program: run.executable, environment });
  await addProvider(before.url, { id: "peer", ...run.provider });
  const job = await submitRemote(before.url, "peer", run.process, run.body);
  const ended = await Promise.race([before.exited, sleep(60_000, undefined, { ref: false })]);
  if (ended === undefined) throw new Error(`The server was not killed at ${point}`);
  await using after = await startServer(data, flags, { program: run.executable });
  const seen = await untilFinished(after.url, job, 50);
  const last = seen.at(-1);
  if (last === undefined) throw new Error(`No status of job "${job}"`);
  return last;
}
