import { join, relative } from "node:path";
import { type Trace, traceVariables } from "../../domain/people/origin.ts";
import { doubleOf, type JsonObject } from "../../domain/values/json.ts";
import type { Reservation } from "../../domain/waiting/slots.ts";
import type { StagedEntry, TaskLimits, TaskView } from "../../executors/executor.ts";
import { type Image, isUnpacked } from "../../executors/images/image.ts";
import { isInside } from "../../files/layout.ts";
import { inField } from "../document/load/failed-field.ts";
import type { CommandLineTool, Requirements, ResourceName } from "../document/schema.ts";
import { evaluate, evaluateString, type Scope } from "../javascript/expression.ts";
import type { CompleteCall } from "../run/complete-call.ts";
import type { PreservedEnvironment } from "../run/local-run.ts";
import { resourceLimits, runtimeObject } from "../run/runtime.ts";
import { packageFault } from "../values/failure.ts";

import { argumentText, buildCommandLine, shellLine } from "./command-line.ts";
import { planInputs } from "./staging.ts";
import { planView } from "./tool-view.ts";
import { givenPaths, planWorkDir } from "./work-dir.ts";

/** All that one try of a tool needs. Derived from its arguments alone, so that it is the same after a crash. */
export type ToolPlan = {
  readonly scope: Scope;
  readonly outdir: string;
  /** Where the tool itself sees its output directory. */
  readonly visibleOutdir: string;
  readonly view: TaskView;
  readonly tmpdir: string;
  readonly staging: readonly StagedEntry[];
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly timeLimitSeconds?: number;
  /** What it may take at most, because it said so. */
  readonly limits: Pick<TaskLimits, "memoryMebibytes" | "cores">;
  /** What an InitialWorkDirRequirement takes from elsewhere. */
  readonly workSources: readonly string[];
  readonly streams: { readonly stdout?: string; readonly stderr?: string };
  /** What it asked for; nothing is reserved for a tool that did not say. */
  readonly reserves: Reservation;
  /** Graphics processors that it wants. */
  readonly gpus: number;
  /** Paths outside the output directory that the tool may hand back. */
  readonly given: readonly string[];
};

/** Where a try has its place. */
type TryPlace = {
  /** For what is staged besides the output directory; made when there is any. */
  readonly directory: string;
  readonly outdir: string;
  readonly tmpdir: string;
  /** The PATH that tools get. */
  readonly toolPath: string;
  readonly image?: Image;
  /** The trace that the tool is told. */
  readonly trace?: Trace;
  /** What the tool gets of the environment of who runs it. */
  readonly preserved?: PreservedEnvironment;
  /** How often as much memory and time as it asks for it is given. */
  readonly factors: Factors;
  /** Names the job's own file for one that a tool changes in place. */
  readonly own: (path: string) => string;
};

const resourceField = ["requirements", "ResourceRequirement"] as const;
const workDirField = ["requirements", "InitialWorkDirRequirement", "listing"] as const;
const timeLimitField = ["requirements", "ToolTimeLimit"] as const;
const gpuField = ["requirements", "cwltool:CUDARequirement"] as const;
const environmentField = ["requirements", "EnvVarRequirement"] as const;

/** Plans one try in its place. Throws CwlFailure when the tool cannot be run as asked. */
export function planTool(
  tool: CommandLineTool,
  { requirements, scope: given }: CompleteCall,
  place: TryPlace,
): ToolPlan {
  const { image, outdir, tmpdir, factors } = place;
  const staged = planInputs(given.inputs, join(place.directory, "inputs"));
  const bare: Scope = { ...given, inputs: staged.value };
  const named = image === undefined ? undefined : requirements.docker?.dockerOutputDirectory;
  const visibleOutdir = typeof named === "string" ? named : outdir;
  const runtime = inField(resourceField, () =>
    runtimeObject(requirements, bare, { outdir: visibleOutdir, tmpdir, memoryFactor: factors.memory }),
  );
  const placed: Scope = { ...bare, runtime };
  const work =
    requirements.workDir === undefined
      ? { value: staged.value, entries: [] }
      : inField(workDirField, () =>
          planWorkDir(requirements, placed, {
            outdir,
            own: (path) => place.own(originOf(staged.entries, path)),
            mounts: image === undefined ? undefined : join(place.directory, "mounts"),
          }),
        );
  const scope: Scope = { ...placed, inputs: work.value };
  const { stdin: stdinField } = tool;
  const stdin = stdinField === undefined ? null : inField(["stdin"], () => evaluate(stdinField, scope));
  const timeLimit = inField(timeLimitField, () => timeLimitOf(requirements, scope));
  const staging = [...staged.entries, ...work.entries];
  const own = [place.directory, outdir, tmpdir];
  return {
    scope,
    outdir,
    visibleOutdir,
    view: planView(image, { requirements, scope, staging, ...place, visibleOutdir }),
    tmpdir,
    staging,
    workSources: sourcesOf(work.entries).filter((source) => !own.some((directory) => isInside(directory, source))),
    command: commandOf(tool, requirements, scope, image),
    environment: {
      ...pathOf(image, place.toolPath),
      ...image?.environment,
      ...(image === undefined ? place.preserved?.others : {}),
      ...place.preserved?.named,
      ...traceVariables(place.trace),
      HOME: visibleOutdir,
      TMPDIR: tmpdir,
      ...inField(environmentField, () => environmentOf(requirements, scope)),
    },
    ...(stdin === null ? {} : { stdin: argumentText(stdin) }),
    ...(timeLimit === undefined ? {} : { timeLimitSeconds: timeLimit * factors.time }),
    limits: inField(resourceField, () => resourceLimits(requirements, bare, factors.memory)),
    streams: streamsOf(tool, scope, outdir),
    reserves: reservationOf(requirements, runtime),
    gpus: inField(gpuField, () => gpusOf(requirements, scope)),
    given: givenPaths(staged.value, staging),
  };
}

