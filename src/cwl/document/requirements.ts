import { defined } from "../../domain/defined.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import type { ImageRequest, Machine } from "../../executors/machine.ts";
import type { CommandLineTool, CwlDocument, CwlProcess, Requirements } from "./schema.ts";

/** What the processes around a process ask for it. */
export type Surroundings = { readonly requirements: Requirements; readonly hints: Requirements };

export const noSurroundings: Surroundings = { requirements: {}, hints: {} };

/** Goes one level further in: what is asked closer to the tool wins. */
export function within(outer: Surroundings, inner: Surroundings): Surroundings {
  return {
    requirements: { ...outer.requirements, ...inner.requirements },
    hints: { ...outer.hints, ...inner.hints },
  };
}

/** What counts for a process: requirements of any level before hints of any level (CWL v1.2 Workflow, requirements and hints). */
export function effectiveRequirements(process: CwlProcess, around: Surroundings): Requirements {
  const { requirements, hints } = within(around, process);
  const isRequired = requirements.docker !== undefined;
  return { ...hints, ...requirements, ...(isRequired ? { isContainerRequired: true } : {}) };
}

/** What a DockerRequirement says of its image. */
export function imageRequest(docker: JsonObject): ImageRequest {
  const textOf = (name: string) => (typeof docker[name] === "string" ? docker[name] : undefined);
  const names = ["dockerImageId", "dockerLoad", "dockerImport"].map(textOf).filter((name) => name !== undefined);
  const [pull, dockerFile] = [textOf("dockerPull"), textOf("dockerFile")];
  return {
    names,
    ...defined({ pull, dockerFile }),
  };
}

/** Names the image of a DockerRequirement; "of its own" for one that is built and has no name. */
export function imageName(docker: JsonObject): string {
  const { pull, names } = imageRequest(docker);
  return pull ?? names.at(0) ?? "of its own";
}

/** Words that a tool's image cannot be had; `reason` is the executor's. */
export function imageFault(docker: JsonObject, reason: string): string {
  return `found DockerRequirement (image ${imageName(docker)}) under requirements and nothing that runs it: ${reason}; or the requirement under hints (then the program of this machine runs)`;
}

const gpuFault =
  "found cwltool:CUDARequirement under requirements, and tools get no graphics processors on this machine; wanted a cluster that gives them (--executor slurm), or the requirement under hints";

/** Words that the image of tools that name none cannot be had. */
export function defaultFault(docker: JsonObject, reason: string): string {
  return `found no DockerRequirement and the default container ${imageRequest(docker).pull}, and nothing that runs it: ${reason}`;
}

/**
 * Words what this machine lacks to run a document, a line for each tool; empty when it lacks nothing. Images that it
 * requires are fetched on the way.
 */
export async function machineFaults(
  document: CwlDocument,
  machine: Machine,
  byDefault?: JsonObject,
): Promise<readonly string[]> {
  const faults = new Set<string>(operationFaults(document));
  for (const { tool, around } of toolsOf(document)) {
    const { requirements, hints } = within(around, tool);
    if (requirements.gpus !== undefined && machine.givesGpus !== true) faults.add(`${tool.id}: ${gpuFault}`);
    const needsDefault = hints.docker === undefined && (requirements.remote ?? hints.remote) === undefined;
    const docker = requirements.docker ?? (needsDefault ? byDefault : undefined);
    if (docker === undefined) continue;
    const found = await machine.findImage(imageRequest(docker));
    if (found.kind === "missing")
      faults.add(
        `${tool.id}: ${docker === byDefault ? defaultFault(docker, found.reason) : imageFault(docker, found.reason)}`,
      );
  }
  return [...faults];
}

/** Words which images of a document nothing on a machine could run, a line for each tool. Fetches none of them. */
export async function imageWarnings(document: CwlDocument, machine: Machine): Promise<readonly string[]> {
  const warnings = new Set<string>();
  for (const { tool, docker } of requiredImages(document)) {
    const reason = await machine.lacksImage(imageRequest(docker));
    if (reason !== undefined) warnings.add(`${tool}: ${imageFault(docker, reason)}`);
  }
  return [...warnings];
}

/** Lists the tools of a document that run in an image and in nothing else, each by its id, with its DockerRequirement. */
export function requiredImages(
  document: CwlDocument,
): readonly { readonly tool: string; readonly docker: JsonObject }[] {
  return toolsOf(document).flatMap(({ tool, around }) => {
    const { docker } = within(around, tool).requirements;
    return docker === undefined ? [] : [{ tool: tool.id, docker }];
  });
}

/** Words what no machine could run of a document; empty when there is no such thing in it. */
export function operationFaults(document: CwlDocument): readonly string[] {
  const faults = new Set<string>();
  visit(document, (process) => {
    if (process.kind === "operation" && !document.steps.has(process.id)) {
      faults.add(`${process.id}: found an Operation, which nothing can run, wanted a tool or a workflow`);
    }
  });
  return [...faults];
}

type PlacedTool = { readonly tool: CommandLineTool; readonly around: Surroundings };

function toolsOf(document: CwlDocument): readonly PlacedTool[] {
  const tools: PlacedTool[] = [];
  visit(document, (process, around) => {
    if (process.kind === "tool") tools.push({ tool: process, around });
  });
  return tools;
}

/** Visits each process of a document where it stands, with what stands around it; once where the same images do. */
function visit(document: CwlDocument, look: (process: CwlProcess, around: Surroundings) => void): void {
  const seen = new Set<string>();
  const go = (process: CwlProcess, around: Surroundings) => {
    const { requirements, hints } = around;
    const key = JSON.stringify([process.id, requirements.docker, requirements.remote, hints.docker, hints.remote]);
    if (seen.has(key)) return;
    seen.add(key);
    look(process, around);
    if (process.kind !== "workflow") return;
    for (const step of process.steps) {
      const run = document.processes.get(step.run);
      if (run !== undefined) go(run, within(within(around, process), step));
    }
  };
  go(document.main, noSurroundings);
}
