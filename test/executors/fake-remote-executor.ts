import { existsSync } from "node:fs";
import {
  constants,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { silentLogger } from "../../src/domain/logger.ts";
import type { Capacity } from "../../src/domain/waiting/slots.ts";
import type { Executor, Mount, StagedEntry, Task, TaskKey } from "../../src/executors/executor.ts";
import { createLocalExecutor } from "../../src/executors/local/local-executor.ts";
import { removeRecords, taskName } from "../../src/executors/local/task-records.ts";
import { createConfinement } from "../../src/executors/sandbox/confinement.ts";
import { copyTree } from "../../src/files/disk/copy-tree.ts";
import { hasCode, ifExists } from "../../src/files/disk/file-errors.ts";
import { createLayout, isInside, type Layout, taskRecordFile, tasksDirectory } from "../../src/files/layout.ts";
import { realClock } from "../support/real-clock.ts";

const toolPath = "/usr/bin:/bin";

/** Where the disk of the other machine lies: a path of this one below it. */
export function pathAway({ dataDirectory }: Layout, path: string): string {
  return join(dirname(dataDirectory), "away", path);
}

/** What must come home of a task; kept away, as whoever asks for its end may be another instance. */
type Homeward = Pick<Task, "workingDirectory" | "stdout" | "stderr" | "log"> & { readonly own: readonly string[] };

/**
 * Makes an executor that shares no disk with this machine: it takes what a task may see to a disk of its own, runs it
 * there in a sandbox where everything has the path that it has here, and brings outputs and streams home before it tells
 * the end. Needs bubblewrap.
 */
export function createFakeRemoteExecutor(layout: Layout, capacity: Partial<Capacity> = {}): Executor {
  const { dataDirectory } = layout;
  const away = (path: string) => pathAway(layout, path);
  const stateAway = createLayout(away("/state"));
  const settings = { use: "require", toolPath, toolDirectories: [], hidden: [dataDirectory] } as const;
  const confinement = createConfinement(settings, realClock);
  const remote = createLocalExecutor({
    layout: stateAway,
    clock: realClock,
    logger: silentLogger,
    confinement,
    capacity,
  });
  const sending = new Map<string, Promise<unknown>>();
  const homewardFile = (key: TaskKey) => join(stateAway.dataDirectory, encodeURIComponent(taskName(key)));

  const send = async (task: Task): Promise<void> => {
    await mkdir(task.workingDirectory, { recursive: true });
    const { view, staging = [], workingDirectory, stdout, stderr, log } = task;
    const own = staging.flatMap((entry) => (entry.kind === "own" ? [entry.source] : []));
    await sendStaged(staging, task.readable);
    const shown = (view?.mounts ?? []).map(({ source }) => source);
    for (const source of [...shown, workingDirectory, log]) await mirror(source, away(source), false);
    await mkdir(stateAway.dataDirectory, { recursive: true });
    const homeward: Homeward = {
      ...{ workingDirectory, log, own },
      ...(stdout === undefined ? {} : { stdout }),
      ...(stderr === undefined ? {} : { stderr }),
    };
    await writeFile(homewardFile(task.key), JSON.stringify(homeward));
    // Nothing starts there before it stands here who has it.
    await mkdir(dirname(taskRecordFile(layout, task.key)), { recursive: true });
    await writeFile(taskRecordFile(layout, task.key), "executor fake\nend\n");
  };

  const sendStaged = async (staging: readonly StagedEntry[], readable: readonly string[] | undefined) => {
    const mayRead =
      readable === undefined ? undefined : (real: string) => readable.some((root) => isInside(root, real));
    for (const entry of staging) {
      if (entry.kind === "own" && !existsSync(entry.source)) {
        await mkdir(dirname(entry.source), { recursive: true });
        await copyTree(entry.original, entry.source, mayRead);
      }
      if (entry.kind === "own") await mirror(entry.source, away(entry.source), false);
      if (entry.kind !== "copy" && entry.kind !== "link") continue;
      const target = away(entry.source);
      await mkdir(dirname(target), { recursive: true });
      if (!existsSync(target)) await copyTree(entry.source, target, entry.kind === "copy" ? mayRead : undefined);
    }
  };

  const bringHome = async (key: TaskKey): Promise<void> => {
    const text = await ifExists(readFile(homewardFile(key), "utf8"));
    if (text === undefined) return;
    const { workingDirectory, stdout, stderr, log, own }: Homeward = JSON.parse(text);
    const paths = [workingDirectory, stdout, stderr, log, ...own].filter((path) => path !== undefined);
    for (const path of paths) await mirror(away(path), path, true);
  };

  return {
    name: "fake",
    slots: remote.slots,
    async submit(task, signal) {
      const isKnown = existsSync(taskRecordFile(stateAway, task.key));
      const sent = isKnown ? Promise.resolve() : send(task);
      const submitted = sent.then(() => remote.submit(taskAway(task, away), signal));
      const name = taskName(task.key);
      sending.set(name, submitted);
      try {
        const refusal = await submitted;
        if (refusal !== undefined) await rm(taskRecordFile(layout, task.key), { force: true });
        return refusal;
      } finally {
        sending.delete(name);
      }
    },
    async *watch(key, signal) {
      const submitted = sending.get(taskName(key));
      if (submitted !== undefined) yield { kind: "waiting", reason: "waiting for its files, which are on their way" };
      await Promise.allSettled([submitted]);
      for await (const update of remote.watch(key, signal)) {
        if (update.kind === "log") await bringHome(key);
        yield update.kind === "running" ? { ...update, place: "away" } : update;
      }
    },
    async ended(key, signal) {
      const end = await remote.ended(key, signal);
      await bringHome(key);
      return end;
    },
    async find(key) {
      await Promise.allSettled([sending.get(taskName(key))]);
      const state = await remote.find(key);
      if (state.kind === "ended") await bringHome(key);
      return state;
    },
    async cancel(key, graceSeconds) {
      await Promise.race([Promise.allSettled([sending.get(taskName(key))]), Bun.sleep(1000)]);
      await remote.cancel(key, graceSeconds);
    },
    async cleanup(executionId) {
      await remote.cleanup(executionId);
      await removeRecords(tasksDirectory(layout, executionId));
    },
  };
}

/** Words a task for the other machine: its files lie elsewhere, and are seen where they are here. */
function taskAway(task: Task, away: (path: string) => string): Task {
  const { view, stdout, stderr, temporaryDirectory, staging = [] } = task;
  if (view === undefined) throw new Error("the other machine shows nothing of its own");
  const mounts = view.mounts.map((mount): Mount => ({ ...mount, source: away(mount.source) }));
  return {
    ...task,
    workingDirectory: away(task.workingDirectory),
    ...(temporaryDirectory === undefined ? {} : { temporaryDirectory: away(temporaryDirectory) }),
    staging: staging.map((entry) => stagedAway(entry, away)),
    // What may not be read was not sent.
    readable: [away("/")],
    view: { ...view, mounts },
    ...(stdout === undefined ? {} : { stdout }),
    ...(stderr === undefined ? {} : { stderr }),
    log: away(task.log),
  };
}

function stagedAway(entry: StagedEntry, away: (path: string) => string): StagedEntry {
  const target = away(entry.target);
  switch (entry.kind) {
    case "link":
    case "copy":
      return { kind: "copy", target, source: away(entry.source) };
    case "own":
      return { kind: "link", target, source: entry.source };
    case "mount":
      return { ...entry, source: away(entry.source) };
    default:
      return { ...entry, target };
  }
}

/** Copies whatever lies at a path, links as links; what is there already stays unless it is to be overwritten. */
async function mirror(from: string, to: string, overwrites: boolean): Promise<void> {
  const facts = await ifExists(lstat(from));
  if (facts === undefined) return;
  await mkdir(dirname(to), { recursive: true });
  try {
    if (facts.isDirectory()) {
      await mkdir(to, { recursive: true });
      for (const name of await readdir(from)) await mirror(join(from, name), join(to, name), overwrites);
    } else {
      if (overwrites) await rm(to, { force: true });
      if (facts.isSymbolicLink()) await symlink(await readlink(from), to);
      else if (facts.isFIFO()) Bun.spawnSync(["mkfifo", to]);
      else await copyFile(from, to, constants.COPYFILE_EXCL);
    }
  } catch (error) {
    if (!hasCode(error, "EEXIST", "ENOENT")) throw error;
  }
}
