import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, statSync } from "node:fs";
import { realpath } from "node:fs/promises";
import type { JsonObject } from "../../domain/json.ts";
import { errorText, Problem } from "../../domain/problem.ts";
import type { TaskEnd, TaskKey } from "../../executors/executor.ts";
import type { Image } from "../../executors/images.ts";
import { resolveProgram } from "../../executors/resolve-program.ts";
import {
  directoryMode,
  executionLogFile,
  taskDirectory,
  taskOutputDirectory,
  taskTemporaryDirectory,
} from "../../files/layout.ts";
import { type CompleteCall, completeCall } from "./complete-call.ts";
import { delayWork } from "./delayed-work.ts";
import { CwlFailure } from "./failure.ts";
import { collectOutputs } from "./outputs.ts";
import { requireReadablePath } from "./readable.ts";
import { imageFault, imageRequest } from "./requirements.ts";
import { type Call, callName, evaluating, leaveRunning, type RunContext } from "./run-context.ts";
import type { CommandLineTool } from "./schema.ts";
import { applyStaging } from "./staging.ts";
import { type Cached, cacheKey, copyCached, findCached, isReusable, keepCached } from "./step-cache.ts";
import { followProgress, logEnd, progressPollMilliseconds, stderrTail } from "./tool-log.ts";
import { planTool, type ToolPlan } from "./tool-plan.ts";
import { hasNetwork } from "./tool-view.ts";
import { mebibytes, watchTool } from "./tool-watch.ts";

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
  const complete = await completeCall(run, call);
  const directory = await evaluating(run, () => cacheOf(run, call, complete));
  if (directory === undefined) return runTries(run, call, tool, complete);
  const cached: Cached = { directory, key: await cacheKey(tool, complete) };
  const outputs = await takeCached(run, call, cached);
  if (outputs === undefined) return runTries(run, call, tool, complete, cached);
  run.record.log(`Took the outputs of ${callName(call)} from the cache`);
  return outputs;
}

/** Where the outputs of a call may be kept and found again; undefined where they may not. */
function cacheOf(run: RunContext, call: Call, complete: CompleteCall): string | undefined {
  if (run.cache === undefined || !isReusable(complete)) return undefined;
  if (!run.cache.onlyPureSteps) return run.cache.directory;
  const { enforces } = run.executor.capabilities;
  const isConfined = enforces.includes("files") && enforces.includes("network");
  const { requirements, scope } = complete;
  const isPure = isConfined && !hasNetwork(requirements, scope) && requirements.inplaceUpdate !== true;
  return isPure && call.path !== "" ? run.cache.directory : undefined;
}

/** In the server outputs lie below their own execution: there they are copied, unless this call had a try before. */
async function takeCached(run: RunContext, call: Call, { directory, key }: Cached): Promise<JsonObject | undefined> {
  if (run.cache?.onlyPureSteps !== true) return findCached(directory, key);
  const own = taskOutputDirectory(run.layout, keyOfTry(run, call, 1));
  return run.hasEarlierTries && existsSync(own) ? undefined : copyCached(directory, key, own);
}

function keyOfTry(run: RunContext, call: Call, number: number): TaskKey {
  const step = call.path === "" ? "main" : call.path;
  return { executionId: run.executionId, step, shard: call.shard, try: number };
}

