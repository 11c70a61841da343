import type { Database } from "bun:sqlite";
import { mkdir, open, readdir, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";

// Values that are too long for a row stand in files beside the database. A backup is one file: it holds them in a table
// of its own, which no database that is used has.

const directoryMode = 0o700;
const fileMode = 0o600;

/** Puts the values of the jobs and executions of a copy into it, from the directory where they stand. */
export async function packValues(copy: Database, directory: string): Promise<void> {
  copy.run("CREATE TABLE kept_values (owner TEXT NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL)");
  const insert = copy.prepare("INSERT INTO kept_values (owner, name, content) VALUES (?, ?, ?)");
  const known = copy.query("SELECT 1 FROM jobs WHERE id = ?1 UNION ALL SELECT 1 FROM executions WHERE id = ?1");
  for (const owner of await entriesOf(directory)) {
    if (known.get(owner) === null) continue;
    for (const name of await entriesOf(join(directory, owner))) {
      // A job may be removed meanwhile: what is gone then is missed by nobody.
      const content = name.endsWith(".json") ? await ifThere(readFile(join(directory, owner, name))) : undefined;
      if (content !== undefined) insert.run(owner, name, content);
    }
  }
}

/** Writes the values that a copy holds to where they stand, and takes them out of the copy. Files that are there stay. */
export async function unpackValues(copy: Database, directory: string): Promise<void> {
  if (copy.query("SELECT 1 FROM sqlite_master WHERE name = 'kept_values'").get() === null) return;
  const rows = copy.query<{ owner: string; name: string; content: Uint8Array }, []>("SELECT * FROM kept_values");
  for (const { owner, name, content } of rows.iterate()) {
    if (!isPlain(owner) || !isPlain(name)) continue;
    const path = join(directory, owner, name);
    if (await Bun.file(path).exists()) continue;
    await mkdir(dirname(path), { recursive: true, mode: directoryMode });
    {
      await using file = await open(`${path}.new`, "w", fileMode);
      await file.writeFile(content);
      await file.sync();
    }
    await rename(`${path}.new`, path);
    await using place = await open(dirname(path), "r");
    await place.sync();
  }
  copy.run("DROP TABLE kept_values");
  copy.run("VACUUM");
}

function isPlain(name: string): boolean {
  return /^[0-9A-Za-z][0-9A-Za-z.-]*$/.test(name);
}

async function entriesOf(directory: string): Promise<readonly string[]> {
  return (await ifThere(readdir(directory))) ?? [];
}

async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) {
      return undefined;
    }
    throw error;
  }
}
