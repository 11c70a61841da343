import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";

const StatusSchema = v.looseObject({
  jobID: v.string(),
  status: v.string(),
  progress: v.number(),
  stage: v.optional(v.string()),
  message: v.optional(v.string()),
  executionId: v.optional(v.string()),
  attempt: v.optional(v.number()),
});

/** The status document of a job, as far as tests look at it. */
export type StatusDocument = v.InferOutput<typeof StatusSchema>;

/** Reads a status document from an answer. */
export async function readStatus(response: Response): Promise<StatusDocument> {
  return v.parse(StatusSchema, await response.json());
}

/** Deploys a CWL document. */
export async function deployCwl(url: string, id: string, document: Readonly<Record<string, unknown>>): Promise<void> {
  const body = JSON.stringify({
    processDescription: { id },
    executionUnit: { unit: document, type: "application/cwl" },
  });
  const response = await fetch(`${url}/processes`, {
    method: "POST",
    headers: { "content-type": "application/ogcapppkg+json" },
    body,
  });
  if (response.status !== 201) throw new Error(`Cannot deploy: ${response.status} ${await response.text()}`);
}

/** Submits a job asynchronously and gives its id. */
export function submit(
  url: string,
  processId: string,
  inputs: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  return submitWith(url, processId, { inputs }, headers);
}

/** Submits a job of a whole request asynchronously and gives its id. */
export async function submitWith(
  url: string,
  processId: string,
  request: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const response = await fetch(`${url}/processes/${processId}/execution`, {
    method: "POST",
    headers: { "content-type": "application/json", prefer: "respond-async", ...headers },
    body: JSON.stringify(request),
  });
  if (response.status !== 201) throw new Error(`Cannot submit: ${response.status} ${await response.text()}`);
  return (await readStatus(response)).jobID;
}

/** Reads a job's status document. */
export async function statusOf(url: string, jobId: string): Promise<StatusDocument> {
  return readStatus(await fetch(`${url}/jobs/${jobId}`));
}

/** Polls a job to its end; gives every status document that was seen. */
export async function untilFinished(
  url: string,
  jobId: string,
  pollMilliseconds = 20,
): Promise<readonly StatusDocument[]> {
  const seen: StatusDocument[] = [];
  for (;;) {
    const status = await statusOf(url, jobId);
    seen.push(status);
    if (["successful", "failed", "dismissed"].includes(status.status)) return seen;
    await sleep(pollMilliseconds);
  }
}

/** Waits until something holds; gives up after a minute. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tried = 0; tried < 3000; tried += 1) {
    if (await holds()) return;
    await sleep(20);
  }
  throw new Error(`Waited for a minute in vain: ${what}`);
}
