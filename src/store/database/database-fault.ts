import { errorText, Problem } from "../../domain/problem.ts";

/** The database was closed: no other try mends that. */
export class DatabaseClosed extends Problem {
  constructor(action: "read" | "write") {
    super("unavailable", `Cannot ${action}: the database is closed`);
  }
}

/** Checks whether an error says that the database was closed. */
export function isDatabaseClosed(error: unknown): boolean {
  return error instanceof DatabaseClosed;
}

/** What SQLite's codes mean to whoever looks after the file, by their beginnings. */
const meanings = [
  ["SQLITE_NOTADB", "a file that is no database, or whose beginning is damaged"],
  ["SQLITE_CORRUPT", "damaged pages"],
  ["SQLITE_CANTOPEN", "what cannot be opened: a directory, or a file of another owner"],
  ["SQLITE_READONLY", "a file or a directory that cannot be written to"],
  ["SQLITE_PERM", "a file of another owner"],
  ["SQLITE_AUTH", "a file of another owner"],
  ["SQLITE_FULL", "no room on its disk"],
  ["SQLITE_IOERR", "a disk that could not be read or written"],
] as const;

const damaged = ["SQLITE_NOTADB", "SQLITE_CORRUPT"];

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  // The driver gives no code when it cannot open a file at all, but SQLite's number.
  return code === "" && /Unable to open connection .*: 14\b/.test(errorText(error)) ? "SQLITE_CANTOPEN" : code;
}

/** Words why a database cannot be used; undefined when an error says nothing of the kind. */
export function databaseFault(error: unknown): string | undefined {
  return meanings.find(([code]) => codeOf(causeOf(error)).startsWith(code))?.[1];
}

/** Tells whether an error says that the file itself is damaged: no wait and no other try mends that. */
export function isDamaged(error: unknown): boolean {
  return damaged.some((code) => codeOf(causeOf(error)).startsWith(code));
}

function causeOf(error: unknown): unknown {
  return error instanceof Problem && error.cause !== undefined ? error.cause : error;
}

/** Words for a caller that the database is damaged; every other error is given back as it is. */
export function wordDamage(error: unknown): unknown {
  if (error instanceof Problem || !isDamaged(error)) return error;
  const detail = `Cannot use the database: found ${databaseFault(error)}, wanted one that can be read`;
  return new Problem("unavailable", detail, { cause: error });
}

/** Words an error of a database as one sentence for its operator; every other error is given back as it is. */
export function explainDatabase(file: string, error: unknown): unknown {
  if (error instanceof Problem && !isDamaged(error)) return error;
  const found = databaseFault(error) ?? fileFault(error);
  if (found === undefined) return error;
  const detail = `Cannot use database "${file}": found ${found}, wanted a database of this program that this user can read and write`;
  const way = isDamaged(error) ? "; heddle restore FILE puts a backup in its place" : "";
  return new Problem("unavailable", `${detail}${way}`, { cause: error });
}

function fileFault(error: unknown): string | undefined {
  return error instanceof Error && "syscall" in error ? error.message : undefined;
}
