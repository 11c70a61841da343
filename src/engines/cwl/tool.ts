import { existsSync, mkdirSync, statSync } from "node:fs";
import { realpath } from "node:fs/promises";
import type { JsonObject } from "../../domain/json.ts";
import { errorText, Problem } from "../../domain/problem.ts";
import type { TaskEnd, TaskKey } from "../../executors/executor.ts";
import type { Image } from "../../executors/images.ts";
import { resolveProgram } from "../../executors/resolve-program.ts";
import { directoryMode, executionLogFile, taskDirectory } from "../../files/layout.ts";
import { type CompleteCall, completeCall } from "./complete-call.ts";
import { CwlFailure } from "./failure.ts";
import { collectOutputs } from "./outputs.ts";
import { requireReadablePath } from "./readable.ts";
import { containerFault, imageOf } from "./requirements.ts";
import { type Call, callName, evaluating, leaveRunning, type RunContext } from "./run-context.ts";
import type { CommandLineTool } from "./schema.ts";
import { applyStaging } from "./staging.ts";
import { cacheKey, findCached, isReusable, keepCached } from "./step-cache.ts";
import { followProgress, logEnd, stderrTail } from "./tool-log.ts";
import { planTool, type ToolPlan } from "./tool-plan.ts";

/** Tries of one tool that may be lost before it is given up: something here kills it again and again. */
const maxLostTries = 3;
/** Tries that the executor may refuse to start in this life of the server. */
const maxRefusedTries = 3;

/** One try, and where its stderr goes. */
type Try = { readonly key: TaskKey; readonly plan: ToolPlan; readonly log: string };

/** How a try ended, and where what it wrote began in its log. */
type TryEnd = { readonly end: TaskEnd; readonly logStart: number };

/**
 * Runs a tool to its outputs. A try that an earlier server had started is found again: it is waited for, its end is
 * collected, or the next try takes its place. Throws CwlFailure when the tool fails or is lost too often.
 */
export async function runTool(run: RunContext, call: Call, tool: CommandLineTool): Promise<JsonObject> {
  const containers = run.ignoresContainers ? ["*"] : run.executor.capabilities.containers;
  const fault = containerFault(tool, call.around, containers);
  if (fault !== undefined) throw new CwlFailure(`Cannot run ${callName(call)}: ${fault}`);
  const complete = await completeCall(run, call);
  if (run.cacheDirectory === undefined || !(await evaluating(run, () => isReusable(complete))))
    return runTries(run, call, tool, complete);
  const key = await cacheKey(tool, complete);
  const cached = await findCached(run.cacheDirectory, key);
  if (cached === undefined) return runTries(run, call, tool, complete, key);
  run.record.log(`Took the outputs of ${callName(call)} from the cache`);
  return cached;
}

async function runTries(
  run: RunContext,
  call: Call,
  tool: CommandLineTool,
  complete: CompleteCall,
  cacheName?: string,
): Promise<JsonObject> {
  let lost = 0;
  let refused = 0;
  for (let number = 1; ; number += 1) {
    run.signal.throwIfAborted();
    const key = {
      executionId: run.executionId,
      step: call.path === "" ? "main" : call.path,
      shard: call.shard,
      try: number,
    };
    const directory = taskDirectory(run.layout, key);
    const image = imageFor(run, complete);
    const place = { directory, toolPath: run.toolPath, ...(image === undefined ? {} : { image }) };
    const plan = await evaluating(run, () => planTool(tool, complete, place));
    for (const source of plan.workSources) await requireReadablePath(run.readable, source);
    const attempt = { key, plan, log: plan.streams.stderr ?? executionLogFile(run.layout, run.executionId) };
    // The directory is made before anything else of a try: without it, nothing of this try ever happened.
    const isFromEarlier = existsSync(directory);
    const { end, logStart } = await (isFromEarlier ? findTry(run, call, attempt) : launchTry(run, call, attempt));
    switch (end.kind) {
      case "exited": {
        const outputs = await finishTool(run, call, attempt, { tool, exitCode: end.exitCode, logStart, complete });
        if (run.cacheDirectory !== undefined && cacheName !== undefined) {
          await keepCached(run.cacheDirectory, cacheName, await realpath(plan.outdir), outputs);
        }
        return outputs;
      }
      case "notStarted":
        if (!isFromEarlier) refused += 1;
        if (refused >= maxRefusedTries) throw new CwlFailure(`Cannot start ${callName(call)}: ${end.reason}`);
        break;
      case "lost":
        lost += 1;
        run.record.log(`Lost try ${number} of ${callName(call)}: ${end.reason}`);
        if (!run.runsLostAgain) {
          const wanted = "its process says that what was lost is not run again";
          throw new CwlFailure(`Cannot finish ${callName(call)}: found its try lost, because ${end.reason}; ${wanted}`);
        }
        if (lost >= maxLostTries) {
          throw new CwlFailure(
            `Cannot finish ${callName(call)}: found ${lost} tries lost, the last one because ${end.reason}`,
          );
        }
        break;
      default:
        end satisfies never;
    }
  }
}

