import { isJsonObject, type Json } from "../../domain/json.ts";
import type { TaskFacts } from "../../domain/provenance.ts";
import { itemsOf } from "../../domain/values.ts";
import type { Provenance } from "../../operations/read-provenance.ts";

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
  const { job, process, server, tasks, notRecorded } = known;
  switch (part) {
    case "who":
      return [job.user ?? "anonymous"];
    case "inputs":
      return [...inputLines(known), ...tasks.flatMap((task) => valueLines(task, task.inputs))];
    case "outputs":
      return [
        ...Object.entries(known.results).map(([id, result]) => `job ${id} ${JSON.stringify(result)}`),
        ...tasks.flatMap((task) => valueLines(task, task.outputs)),
      ];
    case "run":
      return tasks.map(taskLine);
    default:
      return [
        `job ${job.id} ${url}`,
        `process ${job.processId} ${process?.description.version ?? ""} ${job.processRevision}`.replaceAll("  ", " "),
        ...(server === undefined ? [] : [`Heddle ${server.version} on ${server.host}`]),
        ...(notRecorded.length === 0 ? [] : [`not recorded: ${notRecorded.join(", ")}`]),
      ];
  }
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