/** The file that a staged path leads to. */
function originOf(entries: readonly StagedEntry[], path: string): string {
  for (const entry of entries) {
    if (entry.kind === "link" && isInside(entry.target, path)) return join(entry.source, relative(entry.target, path));
  }
  return path;
}

function sourcesOf(entries: readonly StagedEntry[]): readonly string[] {
  return entries.flatMap((entry) => {
    if (entry.kind === "own") return [entry.original];
    return entry.kind === "link" || entry.kind === "copy" || entry.kind === "mount" ? [entry.source] : [];
  });
}

/** CWL v1.2 ToolTimeLimit: 0 is no limit, and nothing below. */
function timeLimitOf(requirements: Requirements, scope: Scope): number | undefined {
  const { timeLimit } = requirements;
  const value = typeof timeLimit === "string" ? evaluate(timeLimit, scope) : timeLimit;
  if (value === undefined || value === 0) return undefined;
  const number = doubleOf(value);
  if (number !== undefined && number > 0) return number;
  throw packageFault(`Cannot limit the tool's time: found ${JSON.stringify(value)}, wanted seconds, or 0 for no limit`);
}

function gpusOf({ gpus }: Requirements, scope: Scope): number {
  const value = typeof gpus === "string" ? evaluate(gpus, scope) : (gpus ?? 0);
  const number = doubleOf(value);
  if (number !== undefined && Number.isInteger(number) && number >= 0) return number;
  throw packageFault(`Cannot ask for graphics processors: found ${JSON.stringify(value)}, wanted a whole number`);
}

function reservationOf({ resources }: Requirements, runtime: JsonObject): Reservation {
  const asksFor = (...names: readonly ResourceName[]) => names.some((name) => resources?.[name] !== undefined);
  return {
    cores: asksFor("coresMin", "coresMax") ? Number(runtime.cores) : 0,
    memoryMebibytes: asksFor("ramMin", "ramMax") ? Number(runtime.ram) : 0,
  };
}

/** The PATH of an image that names none. */
const containerPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** An engine gives its containers the PATH of their image. */
function pathOf(image: Image | undefined, toolPath: string): { readonly PATH?: string } {
  if (image === undefined) return { PATH: toolPath };
  return isUnpacked(image) ? { PATH: containerPath } : {};
}

function commandOf(
  tool: CommandLineTool,
  requirements: Requirements,
  scope: Scope,
  image: Image | undefined,
): readonly [string, ...string[]] {
  const line = buildCommandLine(tool, scope);
  if (requirements.usesShell === true) return ["/bin/sh", "-c", shellLine(line)];
  const own = line.length === 0 ? (image?.defaultCommand ?? []) : line.map((argument) => argument.text);
  const [program, ...rest] = [...(image?.entrypoint ?? []), ...own];
  if (program === undefined || program === "") {
    const found = image === undefined ? "found an empty command" : `found none in the tool or in image "${image.name}"`;
    throw packageFault(`Cannot run the tool: ${found}, wanted a program`, { field: ["baseCommand"] });
  }
  return [program, ...rest];
}

function environmentOf(requirements: Requirements, scope: Scope): Readonly<Record<string, string>> {
  const values = requirements.environment?.map(
    ([name, value]) => [name, argumentText(evaluate(value, scope))] as const,
  );
  return Object.fromEntries(values ?? []);
}

/** Streams with a name of their own, or collected as an output, go to files in the output directory. */
function streamsOf(tool: CommandLineTool, scope: Scope, outdir: string): { stdout?: string; stderr?: string } {
  const fileOf = (stream: "stdout" | "stderr") => inField([stream], () => nameOf(stream));
  const nameOf = (stream: "stdout" | "stderr") => {
    const template = tool[stream];
    const output = tool.outputs.find((candidate) => candidate.stream === stream);
    if (template === undefined) return output === undefined ? undefined : join(outdir, `${output.id}.${stream}`);
    const name = evaluateString(template, scope, stream);
    const file = join(outdir, name);
    if (name.startsWith("/") || file === outdir || !isInside(outdir, file)) {
      throw packageFault(`Cannot write ${stream} to "${name}": wanted a name inside the output directory`);
    }
    return file;
  };
  const stdout = fileOf("stdout");
  const stderr = fileOf("stderr");
  return { ...(stdout === undefined ? {} : { stdout }), ...(stderr === undefined ? {} : { stderr }) };
}

/** How often as much as it asks for a tool is given in its next try. */
export type Factors = { readonly memory: number; readonly time: number };
