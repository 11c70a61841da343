import { errorText, Problem } from "../domain/problem.ts";

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
  const cause = error instanceof Problem && error.cause !== undefined ? error.cause : error;
  return meanings.find(([code]) => codeOf(cause).startsWith(code))?.[1];
}

/** Tells whether an error says that the file itself is damaged: no wait and no other try mends that. */
export function isDamaged(error: unknown): boolean {
  return damaged.some((code) => codeOf(error).startsWith(code));
}

/** Words an error of a database as one sentence for its operator; every other error is given back as it is. */
export function explainDatabase(file: string, error: unknown): unknown {
  if (error instanceof Problem) return error;
  const found = databaseFault(error) ?? fileFault(error);
  if (found === undefined) return error;
  const detail = `Cannot use database "${file}": found ${found}, wanted a database of this program that this user can read and write`;
  const way = isDamaged(error) ? "; heddle restore FILE puts a backup in its place" : "";
  return new Problem("unavailable", `${detail}${way}`, { cause: error });
}

function fileFault(error: unknown): string | undefined {
  return error instanceof Error && "syscall" in error ? error.message : undefined;
}
