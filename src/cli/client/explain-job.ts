import { lateTool } from "../../domain/jobs/first-tool.ts";
import { plainText } from "../terminal/table.ts";
import type { Figures, Status } from "./status.ts";

/** Formats why a job failed, as far as its status says: the sentence, the exit code, the end of stderr, and the command that shows more. */
export function failureText({ jobID, status, message, exception }: Status): string {
  if (status !== "failed") return "";
  const { detail, exitCode, stderrTail = "" } = exception ?? {};
  const stderr = plainText(stderrTail).trimEnd();
  const lines = [
    plainText(detail ?? message),
    ...(exitCode === undefined ? [] : [`exit code: ${exitCode}`]),
    ...(stderr === "" ? [] : ["the end of what it wrote to stderr:", stderr.replaceAll(/^/gm, "  ")]),
    `see: heddle logs ${jobID}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** Formats who tried a job again last, and where the log of the attempt before is; nothing for one that nobody tried again by name. */
export function retriedText({ jobID, attempt = 1, retriedBy }: Status): string {
  if (retriedBy === undefined) return "";
  if (attempt === 1) return `tried again by ${retriedBy}\n`;
  return `tried again by ${retriedBy}: attempt ${attempt}; see: heddle logs ${jobID} --attempt ${attempt - 1}\n`;
}

/** Formats when the first tool of a job began, where that was noticeably after the job was taken up, and what it waited for. */
export function lateToolText({ started }: Status, { firstTool }: Figures): string {
  const late = started === undefined || firstTool === undefined ? undefined : lateTool({ started }, { firstTool });
  return late === undefined ? "" : `taken up ${started}, its first tool began ${late.at} (${late.until})\n`;
}

/** Formats what happens to a job that somebody stops following, and how to come back to it. */
export function leftText(jobId: string): string {
  return [
    `Job ${jobId} goes on. To come back to it: heddle status ${jobId} --follow`,
    `Its results, when it has ended: heddle results ${jobId}. To stop it: heddle dismiss ${jobId}`,
    "",
  ].join("\n");
}
