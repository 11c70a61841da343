import { createHash } from "node:crypto";
import { chmod, link, lstat, mkdtemp, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Logger } from "../../../domain/logger.ts";
import { Problem } from "../../../domain/problem.ts";
import { copyTree } from "../../../files/disk/copy-tree.ts";
import { hasCode, ifExists } from "../../../files/disk/file-errors.ts";
import { openToOthers } from "../../../files/disk/open-to-others.ts";
import {
  executionWorkDirectory,
  imagesDirectory,
  isInside,
  type Layout,
  madeFilesDirectory,
  ownFilesDirectory,
  publicEtcDirectory,
  stagedInputsDirectory,
  taskDirectory,
} from "../../../files/layout.ts";
import type { Mount, StagedEntry, Task } from "../../executor.ts";
import { isUnpacked } from "../../images/image.ts";
import { checkOpenImage } from "../open-image.ts";
import type { HelperCalls } from "./helper-calls.ts";

/**
 * The directories of executions whose tools run as the users who asked for them: each belongs to its user, and is open to
 * the group of the service and to nobody else. So what the service opens in it to everybody, only that user can read.
 */
export type UserAreas = {
  /** Makes the directory of an execution. Throws `job-failed` when it can't be made as that user. */
  open(executionId: string, user: string): Promise<void>;
  /** Gives the number of the user whom an execution's directory belongs to. */
  userOf(executionId: string): Promise<number>;
  /** Makes the directories of a try, and puts what it reads elsewhere where its user can read it. */
  admit(task: Task): Promise<Task>;
  /** Lets the user of a task read and write what was put in its directories. */
  handOver(task: Task): Promise<void>;
  /** Opens what its user made to the service, so that it can be removed. */
  release(executionId: string): Promise<void>;
};

type AreasDeps = { readonly layout: Layout; readonly logger: Logger; readonly helper: HelperCalls };

/** Others come through, to their own; only the group of the service makes anything in it. */
const workMode = 0o2771;

const lentName = "lent";

/** Makes what keeps the directories of executions for their users. */
export function createUserAreas(deps: AreasDeps): UserAreas {
  const { layout, helper, logger } = deps;
  const users = new Map<string, number>();
  const make = createMaking(helper);
  const userOf = async (executionId: string) => {
    const known = users.get(executionId) ?? (await lstat(executionWorkDirectory(layout, executionId))).uid;
    users.set(executionId, known);
    return known;
  };
  const namesOf = (executionId: string, path: string) =>
    relative(executionWorkDirectory(layout, executionId), path).split("/");
  return {
    userOf,
    async open(executionId, user) {
      const area = executionWorkDirectory(layout, executionId);
      const facts = await ifExists(lstat(area));
      if (facts !== undefined && facts.uid !== process.getuid?.()) return;
      if (facts !== undefined) await rmdir(area);
      await chmod(layout.workDirectory, workMode);
      const inner = [["inputs"], ["tasks"], ["slurm"], [lentName]];
      const { exitCode, talk } = await helper.prepare(user, executionId, inner);
      if (exitCode === 0) return;
      throw new Problem(
        "job-failed",
        `Cannot run tools as "${user}": found "${talk.trim()}", wanted a user whom sudo and slurm-helper-rules allow`,
      );
    },
    async admit(task) {
      const { executionId } = task.key;
      const user = await userOf(executionId);
      const area = executionWorkDirectory(layout, executionId);
      const image = task.view?.image;
      if (image !== undefined && isUnpacked(image)) {
        await checkOpenImage(imagesDirectory(layout), image, `user ${user} of the cluster`);
      }
      const own = [task.workingDirectory, task.temporaryDirectory].filter((path) => path !== undefined);
      const inside = own.filter((path) => isInside(area, path));
      await make(
        user,
        executionId,
        inside.map((path) => namesOf(executionId, path)),
      );
      return lendAll(layout, area, task);
    },
    async handOver(task) {
      const { executionId } = task.key;
      await openToOthers(stagedInputsDirectory(layout, executionId), "read");
      await openToOthers(madeFilesDirectory(layout, executionId), "read");
      await openToOthers(ownFilesDirectory(layout, executionId), "use");
      for (const path of [taskDirectory(layout, task.key), task.workingDirectory, task.temporaryDirectory]) {
        if (path !== undefined) await openToOthers(path, "use");
      }
    },
    async release(executionId) {
      const facts = await ifExists(lstat(executionWorkDirectory(layout, executionId)));
      users.delete(executionId);
      if (facts === undefined || facts.uid === process.getuid?.()) return;
      const { exitCode, talk } = await helper.release(facts.uid, executionId);
      if (exitCode !== 0)
        logger.warn("Cannot take over what a user's tools left", { executionId, reason: talk.trim() });
    },
  };
}

