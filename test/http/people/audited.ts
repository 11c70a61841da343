import { expect } from "bun:test";
import { findJob } from "../../../src/store/jobs/jobs.ts";
import type { Service } from "../service.ts";

/** Sends requests that must go well, as one caller. */
export function senderOf(service: Service, key: string) {
  return async (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const response = await service.send(method, path, {
      key,
      headers: { "x-request-id": "r-1", ...headers },
      ...(body === undefined ? {} : { body }),
    });
    expect([method, path, response.status < 300, response.ok ? "" : await response.text()]).toEqual([
      method,
      path,
      true,
      "",
    ]);
  };
}

/** Waits for the end of a job, which the stand-in for the runner writes soon. */
export async function untilEnded(service: Service, jobId: string): Promise<void> {
  while ((await findJob(service.database, jobId))?.status !== "successful") await Bun.sleep(5);
}
