import { isJsonObject } from "../../domain/json.ts";
import type { Database } from "../database.ts";
import { selectTitles } from "../queries/index-jobs.ts";
import type { Row } from "../statements.ts";
import { wordsOf } from "./words.ts";

/** Gives the words of what is said of each job: its process and that one's title, its tags, its last message, and why it failed. */
export async function wordsOfRows(database: Database, rows: readonly Row[]): Promise<readonly ReadonlySet<string>[]> {
  const revisions = new Map(
    rows.map(({ process_id: id, process_revision: revision }) => [`${id} ${revision}`, [id, revision]]),
  );
  const titled = await database.read(selectTitles({ revisions: JSON.stringify([...revisions.values()]) }));
  const titles = new Map(titled.map((row) => [`${row.process_id} ${row.revision}`, row.title]));
  return rows.map((row) => {
    const title = titles.get(`${row.process_id} ${row.process_revision}`);
    const parts = [row.process_id, row.provider_id, title, ...tagsOf(row), row.message, ...reasons(row.failure)];
    return wordsOf(parts.filter((part) => typeof part === "string").join(" "));
  });
}

/** Reads the tags of a job from its row. */
export function tagsOf({ tags }: Row): readonly string[] {
  const list: unknown = JSON.parse(String(tags));
  return Array.isArray(list) ? list.map(String) : [];
}

function reasons(stored: unknown): readonly unknown[] {
  if (stored === null) return [];
  const failure: unknown = JSON.parse(String(stored));
  if (!isJsonObject(failure)) return [];
  const { message, step, exception, stderrTail } = failure;
  return [message, step, isJsonObject(exception) ? exception.text : undefined, stderrTail];
}
