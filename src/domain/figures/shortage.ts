/**
 * What the machine is short of, by the code of an error of the operating system or of SQLite. Nothing is wrong with what
 * was tried: it may work later. A file system that was made read-only for a moment is one of them.
 */
const shortages = {
  EMFILE: "file descriptors",
  ENFILE: "file descriptors of the machine",
  ENOSPC: "room on a disk",
  EDQUOT: "room in a disk quota",
  EROFS: "a disk that can be written to",
  ENOMEM: "memory",
  EAGAIN: "processes or memory",
  ENOBUFS: "memory of the network",
  SQLITE_FULL: "room on the disk of the database",
  SQLITE_CANTOPEN: "file descriptors for the database",
  SQLITE_NOMEM: "memory",
  SQLITE_READONLY: "a database that can be written to",
} as const satisfies Readonly<Record<string, string>>;

/** What was found short without an error of the system that says so; `code` is the one that would have. */
export class Shortage extends Error {
  readonly code: keyof typeof shortages;

  constructor(code: keyof typeof shortages, message: string) {
    super(message);
    this.name = "Shortage";
    this.code = code;
  }
}

/** Names what the machine is short of; undefined for an error of another kind. Causes are looked at, too. */
export function shortageOf(error: unknown): string | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    const code = "code" in cause ? cause.code : undefined;
    if (typeof code !== "string") continue;
    const found = Object.entries(shortages).find(([name]) => code === name || code.startsWith(`${name}_`));
    if (found !== undefined) return found[1];
  }
  return undefined;
}