/** The image that a tool asks for, as requirement or hint; undefined when it runs without one. */
function imageFor(run: RunContext, { requirements }: CompleteCall): Image | undefined {
  const name = requirements.docker === undefined ? undefined : imageOf(requirements.docker);
  return name === undefined || run.ignoresContainers ? undefined : run.executor.findImage(name);
}

/** Finds a try of an earlier life of the server. */
async function findTry(run: RunContext, call: Call, attempt: Try): Promise<TryEnd> {
  const found = await run.executor.find(attempt.key);
  if (found.kind === "ended") return { end: found.end, logStart: 0 };
  using _slot = run.slots.occupy(attempt.plan.reserves);
  run.record.log(`Found try ${attempt.key.try} of ${callName(call)} still running`);
  return { end: await waitForTry(run, call, attempt, logEnd(attempt.log)), logStart: 0 };
}

async function launchTry(run: RunContext, call: Call, attempt: Try): Promise<TryEnd> {
  const { key, plan } = attempt;
  using _slot = await run.slots.take(plan.reserves, run.signal);
  await makeTryDirectories(attempt);
  const program = plan.container === undefined ? requireProgram(run, call, plan) : plan.command[0];
  requireStdin(plan);
  run.signal.throwIfAborted();
  const logStart = logEnd(attempt.log);
  run.record.log(`Started ${callName(call)}, try ${key.try}: ${plan.command[0]}`);
  try {
    await run.executor.submit({
      key,
      command: [program, ...plan.command.slice(1)],
      environment: plan.environment,
      workingDirectory: plan.outdir,
      log: executionLogFile(run.layout, run.executionId),
      ...(plan.stdin === undefined ? {} : { stdin: plan.stdin }),
      ...(plan.container === undefined ? {} : { container: plan.container }),
      ...plan.streams,
    });
  } catch (error) {
    if (error instanceof Problem) throw new CwlFailure(error.message);
    return { end: { kind: "notStarted", reason: errorText(error) }, logStart };
  }
  return { end: await waitForTry(run, call, attempt, logStart), logStart };
}

async function makeTryDirectories({ plan }: Try): Promise<void> {
  // Where thousands are started, waiting for these calls costs more than they do.
  mkdirSync(plan.outdir, { recursive: true, mode: directoryMode });
  mkdirSync(plan.tmpdir, { mode: directoryMode });
  await applyStaging(plan.staging);
}

/** Finds the program of a tool; one on the PATH is looked for once a run. */
function requireProgram(run: RunContext, call: Call, plan: ToolPlan): string {
  const [program] = plan.command;
  const key = `${plan.environment.PATH}:${program}`;
  const known = program.includes("/") ? undefined : run.programs.get(key);
  const found = known ?? resolveProgram(program, plan.environment, plan.outdir);
  if (found === undefined) {
    const wanted = program.includes("/") ? "an executable file there" : `one on the PATH ${plan.environment.PATH}`;
    throw new CwlFailure(`Cannot run ${callName(call)}: found no program "${program}", expected ${wanted}`);
  }
  if (!program.includes("/")) run.programs.set(key, found);
  return found;
}

