import { lstatSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { errorText, Problem } from "../../domain/problem.ts";
import { shortageOf } from "../../domain/shortage.ts";
import { isStoppedFor } from "../../domain/stop-reason.ts";
import type { TaskEnd, TaskKey } from "../../executors/executor.ts";
import type { ToolProgress } from "../../executors/local/tool-progress.ts";
import { resolveProgram } from "../../executors/resolve-program.ts";
import { createLogJoin } from "../../files/join-log.ts";
import { directoryMode, executionLogFile, taskDirectory, taskLogFile } from "../../files/layout.ts";
import { delayWork } from "../javascript/delayed-work.ts";
import { mayReadOf } from "../run/readable.ts";
import { type Call, callName, type RunContext } from "../run/run-context.ts";
import { CwlFailure } from "../values/failure.ts";
import { keepLogs } from "./keep-logs.ts";
import { shellText } from "./shell-text.ts";
import { applyStaging } from "./staging.ts";
import { tellPlan } from "./tell-plan.ts";
import { followLog, followProgress, logPollMilliseconds, type Talk } from "./tool-log.ts";
import type { ToolPlan } from "./tool-plan.ts";
import { prepareStreams } from "./tool-streams.ts";
import { watchTool } from "./tool-watch.ts";

/** One try, and where its stderr goes. */
export type Try = { readonly key: TaskKey; readonly plan: ToolPlan; readonly stderr: Talk };

/** Finds a try of an earlier life of the server, and how it ended. */
export async function findTry(run: RunContext, call: Call, attempt: Try): Promise<TaskEnd> {
  const found = await run.executor.find(attempt.key);
  if (found.kind === "ended") {
    countUsage(run, call, found.end, undefined);
    await joinOf(run, attempt, false).join(true);
    return found.end;
  }
  using _slot = run.slots.occupy(attempt.plan.reserves);
  run.record.log(`Found try ${attempt.key.try} of ${callName(call)} still running`);
  return waitForTry(run, call, attempt, false);
}

/** Starts a try and gives how it ended. Throws CwlFailure when it cannot be started as asked. */
export async function launchTry(run: RunContext, call: Call, attempt: Try): Promise<TaskEnd> {
  const { key, plan } = attempt;
  using _slot = await run.slots.take(plan.reserves, run.signal);
  await makeTryDirectories(run, attempt);
  const program = plan.view.image === undefined ? requireProgram(run, call, plan) : plan.command[0];
  const stdin = await prepareStreams(plan);
  run.signal.throwIfAborted();
  run.record.log(`Started ${callName(call)}, try ${key.try}, ${placeOf(run, plan)}: ${shellText(plan.command)}`);
  sayUnlimited(run, plan);
  tellPlan(run, attempt);
  try {
    await run.executor.submit({
      key,
      command: [program, ...plan.command.slice(1)],
      environment: plan.environment,
      workingDirectory: plan.outdir,
      log: taskLogFile(run.layout, key),
      ...(stdin === undefined ? {} : { stdin }),
      view: plan.view,
      limits: { ...plan.limits, ...(run.maxWorkBytes === undefined ? {} : { fileBytes: run.maxWorkBytes }) },
      ...plan.streams,
    });
  } catch (error) {
    if (shortageOf(error) !== undefined) throw error;
    if (error instanceof Problem) throw new CwlFailure(error.message);
    return { kind: "notStarted", reason: errorText(error) };
  }
  const end = await waitForTry(run, call, attempt, true);
  if (end.kind === "exited") spareTemporary(run, plan);
  return end;
}

/** What takes over what a try says into the log of its execution. */
function joinOf(run: RunContext, { key }: Try, isNew: boolean) {
  return createLogJoin(taskLogFile(run.layout, key), executionLogFile(run.layout, run.executionId), isNew);
}

/** Words where a tool runs. */
function placeOf({ executor }: RunContext, { view }: ToolPlan): string {
  const network = view.hasNetwork ? "with the machine's network" : "without network";
  if (view.image !== undefined) return `in image "${view.image.name}" ${network}`;
  return executor.capabilities.enforces.includes("files") ? `in a sandbox ${network}` : "without a sandbox";
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
  const isCopied = plan.staging.some(({ kind }) => kind === "copy" || kind === "own");
  await applyStaging(plan.staging, isCopied ? await mayReadOf(run.readable) : undefined);
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
    throw new CwlFailure(
      `Cannot run ${callName(call)}: found no program "${program}", wanted ${wanted}`,
      {},
      {
        field: ["baseCommand"],
      },
    );
  }
  if (!program.includes("/")) run.programs.set(key, found);
  return found;
}

/** Waits for the end, watches what the tool takes and shows its own progress. When the run must stop, it is stopped too. */
async function waitForTry(run: RunContext, call: Call, attempt: Try, isNew: boolean): Promise<TaskEnd> {
  const { outdir, tmpdir } = attempt.plan;
  const directories = [outdir, tmpdir, taskDirectory(run.layout, attempt.key)];
  const log = taskLogFile(run.layout, attempt.key);
  const watch = watchTool(run, { ...attempt, directories, logs: [log] });
  const joined = joinOf(run, attempt, isNew);
  const following = delayWork(logPollMilliseconds, async (signal) => {
    const tell = ({ percent, message }: ToolProgress) => call.progress.report(percent / 100, message);
    const outcomes = await Promise.allSettled([
      followProgress(attempt.stderr, signal, tell),
      followLog(joined, signal),
    ]);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") {
        run.logger.warn("Cannot follow a tool", { executionId: run.executionId, error: outcome.reason });
      }
    }
  });
  try {
    const end = await run.executor.ended(attempt.key, run.signal);
    countUsage(run, call, end, watch.peakMemoryBytes());
    const fault = watch.fault();
    if (fault === undefined) return end;
    throw new CwlFailure(`Cannot finish ${callName(call)}: ${fault}`);
  } catch (error) {
    if (run.signal.aborted && !isStoppedFor(run.signal, "stopping")) {
      await run.executor.cancel(attempt.key, run.graceSeconds);
    }
    throw error;
  } finally {
    await Promise.all([watch.stop(), following.stop()]);
    await joined.join(true);
    keepLogs(run, call, attempt);
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
