import { setTimeout as sleep } from "node:timers/promises";
import type { ConsoleSite } from "./site.ts";

/** Returns the headers of an admin, where the service has keys. */
export function headersOf(site: ConsoleSite): Readonly<Record<string, string>> {
  const key = site.keyOf("admin");
  return key === "" ? {} : { authorization: `Bearer ${key}` };
}

/** Deploys a CWL document as an admin. */
export async function deployAs(site: ConsoleSite, id: string, document: object): Promise<void> {
  const response = await fetch(`${site.url}/processes`, {
    method: "POST",
    headers: { "content-type": "application/ogcapppkg+json", ...headersOf(site) },
    body: JSON.stringify({
      processDescription: { id },
      executionUnit: { unit: document, type: "application/cwl" },
    }),
  });
  if (response.status !== 201) throw new Error(`Cannot deploy ${id}: ${response.status} ${await response.text()}`);
}

/** Submits a job as an admin and gives its id; the process is one of a provider where that is named. */
export async function jobOf(site: ConsoleSite, id: string, request: object, provider?: string): Promise<string> {
  const base = provider === undefined ? site.url : `${site.url}/providers/${provider}`;
  const response = await fetch(`${base}/processes/${id}/execution`, {
    method: "POST",
    headers: { "content-type": "application/json", prefer: "respond-async", ...headersOf(site) },
    body: JSON.stringify(request),
  });
  if (response.status !== 201) throw new Error(`Cannot submit ${id}: ${response.status} ${await response.text()}`);
  return String(JSON.parse(await response.text()).jobID);
}

/** Reads a document of the service as an admin. */
export async function documentOf(site: ConsoleSite, path: string) {
  return JSON.parse(await (await fetch(`${site.url}${path}`, { headers: headersOf(site) })).text());
}

/** Waits until a job has a status; gives up after a minute. */
export async function untilStatus(site: ConsoleSite, job: string, wanted: string): Promise<void> {
  let last = "";
  for (let tried = 0; tried < 1200; tried += 1) {
    last = String((await documentOf(site, `/jobs/${job}`)).status);
    if (last === wanted) return;
    await sleep(50);
  }
  throw new Error(`Waited for a minute in vain: the job is ${last}, wanted ${wanted}`);
}

/** Waits until a job has a percentage; gives up after a minute. */
export async function untilProgress(site: ConsoleSite, job: string, wanted: number): Promise<void> {
  for (let tried = 0; tried < 1200; tried += 1) {
    if (Number((await documentOf(site, `/jobs/${job}`)).progress) >= wanted) return;
    await sleep(50);
  }
  throw new Error(`Waited for a minute in vain for ${wanted} %`);
}
