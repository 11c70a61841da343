import type { FoundLog, LogLine, LogLineKind, LogSearch } from "../../domain/documents/found-log.ts";
import type { Principal } from "../../domain/people/access.ts";
import { createJobPaths } from "../../files/jobs/job-paths.ts";
import { readJob } from "../jobs/follow-jobs.ts";
import { type LogDeps, readLogPage } from "./read-log.ts";

/** The most lines of one page. */
export const linesOfPage = 1000;
/** Of a longer log no more is read for a page, in bytes. */
const mostBytes = 16 * 2 ** 20;
/** How much is read at once, so that others have their turn, in bytes. */
const pieceBytes = 128 * 1024;
/** A longer line loses its end, in characters. */
const longestLine = 4000;
const mostSteps = 200;
/** What a line says behind this is not looked at: a tool may write for ever without an end of line. In characters. */
const mostOfLine = 64 * 1024;

/**
 * Finds lines of a job's log: of its last attempt, or of `attempt`. At most a thousand are given, and the log is read to
 * 16 MiB. Lines name no places of the server. Throws `no-such-job`; `not-found` for an attempt without a log.
 */
export async function searchLog(
  deps: LogDeps,
  principal: Principal,
  { jobId, attempt }: { readonly jobId: string; readonly attempt?: number },
  search: LogSearch,
): Promise<FoundLog> {
  const { executionId } = await readJob(deps, principal, jobId);
  const told = executionId === undefined ? undefined : createJobPaths(deps.layout, executionId, { hidesData: true });
  const finding = createFinding(search, told ?? ((text) => text));
  let [offset, size] = [0, 0];
  do {
    const part = { offset, limit: pieceBytes, ...(attempt === undefined ? {} : { attempt }) };
    const { bytes, nextOffset, sizeBytes } = await readLogPage(deps, principal, jobId, part);
    if (nextOffset === offset) break;
    [offset, size] = [nextOffset, sizeBytes];
    finding.take(Buffer.from(bytes).toString("utf8"));
  } while (offset < Math.min(size, mostBytes));
  return finding.end(offset < size);
}

/** Makes what looks at a log piece by piece. */
function createFinding(search: LogSearch, told: (text: string) => string) {
  const words = search.words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const lines: LogLine[] = [];
  const steps = new Set<string>();
  let [count, found, rest] = [0, 0, ""];
  let next: number | undefined;
  const look = (line: string) => {
    const text = line.includes("/") ? told(line) : line;
    count += 1;
    const kind = kindOf(text);
    const step = stepPattern.exec(text)?.[1];
    if (step !== undefined && steps.size < mostSteps) steps.add(step);
    if (!isWanted({ text, kind }, words, search)) return;
    found += 1;
    if (count < search.from) return;
    if (lines.length === linesOfPage) next ??= count;
    else lines.push({ number: count, text: shortened(text), kind });
  };
  return {
    take(piece: string) {
      const [first = "", ...others] = piece.split("\n");
      rest += first.slice(0, Math.max(0, mostOfLine - rest.length));
      for (const text of others) {
        look(rest);
        rest = text.slice(0, mostOfLine);
      }
    },
    end(isCut: boolean): FoundLog {
      if (rest !== "" && !isCut) look(rest);
      return { lines, count, found, steps: [...steps], isCut, ...(next === undefined ? {} : { next }) };
    },
  };
}

function isWanted(
  { text, kind }: Pick<LogLine, "text" | "kind">,
  words: readonly string[],
  { level, step }: LogSearch,
): boolean {
  if (level === "tools" && !isOfTool(text)) return false;
  if (level === "faults" && kind !== "warning" && kind !== "error") return false;
  if (step !== undefined && !isOfStep(text, step)) return false;
  const small = words.length === 0 ? "" : text.toLowerCase();
  return words.every((word) => small.includes(word));
}

/** How the service begins each of its lines; other lines are what tools said. */
const ownLine = /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] (DEBUG|INFO|WARNING|ERROR) /;
/** Where the service tells of a step. */
const stepPattern = /^\[.{19}\] .{0,60} step "([^"]{1,200})"/;

function isOfTool(text: string): boolean {
  return !ownLine.test(text);
}

/** Tools that run side by side have the name of their step before each line. */
function isOfStep(text: string, step: string): boolean {
  return isOfTool(text)
    ? text === step || text.startsWith(`${step} `) || text.startsWith(`${step}/`)
    : text.includes(` step "${step}"`);
}

/** The words by which tools usually tell of a fault. */
const errorWords = /\b(?:error|errors|fatal|critical|exception|traceback|failed|failure|cannot|panic)\b/i;
const warningWords = /\bwarn(?:ing|ings)?\b/i;

const kinds: Readonly<Record<string, LogLineKind>> = {
  DEBUG: "debug",
  INFO: "info",
  WARNING: "warning",
  ERROR: "error",
};

function kindOf(text: string): LogLineKind {
  const level = ownLine.exec(text)?.[1];
  if (level !== undefined) return kinds[level] ?? "info";
  const beginning = text.slice(0, longestLine);
  if (errorWords.test(beginning)) return "error";
  return warningWords.test(beginning) ? "warning" : "tool";
}

function shortened(text: string): string {
  return text.length <= longestLine ? text : `${text.slice(0, longestLine)}…`;
}
