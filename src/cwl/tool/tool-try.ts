import { resolve } from "node:path";
import { shortageOf } from "../../domain/figures/shortage.ts";
import { begunKey } from "../../domain/graph/workflow-graph.ts";
import { isStoppedFor } from "../../domain/jobs/stop-reason.ts";
import { errorText, Problem } from "../../domain/problem.ts";
import { delayWork } from "../../domain/waiting/delayed-work.ts";
import type { Refusal, Task, TaskEnd, TaskKey } from "../../executors/executor.ts";
import { createJobPaths } from "../../files/jobs/job-paths.ts";
import { createLogJoin, type LogJoin } from "../../files/jobs/join-log.ts";
import { executionLogFile, taskLogFile } from "../../files/layout.ts";
import { type Call, callName, partName } from "../run/call.ts";
import { readableRoots } from "../run/readable.ts";
import type { RunContext } from "../run/run-context.ts";
import { CwlFailure } from "../values/failure.ts";
import { keepLogs } from "./keep-logs.ts";
import { shellText } from "./shell-text.ts";
import { refusedTask } from "./task-faults.ts";
import { createFiguresTelling } from "./tell-figures.ts";
import { tellPlan } from "./tell-plan.ts";
import type { ToolPlan } from "./tool-plan.ts";
import type { Try } from "./try.ts";

/** From when on it is told what becomes of a try: most have ended by then. */
const followMilliseconds = 200;

/** Finds a try of an earlier life of the server, and how it ended. */
export async function findTry(run: RunContext, call: Call, attempt: Try): Promise<TaskEnd> {
  const found = await run.executor.find(attempt.key);
  if (found.kind === "ended") {
    countUsage(run, call, found.end);
    await joinOf(run, call, attempt.key, false).join(true);
    return found.end;
  }
  // On record already: it is taken up, and nothing starts.
  await run.executor.submit(await taskOf(run, attempt), run.signal);
  run.record.log(`Found try ${attempt.key.try} of ${callName(call)} still running`);
  return waitForTry(run, call, { ...attempt, submittedAt: run.clock.now() }, false);
}

/** Starts a try and gives how it ended. Throws CwlFailure when it cannot be started as asked. */
export async function launchTry(run: RunContext, call: Call, attempt: Try): Promise<TaskEnd> {
  const { key, plan } = attempt;
  const task = await taskOf(run, attempt);
  const submittedAt = run.clock.now();
  const waiting = delayWork(followMilliseconds, (signal) => tellWait(run, { key, submittedAt }, signal));
  let refusal: Refusal | undefined;
  try {
    refusal = await run.executor.submit(task, run.signal);
  } catch (error) {
    run.waits.ends(taskName(key));
    if (run.signal.aborted || shortageOf(error) !== undefined) throw error;
    if (error instanceof Problem) throw new CwlFailure(error.message);
    return { kind: "notStarted", reason: errorText(error) };
  } finally {
    await waiting.stop();
  }
  if (refusal !== undefined) {
    run.waits.ends(taskName(key));
    throw refusedTask(call, plan, refusal);
  }
  run.record.log(`Started ${callName(call)}, try ${key.try}, ${placeOf(run, plan)}: ${shellText(plan.command)}`);
  sayUnlimited(run, plan);
  tellPlan(run, attempt);
  return waitForTry(run, call, { ...attempt, submittedAt }, true);
}

/** Words a try for its executor. */
async function taskOf(run: RunContext, { key, plan }: Try): Promise<Task> {
  const { outdir, tmpdir, stdin, timeLimitSeconds } = plan;
  const isCopied = plan.staging.some(({ kind }) => kind === "copy" || kind === "own");
  const readable = isCopied ? await readableRoots(run.readable) : [];
  return {
    key,
    command: plan.command,
    environment: plan.environment,
    workingDirectory: outdir,
    temporaryDirectory: tmpdir,
    staging: plan.staging,
    ...(readable === undefined ? {} : { readable }),
    ...(stdin === undefined ? {} : { stdin: resolve(plan.visibleOutdir, stdin) }),
    ...plan.streams,
    view: plan.view,
    limits: {
      ...plan.limits,
      ...(run.maxWorkBytes === undefined ? {} : { writtenBytes: run.maxWorkBytes }),
      ...(timeLimitSeconds === undefined ? {} : { seconds: timeLimitSeconds }),
      graceSeconds: run.graceSeconds,
    },
    reserves: plan.reserves,
    owner: run.owner,
    ...(plan.gpus === 0 ? {} : { gpus: plan.gpus }),
    log: taskLogFile(run.layout, key),
  };
}

/** What takes over what a try says into the log of its execution. */
function joinOf(run: RunContext, call: Call, key: TaskKey, isNew: boolean): LogJoin {
  const log = executionLogFile(run.layout, run.executionId);
  const words = createJobPaths(run.layout, run.executionId, { hidesData: true });
  return createLogJoin(taskLogFile(run.layout, key), log, { isNew, words, name: partName(call) });
}

/** Words where a tool runs. */
function placeOf({ machine }: RunContext, { view }: ToolPlan): string {
  const network = view.hasNetwork ? "with the machine's network" : "without network";
  if (view.image !== undefined) return `in image "${view.image.name}" ${network}`;
  return machine.enforces.includes("files") ? `in a sandbox ${network}` : "without a sandbox";
}

