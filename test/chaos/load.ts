import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";

/** A job of the load, from its first submission on. */
export type LoadJob = {
  readonly processId: "echo" | "tool" | "workflow" | "failing";
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Set by the first answer of 201. */
  id?: string;
  /** Other ids that the same Idempotency-Key was given later: each is one too many. */
  readonly otherIds: string[];
  /** The last status that was read; undefined while none was. */
  status?: string;
};

const CreatedSchema = v.looseObject({ jobID: v.string() });
const StatusSchema = v.looseObject({ status: v.string() });

/** The address of the server that runs now; undefined between two. */
export type Address = { current: string | undefined };

const kinds = ["echo", "tool", "echo", "workflow", "tool", "echo", "failing", "tool", "workflow", "echo"] as const;

/** Makes the job of a number: kinds in turn, 0.05 to 3 s long, the long ones rare. */
export function jobOfLoad(number: number, ledgers: string, random: () => number): LoadJob {
  const processId = kinds[number % kinds.length] ?? "echo";
  const name = `${processId}-${number}`;
  const seconds = Math.round((0.05 + 2.95 * random() ** 3) * 100) / 100;
  return { processId, name, inputs: processId === "echo" ? { text: name } : { name, ledgers, seconds }, otherIds: [] };
}

/** Submits a job until it is answered, whatever happens to the server meanwhile. */
export async function submitUntilAnswered(address: Address, job: LoadJob): Promise<void> {
  for (;;) {
    const response = await ask(address, `/processes/${job.processId}/execution`, {
      method: "POST",
      headers: { "content-type": "application/json", prefer: "respond-async", "idempotency-key": job.name },
      body: JSON.stringify({ inputs: job.inputs }),
    });
    if (response?.status === 201) {
      const { jobID } = v.parse(CreatedSchema, JSON.parse(response.text));
      if (job.id === undefined) job.id = jobID;
      else if (job.id !== jobID) job.otherIds.push(jobID);
      return;
    }
    if (response !== undefined && response.status !== 503) throw new Error(`Cannot submit: ${response.text}`);
    await sleep(20);
  }
}

/** Polls a job until it has ended or the signal comes; false when it has not ended by then. */
export async function followToEnd(address: Address, job: LoadJob, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    const response = await ask(address, `/jobs/${job.id}`);
    if (response?.status === 404) return false;
    if (response?.status === 200) {
      job.status = v.parse(StatusSchema, JSON.parse(response.text)).status;
      if (job.status !== "accepted" && job.status !== "running") return true;
    }
    await sleep(40);
  }
  return false;
}

/** Asks the server; undefined when there is none, or it went away meanwhile. */
export async function ask(address: Address, path: string, init: RequestInit = {}) {
  const url = address.current;
  if (url === undefined) return undefined;
  try {
    const response = await fetch(`${url}${path}`, { ...init, signal: AbortSignal.timeout(20_000) });
    return { status: response.status, text: await response.text() };
  } catch {
    // Killed: the next server is asked again.
    return undefined;
  }
}

/** Runs clients that submit and follow one job after the other, until `goesOn` says no; gives their jobs. */
export function startClients(options: {
  readonly clients: number;
  readonly address: Address;
  readonly nextJob: () => LoadJob;
  readonly goesOn: () => boolean;
  readonly signal: AbortSignal;
}): { readonly jobs: readonly LoadJob[]; readonly done: Promise<unknown> } {
  const { address, signal } = options;
  const jobs: LoadJob[] = [];
  const client = async () => {
    while (options.goesOn()) {
      const job = options.nextJob();
      jobs.push(job);
      await submitUntilAnswered(address, job);
      // Some clients did not get the answer, as far as they know.
      if (jobs.length % 7 === 0) await submitUntilAnswered(address, job);
      await followToEnd(address, job, signal);
    }
  };
  return { jobs, done: Promise.all(Array.from({ length: options.clients }, client)) };
}
