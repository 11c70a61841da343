import type { Logger } from "../../domain/logger.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { type Layout, taskDirectory, taskLogFile, taskRecordFile } from "../../files/layout.ts";
import type { TaskEnd, TaskKey } from "../executor.ts";
import { removeContainer } from "../images/task-container.ts";
import { removeControlGroup } from "../sandbox/control-groups.ts";
import { unlessUnmade } from "../sandbox/unmade-sandbox.ts";
import { type Host, readHost } from "./host.ts";
import {
  isAlive,
  isOpenSomewhere,
  type ProcessIdentity,
  type ProcessInfo,
  processesLedBy,
  readBootId,
} from "./process-table.ts";
import { killLeftovers } from "./stop-processes.ts";
import { type ExitRecord, readTaskRecord, taskName } from "./task-records.ts";

export type InspectDeps = {
  readonly layout: Layout;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The environment of container engines, to remove what their containers left. */
  readonly engineEnvironment?: Readonly<Record<string, string>>;
  /** This boot's id and this host, when they are known already. */
  readonly bootId?: string;
  readonly host?: Host;
};

/**
 * What the records of a try and the machine's processes say.
 * - `none`: there is no record: a supervisor may still come.
 * - `starting`: its start is being written.
 */
export type Inspection =
  | { readonly kind: "none" | "starting" }
  | { readonly kind: "running"; readonly leader: ProcessIdentity }
  | { readonly kind: "ended"; readonly end: TaskEnd };

/**
 * Tells how a try stands. What it left in its group after its supervisor had gone is killed first: an end that is
 * told is the end of all of it.
 */
export async function inspectTask(deps: InspectDeps, key: TaskKey): Promise<Inspection> {
  const start = await readTaskRecord(deps.layout, key);
  if (start === undefined) return { kind: "none" };
  switch (start.kind) {
    case "abandoned":
      return ended({ kind: "notStarted", reason: "it was given up before it had started" });
    case "foreign":
      return ended({
        kind: "lost",
        reason: `executor "${start.executor}" has it, which is not the one of this machine`,
      });
    case "incomplete":
      return inspectIncomplete(deps, key);
    case "started":
      if (start.bootId !== (deps.bootId ?? readBootId())) {
        return ended(endOfEarlierBoot(start.exit));
      }
      // A process of another host may have the number and the start time of one here.
      if (start.host !== undefined && start.host.id !== (deps.host ?? readHost()).id) {
        return ended(endElsewhere(start.host, start.exit));
      }
      // First the process, then its record: it writes before it leaves, or before it takes the next tool.
      if (isAlive(start.leader) && !(await hasEnded(deps, key, start.leader))) {
        return { kind: "running", leader: start.leader };
      }
      return ended(await endOfThisBoot(deps, key, start.leader));
    default:
      return start satisfies never;
  }
}

/**
 * A supervisor may outlive a tool; what the tool left, if anything lives beside the supervisor, must go first. A child that
 * the supervisor started after the tool had ended is another tool: what a tool leaves has lost its parent.
 */
async function hasEnded(deps: InspectDeps, key: TaskKey, leader: ProcessIdentity): Promise<boolean> {
  const exit = await readExit(deps, key);
  if (exit === undefined) return false;
  const { upSeconds = Number.POSITIVE_INFINITY } = exit;
  const others = processesLedBy(leader).filter(({ pid }) => pid !== leader.pid);
  const isSuccessor = ({ parentId, startTime }: ProcessInfo) =>
    parentId === leader.pid && Number(startTime) / ticksPerSecond >= upSeconds;
  return others.length === 0 || others.some(isSuccessor);
}

/** What the kernel counts the start of a process in, on every architecture that Linux runs on today. */
const ticksPerSecond = 100;

async function readExit({ layout }: InspectDeps, key: TaskKey): Promise<ExitRecord | undefined> {
  const record = await readTaskRecord(layout, key);
  return record?.kind === "started" ? record.exit : undefined;
}

function ended(end: TaskEnd): Inspection {
  return { kind: "ended", end };
}

async function inspectIncomplete(deps: InspectDeps, key: TaskKey): Promise<Inspection> {
  const file = taskRecordFile(deps.layout, key);
  if (isOpenSomewhere(file)) return { kind: "starting" };
  // The writer may have finished and left between the two looks.
  const again = await readTaskRecord(deps.layout, key);
  if (again?.kind !== "incomplete") return inspectTask(deps, key);
  return ended({ kind: "notStarted", reason: "its start could not be recorded", isShort: true });
}

/** Without a sync nothing says that a tool's files outlived the machine's stop: what its record says of its end proves nothing any more. */
function endOfEarlierBoot(exit: ExitRecord | undefined): TaskEnd {
  const known = exit === undefined ? "while it ran" : `after it had ended with exit code ${exit.exitCode}`;
  return { kind: "lost", reason: `the machine was restarted ${known}` };
}

/** Another container of the same machine, for example: what it wrote stands, what it runs cannot be seen from here. */
function endElsewhere({ name }: Host, exit: ExitRecord | undefined): TaskEnd {
  if (exit !== undefined) return exited(exit);
  return { kind: "lost", reason: `it was started on host "${name}", which is not this one` };
}

function exited({ upSeconds: _, ...how }: ExitRecord): TaskEnd {
  return { kind: "exited", ...how };
}

async function endOfThisBoot(deps: InspectDeps, key: TaskKey, leader: ProcessIdentity): Promise<TaskEnd> {
  const exit = await readExit(deps, key);
  if (!isAlive(leader) && (await killLeftovers(leader, deps.clock))) {
    deps.logger.warn("Killed processes that a tool had left behind", { task: taskName(key) });
  }
  if (exit?.exitCode !== 0) {
    await removeContainer(taskDirectory(deps.layout, key), deps.engineEnvironment ?? {});
  }
  const peakMemoryBytes = await removeControlGroup(taskDirectory(deps.layout, key));
  if (exit !== undefined) {
    const end: TaskEnd = { ...exited(exit), ...(peakMemoryBytes === undefined ? {} : { peakMemoryBytes }) };
    return unlessUnmade(end, taskDirectory(deps.layout, key), taskLogFile(deps.layout, key));
  }
  return { kind: "lost", reason: "its supervisor was killed before it could record how the tool ended" };
}