/** Says once a run which limits that its tools asked for are not held by the machine. */
function sayUnlimited({ machine, record, said }: RunContext, { limits }: ToolPlan): void {
  const { enforces, unlimited } = machine;
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

type Submitted = { readonly key: TaskKey; readonly submittedAt: number };

/** Tells what a try waits for before it is submitted. */
async function tellWait(run: RunContext, { key, submittedAt }: Submitted, signal: AbortSignal): Promise<void> {
  try {
    for await (const update of run.executor.watch(key, signal)) {
      if (update.kind !== "waiting") return;
      run.waits.waits(taskName(key), wantedBy(update.reason), submittedAt);
    }
  } catch (error) {
    run.logger.warn("Cannot tell what a tool waits for", { executionId: run.executionId, error });
  }
}

/** The noun of a reason. */
function wantedBy(reason: string): string {
  return reason.replace(/^waiting for /, "");
}

/** Tells that a try runs, where that is known. The clocks of other machines may differ. */
async function tellBegin(run: RunContext, call: Call, { key, submittedAt }: Submitted): Promise<void> {
  const beganAt = await run.executor.beganAt?.(key);
  if (beganAt === undefined) return;
  const at = Math.min(run.clock.now(), Math.max(submittedAt, beganAt));
  run.waits.runs(taskName(key), at);
  run.facts?.begins(call, at);
  // Parts begin in their order.
  if (call.isPart === true && call.shard === 0) {
    await run.record.checkpoint(begunKey(call.path, at), {}, { canWait: true });
  }
}

function taskName({ step, shard, try: number }: TaskKey): string {
  return `${step} ${shard} ${number}`;
}

/** Waits for the end, and shows what is told meanwhile. When the run must stop, the try is stopped too. */
async function waitForTry(run: RunContext, call: Call, attempt: Submitted & Try, isNew: boolean): Promise<TaskEnd> {
  await tellBegin(run, call, attempt);
  const joined = joinOf(run, call, attempt.key, isNew);
  const following = delayWork(followMilliseconds, (signal) =>
    followTry(run, call, { ...attempt, joined }, signal).catch((error: unknown) => {
      run.logger.warn("Cannot follow a tool", { executionId: run.executionId, error });
    }),
  );
  try {
    const end = await run.executor.ended(attempt.key, run.signal);
    // Who looks for news now and then may not have seen it run.
    await tellBegin(run, call, attempt);
    countUsage(run, call, end);
    if (end.waitedFor !== undefined) {
      run.record.log(`${callName(call)} had ended before it was told: the server was short of ${end.waitedFor}`);
    }
    return end;
  } catch (error) {
    if (run.signal.aborted && !isStoppedFor(run.signal, "stopping")) {
      await run.executor.cancel(attempt.key, run.graceSeconds);
    }
    throw error;
  } finally {
    await following.stop();
    run.waits.ends(taskName(attempt.key));
    await joined.join(true);
    keepLogs(run, call, attempt);
  }
}

/** Tells what becomes of a try until the signal is aborted: its progress, its log, and where it runs if it had to wait. */
async function followTry(
  run: RunContext,
  call: Call,
  { key, submittedAt, joined }: Submitted & { readonly joined: LogJoin },
  signal: AbortSignal,
): Promise<void> {
  let hasWaited = false;
  const wordsOf = createFiguresTelling();
  for await (const update of run.executor.watch(key, signal)) {
    switch (update.kind) {
      case "waiting":
        hasWaited = true;
        run.waits.waits(taskName(key), wantedBy(update.reason), submittedAt);
        run.record.log(`Waits to run ${callName(call)}: ${update.reason}`);
        break;
      case "running":
        await tellBegin(run, call, { key, submittedAt });
        if (hasWaited) run.record.log(`Runs ${callName(call)} at ${update.place}`);
        break;
      case "progress":
        call.progress.report(update.percent / 100, update.message);
        break;
      case "log":
        await joinNow(joined);
        break;
      case "figures": {
        const words = wordsOf(update, run.clock.now());
        if (words !== undefined) run.record.log(`${callName(call)} has taken so far: ${words}`);
        break;
      }
      default:
        update satisfies never;
    }
  }
}

/** What cannot be taken over for want of descriptors or room is taken over later, at the latest when the tool has ended. */
async function joinNow(joined: LogJoin): Promise<void> {
  try {
    await joined.join(false);
  } catch (error) {
    if (shortageOf(error) === undefined) throw error;
  }
}

/** What a shell tells of a program that SIGKILL ended, as it ends a tool whose place is taken away. */
const killedCode = 128 + 9;

function countUsage(run: RunContext, call: Call, end: TaskEnd): void {
  if (end.kind === "notStarted") return;
  const { cpuSeconds = 0, peakMemoryBytes } = end;
  const isTaken = end.kind === "failed" || end.kind === "lost";
  const hasFigures = end.cpuSeconds !== undefined || peakMemoryBytes !== undefined;
  const exitCode = isTaken ? (hasFigures ? killedCode : undefined) : end.exitCode;
  if (exitCode === undefined) return;
  run.usage.add(call.path === "" ? "main" : call.path, {
    exitCode,
    cpuSeconds,
    ...(peakMemoryBytes === undefined ? {} : { peakMemoryBytes }),
  });
}
