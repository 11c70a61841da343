import { mkdirSync } from "node:fs";
import { Problem } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { directoryMode } from "../../files/layout.ts";
import type { Task, TaskView } from "../executor.ts";
import { isUnpacked } from "../images/image.ts";
import { type Bubblewrap, findBubblewrap } from "./bubblewrap.ts";
import { explainFailure } from "./explain-failure.ts";
import { changeTime, type FreshCopy } from "./fresh-copy.ts";
import { type MachineOptions, type MachineView, machineOptions, shownDirectories } from "./machine-view.ts";
import type { PublicCopy } from "./public-copy.ts";
import { maxMounts, ownPlaces, type Wrapping, wrapInImage, wrapInMachine } from "./sandbox.ts";

/** Whether tools without a container run in a sandbox: where that works, always (or not at all), never. */
export type SandboxUse = "auto" | "require" | "off";

export type SandboxSettings = MachineView & { readonly use: SandboxUse };

/** What holds tools to what they may see. */
export type Confinement = {
  /** True when tools without a container run in a sandbox. */
  readonly isSandboxed: boolean;
  /** True when unpacked images can be run. */
  readonly runsImages: boolean;
  /** Says whether tools without a container are confined, and why not. */
  readonly finding: {
    readonly about: "sandbox";
    readonly state: "good" | "warning" | "fault";
    readonly detail: string;
  };
  /**
   * Wraps a task in a sandbox; undefined when it runs as a plain process. Throws `unavailable` when a sandbox is
   * required and there is none, `invalid-parameter-value` for too many mounts. `shellProgram` is what /bin/sh is.
   */
  wrap(task: Task, directory: string, shellProgram: string): Wrapping | undefined;
  /** Words what a sandbox may have to do with a failure; undefined when nothing points to it. */
  explain(view: TaskView, talk: string): string | undefined;
  /** Forgets what was found of the machine: a sandbox could not be made of it. */
  lookAgain(): void;
  /** Resolves when what is shown of the machine is as new as it can be; undefined when it is already. */
  renewed(): Promise<void> | undefined;
};

/** For how long it is believed what was found below /etc, while nothing directly in it has changed. */
const machineMilliseconds = 60_000;

/** What was found of the machine, when /etc had changed the last time, and until when that is believed. */
type Found = { readonly options: MachineOptions; readonly changed: number; readonly until: number };

/**
 * Makes what confines tools; bubblewrap is tried when it is first needed, where it is not known. `etc` is a copy of /etc
 * without what others may not read, to be shown instead of it.
 */
export function createConfinement(
  settings: SandboxSettings,
  clock: Clock,
  tried?: Bubblewrap,
  etc?: Pick<FreshCopy, "current" | "renewed">,
): Confinement {
  let bubblewrapFound = tried;
  const bubblewrap = () => {
    bubblewrapFound ??= findBubblewrap();
    return bubblewrapFound;
  };
  const known = new Map<PublicCopy | undefined, Found>();
  const optionsOf = (): MachineOptions => {
    const copy = etc?.current();
    const changed = changeTime("/etc");
    const cached = known.get(copy);
    if (cached !== undefined && cached.until >= clock.elapsed() && cached.changed === changed) return cached.options;
    for (const [one, { until }] of known) if (until < clock.elapsed()) known.delete(one);
    const options = machineOptions(settings, copy);
    known.set(copy, { options, changed, until: clock.elapsed() + machineMilliseconds });
    return options;
  };
  const isSandboxed = () => settings.use !== "off" && bubblewrap().kind === "found";
  return {
    get isSandboxed() {
      return isSandboxed();
    },
    get runsImages() {
      return bubblewrap().kind === "found";
    },
    get finding() {
      return findingOf(settings.use, bubblewrap());
    },
    wrap(task, directory, shellProgram) {
      const { view } = task;
      if (view === undefined || (view.image === undefined && settings.use === "off")) return undefined;
      if (view.image !== undefined && !isUnpacked(view.image)) return undefined;
      const found = bubblewrap();
      if (found.kind === "missing") {
        if (view.image === undefined && settings.use === "auto") return undefined;
        const why = view.image === undefined ? "as --sandbox require says" : `for image "${view.image.name}"`;
        throw new Problem(
          "unavailable",
          `Cannot start "${task.command[0]}": found no sandbox, because ${found.reason}; wanted one, ${why}`,
        );
      }
      refuseManyMounts(task, view.mounts.length);
      const boxed = { task, view, privateDirectory: directory };
      for (const path of ownPlaces(boxed)) mkdirSync(path, { recursive: true, mode: directoryMode });
      if (view.image === undefined) return wrapInMachine(found, { ...optionsOf(), shellProgram }, boxed);
      return wrapInImage(found, view.image.rootfs, boxed);
    },
    lookAgain: () => known.clear(),
    renewed: () => (isSandboxed() ? etc?.renewed() : undefined),
    explain(view, talk) {
      if (view.image === undefined && !isSandboxed()) return undefined;
      const shown = view.image === undefined ? shownDirectories(settings).map(({ path }) => path) : ["/"];
      return explainFailure(view, { shown, hidden: view.image === undefined ? settings.hidden : [] }, talk);
    },
  };
}

function findingOf(use: SandboxUse, found: Bubblewrap): Confinement["finding"] {
  const about = "sandbox";
  if (use === "off") {
    return { about, state: "warning", detail: "Tools run without a sandbox: it is turned off (--sandbox off)" };
  }
  if (found.kind === "found") {
    const open =
      ", which cannot keep them from making namespaces of their own (wanted 0.8 or newer, and user namespaces)";
    const rest = found.closesNamespaces ? "" : open;
    return { about, state: "good", detail: `Tools run in a sandbox: bubblewrap ${found.version}${rest}` };
  }
  return use === "require"
    ? { about, state: "fault", detail: `Tools cannot run: ${found.reason}, and --sandbox require wants a sandbox` }
    : { about, state: "warning", detail: `Tools run without a sandbox: ${found.reason}` };
}

function refuseManyMounts(task: Task, count: number): void {
  if (count <= maxMounts) return;
  throw new Problem(
    "invalid-parameter-value",
    `Cannot start "${task.command[0]}" in a sandbox: found ${count} files and directories to show, wanted at most ${maxMounts}; hand them over as one Directory`,
  );
}
