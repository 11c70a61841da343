import { existsSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { defined } from "../../domain/defined.ts";
import type { Maker } from "../../domain/jobs/provenance.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import type { TaskKey } from "../../executors/executor.ts";
import type { Image } from "../../executors/images/image.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import {
  earlierTaskDirectories,
  taskDirectory,
  taskLogFile,
  taskOutputDirectory,
  taskRecordFile,
  taskTemporaryDirectory,
} from "../../files/layout.ts";
import { defaultFault, imageFault, imageName, imageRequest } from "../document/requirements.ts";
import type { CommandLineTool, Requirements } from "../document/schema.ts";
import { type Call, callName } from "../run/call.ts";
import { type CompleteCall, completeCall } from "../run/complete-call.ts";
import { ownPath } from "../run/own-files.ts";
import { requireReadablePath } from "../run/readable.ts";
import { evaluating, patiently, type RunContext } from "../run/run-context.ts";
import { CwlFailure } from "../values/failure.ts";
import { afterTry, beginTries, factorsOf } from "./after-try.ts";
import { collectOutputs } from "./outputs.ts";
import { stderrTail, type Talk } from "./stderr-tail.ts";
import {
  type Cached,
  type CopiedOutputs,
  cacheKey,
  copyCached,
  findCached,
  isReusable,
  keepCached,
} from "./step-cache.ts";
import { mebibytes } from "./task-faults.ts";
import { planTool, type ToolPlan } from "./tool-plan.ts";
import { withinRules } from "./tool-rules.ts";
import { findTry, launchTry } from "./tool-try.ts";
import { hasNetwork } from "./tool-view.ts";
import type { Try } from "./try.ts";

/**
 * Runs a tool to its outputs. A try that an earlier server had started is found again: it is waited for, its end is
 * collected, or the next try takes its place. Throws CwlFailure when the tool fails or is lost too often.
 */
export function runTool(run: RunContext, call: Call, tool: CommandLineTool): Promise<JsonObject> {
  // Done again, it finds its tries as it would after a restart.
  return patiently(run, (isAgain) => runToolOnce(isAgain ? { ...run, hasEarlierTries: true } : run, call, tool));
}

async function runToolOnce(run: RunContext, call: Call, tool: CommandLineTool): Promise<JsonObject> {
  const complete = await completeCall(run, call);
  const directory = await evaluating(run, () => cacheOf(run, call, complete));
  if (directory === undefined) return runTries(run, call, tool, complete);
  const cached: Cached = { directory, key: await cacheKey(tool, complete) };
  const taken = await takeCached(run, call, cached);
  if (taken === undefined) return runTries(run, call, tool, complete, cached);
  run.facts?.note(call, { isCached: true, ...defined({ cachedFrom: taken.made }) });
  run.record.log(`Took the outputs of ${callName(call)} from the cache`);
  return taken.outputs;
}

/** Where the outputs of a call may be kept and found again; undefined where they may not. */
function cacheOf(run: RunContext, call: Call, complete: CompleteCall): string | undefined {
  if (run.cache === undefined || !isReusable(complete)) return undefined;
  if (!run.cache.onlyPureSteps) return run.cache.directory;
  const { enforces } = run.machine;
  const isConfined = enforces.includes("files") && enforces.includes("network");
  const { requirements, scope } = complete;
  const isPure = isConfined && !hasNetwork(requirements, scope) && requirements.inplaceUpdate !== true;
  return isPure && call.path !== "" ? run.cache.directory : undefined;
}

/** In the server outputs lie below their own execution: there they are copied, unless this call had a try before. */
async function takeCached(run: RunContext, call: Call, { directory, key }: Cached): Promise<CopiedOutputs | undefined> {
  if (run.cache?.onlyPureSteps !== true) {
    const outputs = await findCached(directory, key);
    return outputs === undefined ? undefined : { outputs };
  }
  const { outdir } = directoriesOf(run, keyOfTry(run, call, 1));
  if (run.hasEarlierTries && existsSync(outdir)) return undefined;
  const found = await copyCached(directory, key, outdir);
  run.cache.onLook?.(found !== undefined);
  return found;
}

function keyOfTry(run: RunContext, call: Call, number: number): TaskKey {
  const step = call.path === "" ? "main" : call.path;
  return { executionId: run.executionId, step, shard: call.shard, try: number };
}

/** The directories of a try, under the names that they had when it was started. */
function directoriesOf(run: RunContext, key: TaskKey): { readonly outdir: string; readonly tmpdir: string } {
  const earlier = earlierTaskDirectories(run.layout, key);
  if (run.hasEarlierTries && existsSync(earlier.outdir)) return earlier;
  return { outdir: taskOutputDirectory(run.layout, key), tmpdir: taskTemporaryDirectory(run.layout, key) };
}

