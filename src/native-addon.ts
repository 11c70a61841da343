import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import embedded from "libsql-native-addon" with { type: "file" };
import { partsOf } from "./addon-parts.ts";

// In the binary this module stands in for the package that finds the SQLite driver's native addon beside the program.
// An addon can only be loaded from a file. The default of the compiler, the temporary directory, may be unwritable or
// mounted noexec; the data directory comes first.

/** Names the platform as the driver asks for it. */
export function currentTarget(): string {
  return "embedded";
}

/** Loads the embedded addon, from a file whose name carries its digest. */
export function load(): unknown {
  const failures: string[] = [];
  for (const directory of candidateDirectories()) {
    try {
      const module = { exports: {} };
      process.dlopen(module, unpackedAddon(directory));
      return module.exports;
    } catch (error) {
      failures.push(`${directory}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(`Cannot load the SQLite driver from any directory: ${failures.join("; ")}`);
}

function candidateDirectories(): readonly string[] {
  const named = process.env.HEDDLE_ADDON_DIRECTORY;
  return [...(named === undefined ? [] : [named]), "/dev/shm", process.env.TMPDIR ?? "/tmp", "/var/tmp"];
}

/** A directory that others can write to may hold a file of theirs under our name: only our own file is trusted. */
function unpackedAddon(directory: string): string {
  const own = process.getuid?.() ?? 0;
  const folder = join(directory, `heddle-lib-${own}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const owner = statSync(folder);
  if (owner.uid !== own || (owner.mode & 0o022) !== 0) throw new Error(`${folder} belongs to somebody else`);
  const file = join(folder, `libsql-${process.env.HEDDLE_ADDON_DIGEST}.node`);
  if (existsSync(file) && statSync(file).size === Number(process.env.HEDDLE_ADDON_BYTES)) return file;
  const partial = `${file}.${process.pid}`;
  try {
    unpackInto(partial);
    renameSync(partial, file);
  } finally {
    rmSync(partial, { force: true });
  }
  return file;
}

function unpackInto(path: string): void {
  const descriptor = openSync(path, "w", 0o600);
  try {
    for (const part of partsOf(readFileSync(embedded))) {
      const unpacked = Bun.zstdDecompressSync(part);
      writeFileSync(descriptor, unpacked);
      // The next part takes its place: new memory for each would take a third longer.
      if (unpacked.buffer instanceof ArrayBuffer) unpacked.buffer.transfer(0);
    }
  } finally {
    closeSync(descriptor);
  }
}