type Waiting = {
  readonly names: readonly string[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/** As many as the helper takes in one call. */
const atOnce = 5000;

/** Makes directories as their users: all that come while a call is under way are made by the next one. */
function createMaking({ prepare }: HelperCalls) {
  const waiting = new Map<string, Waiting[]>();
  const under = new Set<string>();
  const makeAll = async (user: number, executionId: string) => {
    const key = `${user}/${executionId}`;
    if (under.has(key)) return;
    under.add(key);
    for (let part = take(waiting, key); part.length > 0; part = take(waiting, key)) {
      const { exitCode, talk } = await prepare(
        `#${user}`,
        executionId,
        part.map(({ names }) => names),
      );
      const fault = new Problem("job-failed", `Cannot make the directories of a tool as user ${user}: ${talk.trim()}`);
      for (const { resolve, reject } of part) exitCode === 0 ? resolve() : reject(fault);
    }
    under.delete(key);
  };
  return async (user: number, executionId: string, directories: readonly (readonly string[])[]) => {
    const key = `${user}/${executionId}`;
    const list = waiting.get(key) ?? [];
    waiting.set(key, list);
    const made = directories.map((names) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      list.push({ names, resolve, reject });
      return promise;
    });
    void makeAll(user, executionId);
    await Promise.all(made);
  };
}

function take(waiting: Map<string, Waiting[]>, key: string): readonly Waiting[] {
  const list = waiting.get(key) ?? [];
  const part = list.splice(0, atOnce);
  if (list.length === 0) waiting.delete(key);
  return part;
}

/** Puts what only the service may read where the user of a task finds it; what is staged as a link leads there. */
async function lendAll(layout: Layout, area: string, task: Task): Promise<Task> {
  const { staging, view } = task;
  const links: Mount[] = [];
  const entries: StagedEntry[] = [];
  for (const entry of staging ?? []) {
    const source = entry.kind === "link" ? await lend(layout, area, entry.source) : undefined;
    if (entry.kind !== "link" || source === undefined || source === entry.source) entries.push(entry);
    else {
      entries.push({ ...entry, source });
      links.push({ source, target: source, isWritable: false });
    }
  }
  const mounts: Mount[] = [];
  for (const mount of view?.mounts ?? []) {
    mounts.push(mount.isWritable ? mount : { ...mount, source: await lend(layout, area, mount.source) });
  }
  const seen = new Map([...mounts, ...links].map((mount) => [mount.target, mount]));
  return {
    ...task,
    ...(staging === undefined ? {} : { staging: entries }),
    ...(view === undefined ? {} : { view: { ...view, mounts: [...seen.values()] } }),
  };
}

/** Gives a file of the service's own a second name in the directory of the user, or a copy. What lies elsewhere stays where it is. */
async function lend(layout: Layout, area: string, source: string): Promise<string> {
  const isOurs = [layout.sharedDirectory, layout.dataDirectory, layout.outputsDirectory].some((one) =>
    isInside(one, source),
  );
  const isOpen = [area, imagesDirectory(layout), publicEtcDirectory(layout)].some((one) => isInside(one, source));
  if (!isOurs || isOpen) return source;
  const target = join(area, lentName, createHash("sha256").update(source).digest("hex").slice(0, 32));
  if ((await ifExists(lstat(target))) === undefined) await lendTo(source, target);
  return target;
}

async function lendTo(source: string, target: string): Promise<void> {
  const facts = await lstat(source);
  const partial = await mkdtemp(join(dirname(target), "partial-"));
  try {
    const second = join(partial, "lent");
    const isLinked = facts.isFile() && facts.uid === process.getuid?.() && (await linked(source, second));
    if (!isLinked) await copyTree(source, second);
    // It has its name only when it can be read.
    await openToOthers(second, "read");
    await rename(second, target);
  } catch (error) {
    // Two tasks that come at once: one of them was first.
    if (!hasCode(error, "ENOTEMPTY", "EEXIST")) throw error;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function linked(source: string, target: string): Promise<boolean> {
  try {
    await link(source, target);
    return true;
  } catch (error) {
    if (hasCode(error, "EXDEV", "EPERM", "EMLINK", "EOPNOTSUPP", "ENOTSUP")) return false;
    throw error;
  }
}