function requireStdin(plan: ToolPlan): void {
  if (plan.stdin === undefined || statSync(plan.stdin, { throwIfNoEntry: false })?.isFile()) return;
  throw new CwlFailure(`Cannot read stdin from "${plan.stdin}": found no file there, expected one`);
}

/** Waits for the end and shows the tool's own progress. When the run must stop, the tool is stopped too. */
async function waitForTry(run: RunContext, call: Call, attempt: Try, logStart: number): Promise<TaskEnd> {
  const ended = new AbortController();
  const active = `${call.path}[${call.shard}]`;
  run.active.add(active);
  const timer = startTimer(run, attempt);
  const following = followProgress(attempt.log, logStart, ended.signal, ({ percent, message }) => {
    // Tools that run beside each other share the log: nobody can tell whose percent it is.
    const isAlone = attempt.plan.streams.stderr !== undefined || run.active.size === 1;
    call.progress.report(isAlone ? percent / 100 : 0, message);
  }).catch((error: unknown) =>
    run.logger.warn("Cannot follow a tool's progress", { executionId: run.executionId, error }),
  );
  try {
    const end = await run.executor.ended(attempt.key, run.signal);
    if (!timer.isOver()) return end;
    throw new CwlFailure(
      `Cannot finish ${callName(call)}: found it still running after ${attempt.plan.timeLimitSeconds} s, expected an end within its time limit`,
    );
  } catch (error) {
    if (run.signal.aborted && run.signal.reason !== leaveRunning) {
      await run.executor.cancel(attempt.key, run.graceSeconds);
    }
    throw error;
  } finally {
    timer.stop();
    run.active.delete(active);
    ended.abort();
    await following;
  }
}

/** Stops a tool whose time limit is over (CWL v1.2 ToolTimeLimit). */
function startTimer(run: RunContext, { key, plan }: Try): { isOver(): boolean; stop(): void } {
  const { timeLimitSeconds } = plan;
  if (timeLimitSeconds === undefined) return { isOver: () => false, stop: () => {} };
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    run.executor.cancel(key, run.graceSeconds).catch(run.fail);
  }, timeLimitSeconds * 1000);
  return { isOver: () => isOver, stop: () => clearTimeout(timer) };
}

async function finishTool(
  run: RunContext,
  call: Call,
  { plan, log }: Try,
  exit: {
    readonly tool: CommandLineTool;
    readonly exitCode: number;
    readonly logStart: number;
    readonly complete: CompleteCall;
  },
): Promise<JsonObject> {
  const { tool, exitCode, complete } = exit;
  if (!tool.successCodes.includes(exitCode)) {
    const tail = await stderrTail(log, exit.logStart);
    const isTemporary = tool.temporaryFailCodes.includes(exitCode) && !tool.permanentFailCodes.includes(exitCode);
    throw new CwlFailure(
      `Cannot finish ${callName(call)}: found exit code ${exitCode}${isTemporary ? ", a temporary failure" : ""}, expected ${tool.successCodes.join(" or ")}`,
      { exitCode, ...(tail === "" ? {} : { stderrTail: tail }) },
    );
  }
  return collectOutputs({
    tool,
    evaluating: (work) => evaluating(run, work),
    scope: { ...plan.scope, runtime: { ...plan.scope.runtime, exitCode } },
    outdir: plan.outdir,
    visibleOutdir: plan.visibleOutdir,
    streams: plan.streams,
    given: plan.given,
    listing: complete.requirements.loadListing ?? (tool.version === "v1.0" ? "deep_listing" : "no_listing"),
  });
}