async function runTries(
  run: RunContext,
  call: Call,
  tool: CommandLineTool,
  complete: CompleteCall,
  cached?: Cached,
): Promise<JsonObject> {
  const image = await imageFor(run, call, complete);
  let lost = 0;
  let refused = 0;
  for (let number = 1; ; number += 1) {
    run.signal.throwIfAborted();
    const key = keyOfTry(run, call, number);
    const place = {
      directory: taskDirectory(run.layout, key),
      outdir: taskOutputDirectory(run.layout, key),
      tmpdir: taskTemporaryDirectory(run.layout, key),
      toolPath: run.toolPath,
      ...(image === undefined ? {} : { image }),
    };
    const plan = await evaluating(run, () => planTool(tool, complete, place));
    for (const source of plan.workSources) await requireReadablePath(run.readable, source);
    const attempt = { key, plan, log: plan.streams.stderr ?? executionLogFile(run.layout, run.executionId) };
    // Its output directory is made before anything else of a try: without it, nothing of this try ever happened.
    const isFromEarlier = run.hasEarlierTries && existsSync(place.outdir);
    const { end, logStart } = await (isFromEarlier ? findTry(run, call, attempt) : launchTry(run, call, attempt));
    switch (end.kind) {
      case "exited": {
        const outputs = await finishTool(run, call, attempt, { tool, exitCode: end.exitCode, logStart, complete });
        if (cached !== undefined) await keepCached(cached, await realpath(plan.outdir), outputs);
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
async function imageFor(run: RunContext, call: Call, { requirements }: CompleteCall): Promise<Image | undefined> {
  const { docker, isContainerRequired } = requirements;
  if (docker === undefined || run.ignoresContainers) return undefined;
  const found = await run.executor.findImage(imageRequest(docker));
  if (found.kind === "found") return found.image;
  if (isContainerRequired === true) {
    throw new CwlFailure(`Cannot run ${callName(call)}: ${imageFault(docker, found.reason)}`);
  }
  const key = `image ${JSON.stringify(imageRequest(docker))}`;
  if (!run.said.has(key)) run.record.log(`The program of this machine runs ${callName(call)}: ${found.reason}`);
  run.said.add(key);
  return undefined;
}

/** Finds a try of an earlier life of the server. */
async function findTry(run: RunContext, call: Call, attempt: Try): Promise<TryEnd> {
  const found = await run.executor.find(attempt.key);
  if (found.kind === "ended") {
    countUsage(run, call, found.end, undefined);
    return { end: found.end, logStart: 0 };
  }
  using _slot = run.slots.occupy(attempt.plan.reserves);
  run.record.log(`Found try ${attempt.key.try} of ${callName(call)} still running`);
  return { end: await waitForTry(run, call, attempt, logEnd(attempt.log)), logStart: 0 };
}

async function launchTry(run: RunContext, call: Call, attempt: Try): Promise<TryEnd> {
  const { key, plan } = attempt;
  using _slot = await run.slots.take(plan.reserves, run.signal);
  await makeTryDirectories(run, attempt);
  const program = plan.view.image === undefined ? requireProgram(run, call, plan) : plan.command[0];
  requireStdin(plan);
  run.signal.throwIfAborted();
  const logStart = logEnd(attempt.log);
  run.record.log(`Started ${callName(call)}, try ${key.try}, ${placeOf(run, plan)}: ${plan.command[0]}`);
  sayUnlimited(run, plan);
  try {
    await run.executor.submit({
      key,
      command: [program, ...plan.command.slice(1)],
      environment: plan.environment,
      workingDirectory: plan.outdir,
      log: executionLogFile(run.layout, run.executionId),
      ...(plan.stdin === undefined ? {} : { stdin: plan.stdin }),
      view: plan.view,
      limits: { ...plan.limits, ...(run.maxWorkBytes === undefined ? {} : { fileBytes: run.maxWorkBytes }) },
      ...plan.streams,
    });
  } catch (error) {
    if (error instanceof Problem) throw new CwlFailure(error.message);
    return { end: { kind: "notStarted", reason: errorText(error) }, logStart };
  }
  const end = await waitForTry(run, call, attempt, logStart);
  if (end.kind === "exited") spareTemporary(run, plan);
  return { end, logStart };
}

/** Words where a tool runs. */
function placeOf({ executor }: RunContext, { view }: ToolPlan): string {
  if (view.image !== undefined) return `in image "${view.image.name}"`;
  return executor.capabilities.enforces.includes("files") ? "in a sandbox" : "without a sandbox";
}

/** Says once a run which limits that its tools asked for are not held by the machine. */
function sayUnlimited({ executor, record, said }: RunContext, { limits }: ToolPlan): void {
  const { enforces, unlimited } = executor.capabilities;
  const say = (name: string, words: string) => {
    if (!said.has(name)) record.log(`${words}${unlimited === undefined ? "" : ` (${unlimited})`}`);
    said.add(name);
  };
  if (limits.cores !== undefined && !enforces.includes("cores")) {
    say("cores", "Not enforced: coresMax, as nothing here can hold a tool to its cores");
  }
  if (limits.memoryMebibytes !== undefined && !enforces.includes("memory")) {
    say("memory", "Enforced by a look each second only: ramMax, as nothing here can hold a tool to its memory");
  }
}

async function makeTryDirectories(run: RunContext, { plan }: Try): Promise<void> {
  // Where thousands are started, waiting for these calls costs more than they do.
  mkdirSync(plan.outdir, { recursive: true, mode: directoryMode });
  const spare = run.spareDirectories.pop();
  if (spare === undefined) mkdirSync(plan.tmpdir, { mode: directoryMode });
  else renameSync(spare, plan.tmpdir);
  await applyStaging(plan.staging);
}

/** Hands on the directory for temporary files of a tool that has ended, when it is as good as a new one. */
function spareTemporary(run: RunContext, { tmpdir }: ToolPlan): void {
  const facts = lstatSync(tmpdir, { throwIfNoEntry: false });
  const isAsMade = facts?.isDirectory() && (facts.mode & 0o7777) === directoryMode && facts.uid === process.getuid?.();
  if (isAsMade && readdirSync(tmpdir).length === 0) run.spareDirectories.push(tmpdir);
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

/** Waits for the end, watches what the tool takes and shows its own progress. When the run must stop, it is stopped too. */
async function waitForTry(run: RunContext, call: Call, attempt: Try, logStart: number): Promise<TaskEnd> {
  const active = `${call.path}[${call.shard}]`;
  run.active.add(active);
  const { outdir, tmpdir } = attempt.plan;
  const directories = [outdir, tmpdir, taskDirectory(run.layout, attempt.key)];
  const watch = watchTool(run, { ...attempt, directories, logStart });
  const following = delayWork(progressPollMilliseconds, (signal) =>
    followProgress(attempt.log, logStart, signal, ({ percent, message }) => {
      // Tools that run beside each other share the log: nobody can tell whose percent it is.
      const isAlone = attempt.plan.streams.stderr !== undefined || run.active.size === 1;
      call.progress.report(isAlone ? percent / 100 : 0, message);
    }).catch((error: unknown) =>
      run.logger.warn("Cannot follow a tool's progress", { executionId: run.executionId, error }),
    ),
  );
  try {
    const end = await run.executor.ended(attempt.key, run.signal);
    countUsage(run, call, end, watch.peakMemoryBytes());
    const fault = watch.fault();
    if (fault === undefined) return end;
    throw new CwlFailure(`Cannot finish ${callName(call)}: ${fault}`);
  } catch (error) {
    if (run.signal.aborted && run.signal.reason !== leaveRunning) {
      await run.executor.cancel(attempt.key, run.graceSeconds);
    }
    throw error;
  } finally {
    run.active.delete(active);
    await Promise.all([watch.stop(), following.stop()]);
  }
}

function countUsage(run: RunContext, call: Call, end: TaskEnd, seen: number | undefined): void {
  if (end.kind !== "exited") return;
  const { exitCode, cpuSeconds = 0, peakMemoryBytes = seen } = end;
  run.usage.add(call.path === "" ? "main" : call.path, {
    exitCode,
    cpuSeconds,
    ...(peakMemoryBytes === undefined ? {} : { peakMemoryBytes }),
  });
}

/** What a shell tells of a process that SIGXFSZ ended. */
const fileTooLargeCode = 153;

function sizeHint({ maxWorkBytes }: RunContext, exitCode: number): string | undefined {
  if (maxWorkBytes === undefined || exitCode !== fileTooLargeCode) return undefined;
  return `A file may have at most ${mebibytes(maxWorkBytes)} MiB (--max-work-bytes)`;
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
    const hint = sizeHint(run, exitCode) ?? run.executor.explain(plan.view, tail);
    if (hint !== undefined) run.record.log(hint);
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
