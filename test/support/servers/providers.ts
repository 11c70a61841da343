import * as v from "valibot";
import { readStatus } from "../jobs.ts";

/** Registers a provider and gives the answer. */
export function registerProvider(url: string, body: Readonly<Record<string, unknown>>): Promise<Response> {
  return fetch(`${url}/providers`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Registers a provider that must be taken; gives its document. */
export async function addProvider(
  url: string,
  body: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await registerProvider(url, body);
  if (answer.status !== 201) throw new Error(`Cannot register: ${answer.status} ${await answer.text()}`);
  return v.parse(v.looseObject({}), await answer.json());
}

/** Submits a job to a process of a provider and gives its id. */
export async function submitRemote(
  url: string,
  provider: string,
  process: string,
  body: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const answer = await fetch(`${url}/providers/${provider}/processes/${process}/execution`, {
    method: "POST",
    headers: { "content-type": "application/json", prefer: "respond-async", ...headers },
    body: JSON.stringify(body),
  });
  if (answer.status !== 201) throw new Error(`Cannot submit: ${answer.status} ${await answer.text()}`);
  return (await readStatus(answer)).jobID;
}
