import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";

/** What a job is of; a dismissed one is a tool that its client gives up. */
export type Kind =
  | "echo"
  | "tool"
  | "workflow"
  | "failing"
  | "replacing"
  | "remote"
  | "dismissed"
  // Both give a directory: one is given an archive, the other a STAC item.
  | "archive"
  | "stac";

/** Where tools write that they started, and where the peer is. */
export type Places = { readonly ledgers: string; readonly peerUrl: string };

/** A job of the load, from its first submission on. */
export type LoadJob = {
  readonly kind: Kind;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Where its end is told; the words `success` or `failed` follow. */
  readonly tellUrl?: string;
  /** When its client dismisses it, in milliseconds after the submission. */
  readonly dismissAfter?: number;
  /** Set by the first answer of 201. */
  id?: string;
  /** Other ids that the same Idempotency-Key was given later: each is one too many. */
  readonly otherIds: string[];
  /** The last status and message that were read; undefined while none was. */
  status?: string;
  message?: string;
};

const CreatedSchema = v.looseObject({ jobID: v.string() });
const StatusSchema = v.looseObject({ status: v.string(), message: v.optional(v.string()) });

/** The address of the server that runs now; undefined between two. */
export type Address = { current: string | undefined };

const kinds: readonly Kind[] = [
  ...(["echo", "tool", "remote", "workflow", "archive", "dismissed", "echo", "failing", "replacing"] as const),
  ...(["stac", "tool", "remote", "workflow", "echo", "archive", "tool", "dismissed"] as const),
];

/** Makes the job of a number: kinds in turn, 0.05 to 3 s long, the long ones rare. */
export function jobOfLoad(number: number, places: Places, random: () => number): LoadJob {
  const kind = kinds[number % kinds.length] ?? "echo";
  const seconds = Math.round((0.05 + 2.95 * random() ** 3) * 100) / 100;
  const job = namedJob(kind, `${kind}-${number}`, places, seconds);
  return kind === "dismissed" ? { ...job, dismissAfter: random() ** 2 * 1500 } : job;
}

/** Makes a job of a kind. */
export function namedJob(kind: Kind, name: string, { ledgers, peerUrl }: Places, seconds: number): LoadJob {
  const inputs = {
    echo: { text: name },
    remote: { name, seconds },
    archive: { name, ledgers, seconds, scene: { href: `${peerUrl}/scene.zip` } },
    stac: { name, ledgers, seconds, scene: { href: `${peerUrl}/stac/item.json` } },
  };
  return {
    kind,
    name,
    inputs: isSpecial(kind) ? inputs[kind] : { name, ledgers, seconds },
    otherIds: [],
    ...(kind === "dismissed" ? { dismissAfter: 0 } : {}),
  };
}

function isSpecial(kind: Kind): kind is "echo" | "remote" | "archive" | "stac" {
  return ["echo", "remote", "archive", "stac"].includes(kind);
}

function executionPath(kind: Kind): string {
  if (kind === "remote") return "/providers/peer/processes/say/execution";
  const process = kind === "dismissed" ? "tool" : kind === "archive" || kind === "stac" ? "directory" : kind;
  return `/processes/${process}/execution`;
}

function subscriberOf({ tellUrl }: LoadJob) {
  if (tellUrl === undefined) return {};
  return { subscriber: { successUri: `${tellUrl}/success`, failedUri: `${tellUrl}/failed` } };
}

/** Submits a job until it is answered, whatever happens to the server meanwhile. */
async function submitUntilAnswered(address: Address, job: LoadJob): Promise<void> {
  for (;;) {
    const response = await ask(address, executionPath(job.kind), {
      method: "POST",
      headers: { "content-type": "application/json", prefer: "respond-async", "idempotency-key": job.name },
      body: JSON.stringify({ inputs: job.inputs, ...subscriberOf(job) }),
    });
    if (response?.status === 201) {
      const { jobID } = v.parse(CreatedSchema, JSON.parse(response.text));
      if (job.id === undefined) job.id = jobID;
      else if (job.id !== jobID) job.otherIds.push(jobID);
      return;
    }
    // While descriptors are gone the server cannot ask the peer either.
    const isRefused = response !== undefined && response.status !== 503 && response.status !== 502;
    if (isRefused) throw new Error(`Cannot submit: ${response.text}`);
    await sleep(20);
  }
}

/** Dismisses a job until that is answered: at once, or that it has happened. */
async function dismissUntilAnswered(address: Address, job: LoadJob): Promise<void> {
  for (;;) {
    const response = await ask(address, `/jobs/${job.id}`, { method: "DELETE" });
    if (response?.status === 200 || response?.status === 410) return;
    if (response !== undefined && response.status !== 503) throw new Error(`Cannot dismiss: ${response.text}`);
    await sleep(20);
  }
}

/** Polls a job until it has ended or the signal comes; false when it has not ended by then. */
async function followToEnd(address: Address, job: LoadJob, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    const response = await ask(address, `/jobs/${job.id}`);
    if (response?.status === 404) return false;
    if (response?.status === 410) {
      // Dismissed once more, because an answer was lost, or after its end: it is removed.
      job.status = "dismissed";
      return true;
    }
    if (response?.status === 200) {
      const { status, message } = v.parse(StatusSchema, JSON.parse(response.text));
      job.status = status;
      if (message !== undefined) job.message = message;
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

/** Submits a job, dismisses it when that is its kind, and follows it to its end. */
export async function runJob(address: Address, job: LoadJob, signal: AbortSignal, missesAnswer = false): Promise<void> {
  await submitUntilAnswered(address, job);
  // Some clients did not get the answer, as far as they know.
  if (missesAnswer) await submitUntilAnswered(address, job);
  if (job.dismissAfter !== undefined) {
    await sleep(job.dismissAfter);
    await dismissUntilAnswered(address, job);
  }
  await followToEnd(address, job, signal);
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
      await runJob(address, job, signal, jobs.length % 7 === 0);
    }
  };
  return { jobs, done: Promise.all(Array.from({ length: options.clients }, client)) };
}