async function runTries(
  run: RunContext,
  call: Call,
  tool: CommandLineTool,
  complete: CompleteCall,
  cached?: Cached,
): Promise<JsonObject> {
  const image = await imageFor(run, call, complete);
  const tries = beginTries(run, call);
  for (let number = 1; ; number += 1) {
    run.signal.throwIfAborted();
    // An earlier life of the server has decided on it.
    if (tries.retried.some((one) => one.try === number)) continue;
    const key = keyOfTry(run, call, number);
    const place = {
      directory: taskDirectory(run.layout, key),
      ...directoriesOf(run, key),
      toolPath: run.toolPath,
      factors: factorsOf(run, tries),
      own: (path: string) => ownPath(run.layout, run.executionId, path),
      ...(image === undefined ? {} : { image }),
      ...(run.trace === undefined ? {} : { trace: run.trace }),
      ...(run.local.preserved === undefined ? {} : { preserved: run.local.preserved }),
    };
    const plan = withinRules(run, await evaluating(run, () => planTool(tool, complete, place)));
    for (const source of plan.workSources) await requireReadablePath(run.readable, source);
    const attempt = { key, plan, stderr: stderrOf(run, key, plan) };
    // Its output directory is made before anything else of a try: without it, nothing of this try ever happened.
    const isFromEarlier = run.hasEarlierTries && existsSync(place.outdir);
    noteTry(run, call, attempt, { requirements: complete.requirements, image });
    if (isFromEarlier) await noteEarlier(run, call, attempt);
    const end = await (isFromEarlier ? findTry(run, call, attempt) : launchTry(run, call, attempt));
    const exitCode = await afterTry(run, call, tries, { number, end, plan, isFromEarlier });
    if (exitCode === undefined) continue;
    run.facts?.note(call, { exitCode });
    const outputs = await finishTool(run, call, attempt, { tool, exitCode, complete });
    if (cached !== undefined) await keepCached(cached, await realpath(plan.outdir), outputs, makerOf(run));
    return outputs;
  }
}

/** In the server an entry of the cache says which job made it. */
function makerOf({ cache, owner, clock }: RunContext): Maker | undefined {
  return cache?.onlyPureSteps === true ? { job: owner.job, at: clock.now() } : undefined;
}

/** Notes what runs in a try, and where. */
function noteTry(
  { facts, executor }: RunContext,
  call: Call,
  { key, plan }: Try,
  { requirements, image }: { readonly requirements: Requirements; readonly image: Image | undefined },
): void {
  const { software, docker } = requirements;
  const { name, host } = executor;
  facts?.note(call, {
    command: [...plan.command],
    tries: key.try,
    executor: name,
    ...defined({ host, software: software === undefined ? undefined : [...software] }),
    ...(image === undefined
      ? { unusedImage: docker === undefined ? null : imageName(docker) }
      : { image: { name: image.name, ...defined({ digest: image.digest }) } }),
  });
}

/** An earlier life of the server started it: its directory was made then, and its record was changed last at its end. */
async function noteEarlier({ facts, layout }: RunContext, call: Call, { key, plan }: Try): Promise<void> {
  if (facts === undefined) return;
  const [made, record] = await Promise.all([ifExists(stat(plan.outdir)), ifExists(stat(taskRecordFile(layout, key)))]);
  const startedAt = record?.birthtimeMs ?? made?.birthtimeMs;
  if (startedAt !== undefined && startedAt > 0) facts.note(call, { startedAt: Math.floor(startedAt) });
}

/** A file that the tool named lies among its outputs, where it may do as it likes. */
function stderrOf(run: RunContext, key: TaskKey, { streams, outdir }: ToolPlan): Talk {
  if (streams.stderr !== undefined) return { file: streams.stderr, within: outdir };
  const file = taskLogFile(run.layout, key);
  return { file, within: dirname(file) };
}

/** The image that a tool asks for, as requirement or hint; undefined when it runs without one. */
async function imageFor(run: RunContext, call: Call, { requirements }: CompleteCall): Promise<Image | undefined> {
  const { docker, isContainerRequired } = requirements;
  if (docker === undefined || run.ignoresContainers) return undefined;
  const found = await run.machine.findImage(imageRequest(docker));
  if (found.kind === "found") return found.image;
  if (docker === run.defaultDocker) {
    throw new CwlFailure(`Cannot run ${callName(call)}: ${defaultFault(docker, found.reason)}`);
  }
  if (isContainerRequired === true) {
    throw new CwlFailure(`Cannot run ${callName(call)}: ${imageFault(docker, found.reason)}`);
  }
  const key = `image ${JSON.stringify(imageRequest(docker))}`;
  const words = `The program of this machine runs ${callName(call)}: ${found.reason}`;
  if (!run.said.has(key)) run.record.log(words, "WARNING");
  run.said.add(key);
  return undefined;
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
  { plan, stderr }: Try,
  exit: {
    readonly tool: CommandLineTool;
    readonly exitCode: number;
    readonly complete: CompleteCall;
  },
): Promise<JsonObject> {
  const { tool, exitCode, complete } = exit;
  if (!tool.successCodes.includes(exitCode)) {
    const tail = await stderrTail(stderr);
    const isTemporary = tool.temporaryFailCodes.includes(exitCode) && !tool.permanentFailCodes.includes(exitCode);
    const hint = sizeHint(run, exitCode) ?? run.machine.explain(plan.view, tail);
    if (hint !== undefined) run.record.log(hint);
    throw new CwlFailure(
      `Cannot finish ${callName(call)}: found exit code ${exitCode}${isTemporary ? ", a temporary failure" : ""}, wanted ${tool.successCodes.join(" or ")}`,
      { exitCode, ...(tail === "" ? {} : { stderrTail: tail }) },
      // Which step it was is said; where files are known, so is the one with the tool.
      run.local.locate === undefined ? {} : { field: ["baseCommand"] },
    );
  }
  run.record.doing?.(`Collecting the outputs of ${callName(call)}`);
  try {
    return await collectOutputs({
      tool,
      evaluating: (work) => evaluating(run, work),
      scope: { ...plan.scope, runtime: { ...plan.scope.runtime, exitCode } },
      outdir: plan.outdir,
      visibleOutdir: plan.visibleOutdir,
      streams: plan.streams,
      given: plan.given,
      listing: complete.requirements.loadListing ?? (tool.version === "v1.0" ? "deep_listing" : "no_listing"),
    });
  } finally {
    run.record.doing?.(undefined);
  }
}
