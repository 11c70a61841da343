import type { Job } from "../jobs/job.ts";

/** Words the mail that tells of a job: what it is called, what became of it, and where to look. */
export function notificationMail(job: Job, url: string): { readonly subject: string; readonly text: string } {
  const lines = [
    `Job      ${job.id}`,
    `Process  ${job.processId}`,
    `Status   ${job.status}`,
    "",
    url,
    "",
    "This mail was asked for by whoever submitted the job.",
    "",
  ];
  return { subject: `${job.processId}: ${job.status} (job ${job.id})`, text: lines.join("\n") };
}
