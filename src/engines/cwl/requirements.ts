import type { JsonObject } from "../../domain/json.ts";
import { imageName } from "../../executors/images.ts";
import { noSurroundings, type Surroundings, within } from "./runtime.ts";
import type { CommandLineTool, CwlDocument, CwlProcess } from "./schema.ts";

/** Words why a tool cannot run without a container; undefined when it can. A hint falls back to the local program. */
export function containerFault(
  tool: CommandLineTool,
  around: Surroundings,
  containers: readonly string[],
): string | undefined {
  const required = within(around, tool).requirements.docker;
  if (required === undefined || containers.includes("*")) return undefined;
  const image = imageOf(required);
  if (image !== undefined && containers.includes(imageName(image))) return undefined;
  return `found DockerRequirement (image ${image ?? "of its own"}) under requirements and nothing that runs it, expected the image imported by "heddle images import" and bubblewrap on this machine, or the requirement under hints (then the program of this machine runs)`;
}

/** The name of the image that a DockerRequirement asks for. */
export function imageOf(docker: JsonObject): string | undefined {
  const names = [docker.dockerImageId, docker.dockerPull, docker.dockerLoad, docker.dockerImport];
  return names.find((name) => typeof name === "string");
}

/** Words what this machine lacks to run a document, a line for each tool; empty when it lacks nothing. */
export function machineFaults(document: CwlDocument, containers: readonly string[]): readonly string[] {
  const faults = new Set<string>();
  const visit = (process: CwlProcess, around: Surroundings) => {
    if (process.kind === "tool") {
      const fault = containerFault(process, around, containers);
      if (fault !== undefined) faults.add(`${process.id}: ${fault}`);
    }
    if (process.kind === "operation") {
      faults.add(`${process.id}: found an Operation, which nothing can run, expected a tool or a workflow`);
    }
    if (process.kind !== "workflow") return;
    for (const step of process.steps) {
      const run = document.processes.get(step.run);
      if (run !== undefined) visit(run, within(within(around, process), step));
    }
  };
  visit(document.main, noSurroundings);
  return [...faults];
}
