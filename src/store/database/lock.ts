import { Database } from "bun:sqlite";
import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { errorText, Problem } from "../../domain/problem.ts";
import { databaseFault } from "./database-fault.ts";

const LockHolderSchema = v.object({
  pid: v.number(),
  /** Milliseconds since 1970. */
  startedAt: v.number(),
  /** Where it listens. */
  address: v.optional(v.string()),
});

/** Who holds a data directory. */
export type LockHolder = { readonly pid: number; readonly startedAt: number; readonly address?: string };

const directoryMode = 0o700;
const fileMode = 0o600;

/**
 * Takes a data directory for this process, until it is disposed of or the process ends, however it ends: the lock is the
 * kernel's, on `heddle.lock`, and a child that lives on does not inherit it. `heddle.lock.json` says who holds it.
 * Throws `conflict`, naming the holder, when another process has it.
 */
export async function lockDataDirectory(directory: string, holder: LockHolder): Promise<AsyncDisposable> {
  const lockFile = join(directory, "heddle.lock");
  const holderFile = `${lockFile}.json`;
  try {
    await mkdir(directory, { recursive: true, mode: directoryMode });
  } catch (error) {
    throw cannotLock(directory, error);
  }

  // Nothing else in this process may open the file, not even to read it: to close it would free the lock. It is held by
  // Bun's SQLite and not by the driver, whose connections come and go.
  const connection = openLock(directory, lockFile);
  try {
    connection.run("PRAGMA busy_timeout = 0");
    connection.run("BEGIN EXCLUSIVE");
  } catch (error) {
    connection.close();
    if (!isBusy(error)) throw cannotLock(directory, error);
    throw new Problem("conflict", await describeConflict(directory, holderFile), { cause: error });
  }
  try {
    await chmod(lockFile, fileMode);
    await writeHolder(holderFile, holder);
  } catch (error) {
    connection.close();
    throw cannotLock(directory, error);
  }
  return {
    async [Symbol.asyncDispose]() {
      await rm(holderFile, { force: true });
      connection.close();
    },
  };
}

/** Reads who says that it holds a data directory; its lock is not looked at. */
export async function whoHolds(directory: string): Promise<LockHolder | undefined> {
  return readHolder(join(directory, "heddle.lock.json"));
}

function openLock(directory: string, lockFile: string): Database {
  try {
    return new Database(lockFile, { create: true });
  } catch (error) {
    throw cannotLock(directory, error);
  }
}

function cannotLock(directory: string, cause: unknown): Problem {
  const found = databaseFault(cause) ?? errorText(cause);
  const detail = `Cannot lock data directory "${directory}": found ${found}, wanted a directory that this user can write to`;
  return new Problem("unavailable", detail, { cause });
}

async function writeHolder(file: string, holder: LockHolder): Promise<void> {
  const temporary = `${file}.${holder.pid}`;
  try {
    await writeFile(temporary, `${JSON.stringify(holder)}\n`, { mode: fileMode });
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function describeConflict(directory: string, holderFile: string): Promise<string> {
  const holder = await readHolder(holderFile);
  if (holder === undefined) return `Cannot use data directory "${directory}": another process holds it`;
  const address = holder.address === undefined ? "" : ` and listens at ${holder.address}`;
  const since = new Date(holder.startedAt).toISOString();
  return `Cannot use data directory "${directory}": process ${holder.pid} holds it since ${since}${address}`;
}

/** Undefined when the holder has not said yet who it is. */
async function readHolder(file: string): Promise<LockHolder | undefined> {
  const text = await readFile(file, "utf8").catch(() => "null");
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), LockHolderSchema), text);
  if (!parsed.success) return undefined;
  const { address, ...always } = parsed.output;
  return { ...always, ...(address === undefined ? {} : { address }) };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY");
}
