import type { Attempt } from "../../../domain/jobs/attempts.ts";
import type { JobFailure } from "../../../domain/jobs/job.ts";
import type { TaskFacts } from "../../../domain/jobs/provenance.ts";
import { isJsonObject, type Json } from "../../../domain/values/json.ts";
import { itemsOf } from "../../../domain/values/values.ts";
import type { Provenance } from "../../../operations/runs/read-provenance.ts";
import { askedWords } from "./provenance-attempts.ts";

/** The parts of a job's provenance that are told as text, as clients of Weaver name them. */
export const provenanceParts = {
  info: "What ran a job, in text",
  who: "Who asked for a job, in text",
  inputs: "What a job and its steps used, in text",
  outputs: "What a job and its steps made, in text",
  run: "The steps of a job with their times, in text",
} as const;

/** Formats one part of a job's provenance as lines. */
export function provenanceText(known: Provenance, part: string, url: string): readonly string[] {
  const { job, process, server, attempts, notRecorded } = known;
  const tasks = attempts.length === 0 ? known.tasks : attempts.flatMap((one) => one.tasks);
  switch (part) {
    case "who":
      return [job.user ?? "anonymous", ...attempts.flatMap(retryLine)];
    case "inputs":
      return [...inputLines(known), ...tasks.flatMap((task) => valueLines(task, task.inputs))];
    case "outputs":
      return [
        ...Object.entries(known.results).map(([id, result]) => `job ${id} ${JSON.stringify(result)}`),
        ...tasks.flatMap((task) => valueLines(task, task.outputs)),
      ];
    case "run":
      if (attempts.length === 0) return tasks.map(taskLine);
      return attempts.flatMap((attempt) => [attemptLine(attempt), ...attempt.tasks.map(taskLine)]);
    default:
      return [
        `job ${job.id} ${url}`,
        `process ${job.processId} ${process?.description.version ?? ""} ${job.processRevision}`.replaceAll("  ", " "),
        ...(server === undefined ? [] : [`Heddle ${server.version} on ${server.host}`]),
        `status ${job.status}${failureWords(job.failure)}`,
        ...attempts.map(attemptLine),
        ...(notRecorded.length === 0 ? [] : [`not recorded: ${notRecorded.join(", ")}`]),
      ];
  }
}

const askerWords = {
  anonymous: "anonymous",
  notKept: "(who it was is not kept)",
  notTold: "(who it was is told to the owner of the job)",
} as const;

function retryLine({ number, asked: { what, at, by } }: Attempt): readonly string[] {
  if (what !== "retry" || by === undefined) return [];
  const who = by.kind === "user" ? by.user : askerWords[by.kind];
  return [`${who} ${new Date(at).toISOString()} tried again${number === undefined ? "" : `: attempt ${number}`}`];
}

function attemptLine({ number, asked, startedAt, endedAt, status, failure }: Attempt): string {
  const name = number === undefined ? "an attempt that has not begun" : `attempt ${number}`;
  const [begun, ended] = [startedAt, endedAt].map((at) => (at === undefined ? "-" : new Date(at).toISOString()));
  const end = status === undefined ? "" : ` ${status}${failureWords(failure)}`;
  return `${begun} ${ended} ${name}, as ${askedWords[asked.what]}${end}`;
}

/** One line, whatever the message is. */
function failureWords(failure: JobFailure | undefined): string {
  if (failure === undefined) return "";
  const code = failure.exitCode === undefined ? "" : ` exit code ${failure.exitCode}`;
  return `${code} ${JSON.stringify(failure.message)}`;
}

function inputLines({ inputs }: Provenance): readonly string[] {
  return Object.entries(inputs).flatMap(([id, given]) =>
    itemsOf(given).map((item) => `job ${id} ${JSON.stringify(item)}`),
  );
}

function valueLines(task: TaskFacts, values: TaskFacts["inputs"]): readonly string[] {
  const told = Object.entries(values ?? {}).filter(([, value]) => value !== null);
  return told.map(([id, value]) => `${nameOf(task)} ${id} ${valueText(value)}`);
}

function valueText(value: Json): string {
  if (!isJsonObject(value) || value.sha256 === undefined) return JSON.stringify(value);
  return `${value.basename} ${value.size} sha256:${value.sha256}`;
}

function taskLine(task: TaskFacts): string {
  const { startedAt, endedAt, exitCode, command } = task;
  const end = exitCode === undefined ? "" : ` exit code ${exitCode}`;
  const words = command === undefined ? "" : ` ${JSON.stringify(command)}`;
  return `${new Date(startedAt).toISOString()} ${new Date(endedAt).toISOString()} ${nameOf(task)}${end}${words}`;
}

function nameOf({ step }: TaskFacts): string {
  return step === "" ? "main" : step;
}
