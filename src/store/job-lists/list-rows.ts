import type { JobFailure } from "../../domain/job.ts";
import { isJsonObject } from "../../domain/json.ts";
import type { Database } from "../database.ts";
import { deleteListRowsOfMove, insertTags, insertWords, selectTexts, widenSpan } from "../queries/list-rows.ts";
import type { Row, Statement } from "../statements.ts";
import { wordsOf } from "./words.ts";

type Move = { readonly jobId: string; readonly moveId: string };

/** Builds the statements that show an ended job in the lists: behind the move that ends it, in the same write. */
export async function listRowsOf(
  database: Database,
  { jobId, moveId, message, failure }: Move & { readonly message: string; readonly failure?: JobFailure | undefined },
): Promise<readonly Statement[]> {
  const [row] = await database.read(selectTexts({ jobId }));
  if (row === undefined) return [];
  const move = { jobId, moveId };
  const words = wordsOfJob(failure === undefined ? { ...row, message } : { ...row, message, failure });
  return [insertWords({ ...move, words }), ...(row.tags === "[]" ? [] : [insertTags(move)]), widenSpan(move)];
}

/** Builds the statements that take a job out of the lists: behind the move that begins it anew or hides it. */
export function withoutListRows({ jobId, moveId }: Move): readonly Statement[] {
  return deleteListRowsOfMove.map((statement) => statement({ jobId, moveId }));
}

/** Words what is said of a job as the full-text index takes it, from its row and the title of its process. */
export function wordsOfJob({
  process_id: processId,
  provider_id: providerId,
  title,
  tags,
  message,
  failure,
}: Row): string {
  const parts = [processId, providerId, title, ...listOf(tags), message, ...reasonsOf(failure)];
  return [...wordsOf(parts.filter((part) => typeof part === "string").join(" "))].join(" ");
}

function listOf(tags: unknown): readonly unknown[] {
  const list: unknown = JSON.parse(String(tags));
  return Array.isArray(list) ? list : [];
}

function reasonsOf(stored: unknown): readonly unknown[] {
  const failure: unknown = typeof stored === "string" ? JSON.parse(stored) : stored;
  if (!isJsonObject(failure)) return [];
  const { message, step, exception, stderrTail } = failure;
  return [message, step, isJsonObject(exception) ? exception.text : undefined, stderrTail];
}
