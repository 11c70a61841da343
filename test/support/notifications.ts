import * as v from "valibot";
import { documentSchemas } from "../../src/http/openapi/api-schemas.ts";
import { until } from "./jobs.ts";

/** Reads what subscribers of a job were told. */
export async function notificationsOf(url: string, jobId: string) {
  const response = await fetch(`${url}/jobs/${jobId}/notifications`);
  return v.parse(documentSchemas.JobNotifications, await response.json()).notifications;
}

/** Waits until a job has so many notifications and none of them waits. */
export async function untilTold(url: string, jobId: string, count: number) {
  await until("all notifications are settled", async () => {
    const told = await notificationsOf(url, jobId);
    return told.length === count && told.every((one) => one.status !== "waiting");
  });
  return notificationsOf(url, jobId);
}
