import { defined } from "../../domain/defined.ts";
import { fault } from "../../domain/faults.ts";
import type { Job } from "../../domain/jobs/job.ts";
import { isFinished } from "../../domain/jobs/job-state.ts";
import type { Logger } from "../../domain/logger.ts";
import { Problem } from "../../domain/problem.ts";
import type { Process } from "../../domain/processes/process.ts";
import type { Results } from "../../domain/values/values.ts";
import { waitForEnd } from "../../operations/jobs/wait-for-job.ts";
import { type ReadResultsDeps, resultsOfJob } from "../../operations/results/read-results.ts";
import { withLineage } from "../../operations/runs/read-inputs.ts";
import type { SubmitDeps } from "../../operations/submit/submission.ts";
import { type Submitted, submitJob } from "../../operations/submit/submit-job.ts";
import { executePayload, locatorOf } from "../../wire/wps-endpoint/execute-payload.ts";
import { executeResponseOf, failureText, outputsOfJob, stateOfJob } from "../../wire/wps-endpoint/job-response.ts";
import { type ExecuteCall, wrongExecute } from "../../wire/wps-endpoint/read-execute.ts";
import { writeExecuteResponse, writeResult, writeStatusInfo } from "../../wire/wps-endpoint/write-status.ts";
import { answerResult } from "../answers/results/answer-result.ts";
import { type AnswerDeps, documentSource } from "../answers/results/results-context.ts";
import { settledAnswer } from "../answers/settled-answer.ts";
import { submissionOf } from "../request/submission.ts";
import { foreignBytes, type RouteContext } from "../route.ts";
import { owsResponse, xmlResponse } from "./response.ts";

export type ExecuteWpsDeps = SubmitDeps &
  ReadResultsDeps &
  AnswerDeps & { readonly logger: Logger; readonly settings: { readonly maxBodyBytes: number } };

type Ended = Pick<Submitted, "job" | "results">;

/** A job that ends within this time is answered as done: its client need not ask again. */
const shortJobMilliseconds = 200;

/**
 * Executes a process for a WPS client. A WPS 1.0 client that asked for storage is answered once the status document is
 * in its file; one that waited longer than the limit gets a status too, whatever it asked for: the job goes on.
 */
export async function executeWps(
  deps: ExecuteWpsDeps,
  context: RouteContext,
  process: Process,
  call: ExecuteCall,
): Promise<Response> {
  try {
    refuseManyRaw(process, call);
    const submitted = await submit(deps, context, process, call);
    return await settledAnswer(deps, context, submitted, () =>
      answerJob(deps, context, { ...submitted, process, call }),
    );
  } catch (error) {
    return owsResponse(error, call.version, deps.logger, (pointer) => locatorOf(call, pointer));
  }
}

async function submit(
  deps: ExecuteWpsDeps,
  context: RouteContext,
  process: Process,
  call: ExecuteCall,
): Promise<Ended> {
  const isDocument10 = call.version === "1.0.0" && call.response === "document";
  const submission = submissionOf(deps, context, {
    payload: executePayload(call, process.description),
    prefer: { respondAsync: false },
    tags: [],
    takesXsdTimes: true,
    ...(isDocument10 ? { statusDocument: { lineage: call.lineage, isKept: call.store } } : {}),
    ...defined({ language: call.language }),
  });
  const submitted = await submitJob(deps, submission, process);
  if (call.mode === "sync" || submitted.kind !== "created") return submitted;
  const wait = { milliseconds: shortJobMilliseconds, signal: context.signal };
  return waitForEnd(deps, submitted.job, wait);
}

async function answerJob(
  deps: ExecuteWpsDeps,
  context: RouteContext,
  { process, call, job, results: known }: Ended & { readonly process: Process; readonly call: ExecuteCall },
): Promise<Response> {
  const isDone = isFinished(job.status);
  if (call.version === "2.0.0") {
    if (!isDone || call.mode === "async")
      return xmlResponse(writeStatusInfo({ jobId: job.id, state: stateOfJob[job.status], percent: job.progress }));
    return call.response === "raw" ? answerRaw(deps, context, job, known) : answerDocument20(deps, context, job, known);
  }
  if (call.response === "raw") {
    if (isDone) return answerRaw(deps, context, job, known);
    throw new Problem(
      "unavailable",
      `Cannot answer with raw data: found job "${job.id}" still running, wanted its end`,
    );
  }
  const isKept = call.store || !isDone;
  if (isKept && !call.store) await deps.runner.publishStatus(job.id);
  const documents = { ...documentSource(deps, context.baseUrl), isKept };
  const results = job.status === "successful" ? (await resultsOfJob(deps, job, known)).results : {};
  const whole = await withLineage(deps, job);
  return xmlResponse(writeExecuteResponse(await executeResponseOf(whole, process.description, results, documents)));
}

async function answerRaw(
  deps: ExecuteWpsDeps,
  context: RouteContext,
  job: Job,
  known: Results | undefined,
): Promise<Response> {
  refuseFailed(job);
  const outcome = await resultsOfJob(deps, job, known);
  const [outputId = ""] = Object.keys(job.request.outputs ?? outcome.description.outputs);
  const response = await answerResult(deps, context, { ...outcome, outputId });
  for (const [name, value] of Object.entries(foreignBytes)) response.headers.set(name, value);
  return response;
}

/** Raw data is that of one output. */
function refuseManyRaw(process: Process, call: ExecuteCall): void {
  const wanted = call.outputs?.map((output) => output.id) ?? Object.keys(process.description.outputs);
  if (call.response !== "raw" || wanted.length === 1) return;
  throw wrongExecute([fault("RawDataOutput", wanted, "one output")]);
}

async function answerDocument20(
  deps: ExecuteWpsDeps,
  context: RouteContext,
  job: Job,
  known: Results | undefined,
): Promise<Response> {
  const { description, results } = await resultsOfJob(deps, job, known);
  refuseFailed(job);
  const outputs = await outputsOfJob(job, description, results, documentSource(deps, context.baseUrl));
  // A run that is no job to its client has no id to ask with.
  return xmlResponse(writeResult(job.hidden === undefined ? { jobId: job.id, outputs } : { outputs }));
}

function refuseFailed(job: Job): void {
  if (job.status === "failed") throw new Problem("job-failed", failureText(job));
}
