import type { JobSearch } from "../../domain/jobs/job-search.ts";
import { readIdStart, shortId } from "../../domain/jobs/short-id.ts";
import type { Database } from "../../store/database/database.ts";
import { idsBeginning } from "../../store/jobs/jobs.ts";

/** So many jobs are meant by the beginning of an id at most, the newest: ids begin with the time, and those of a few hours begin alike. */
const mostMeant = 50;

/** Finds which jobs a word means that may be the beginning of an id, and looks for them besides: a list shows those that its reader may see. */
export async function withMeantJobs(
  { database }: { readonly database: Database },
  search: JobSearch,
): Promise<JobSearch> {
  const { text } = search;
  const starts = (text ?? []).flatMap(([word = "", ...others]) => (others.length > 0 ? [] : (readIdStart(word) ?? [])));
  if (text === undefined || starts.length === 0) return search;
  const found = await Promise.all([...new Set(starts)].map((start) => idsBeginning(database, start, mostMeant)));
  const meant = new Set(found.flat().slice(0, mostMeant).map(shortId));
  return { ...search, text: [...text, ...[...meant].map((id) => [id])] };
}
