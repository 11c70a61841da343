import type { ImageFinder } from "../images/image-finder.ts";
import type { Machine } from "../machine.ts";
import type { Confinement } from "../sandbox/confinement.ts";
import type { ControlGroups } from "../sandbox/control-groups.ts";

/** Makes the port to what the tasks of the local executor meet: its images, its sandbox, its control groups. */
export function createLocalMachine(deps: {
  readonly confinement: Confinement;
  readonly controlGroups: ControlGroups;
  readonly images: ImageFinder;
  /** Absent where tools run on this machine: their processors are nobody's to give. */
  readonly givesGpus?: boolean;
}): Machine {
  const { confinement, controlGroups, images, givesGpus = false } = deps;
  const held = controlGroups.kind === "missing" ? [] : controlGroups.controllers;
  return {
    givesGpus,
    findImage: (request) => images.find(request),
    lacksImage: (request) => images.lacks(request),
    explain: (view, talk) => confinement.explain(view, talk),
    get enforces() {
      return [
        ...(confinement.isSandboxed ? (["files", "network"] as const) : []),
        ...(held.includes("memory") ? (["memory"] as const) : []),
        ...(held.includes("cpu") ? (["cores"] as const) : []),
      ];
    },
    ...(controlGroups.kind === "missing" ? { unlimited: controlGroups.reason } : {}),
  };
}
