import { eq, type SQL, sql } from "drizzle-orm";
import * as v from "valibot";
import { defined } from "../../domain/defined.ts";
import type { EarlierRun, InputFacts } from "../../domain/figures/usual-run.ts";
import type { Database } from "../database/database.ts";
import { argument, build, compile, numberOrNull } from "../database/statements.ts";
import { isListed, jobs } from "../schema/jobs.ts";

/** Jobs of a process that are looked at for how long they take: the newest that ended, whatever became of them. */
const maxLookedAt = 20;

/** The inputs of a longer request are not read, in characters. */
const longestRequest = 16_384;

/** The inputs of a request that are one number each, as a JSON object. */
const numbersOf = sql`(select json_group_object(key, json_extract(value, '$.value')) from json_each(request, '$.inputs') where type = 'object' and json_type(value, '$.value') in ('integer', 'real'))`;

/** All others, each as its JSON in a text: they are only compared. */
const othersOf = sql`(select json_group_object(key, value) from json_each(request, '$.inputs') where type <> 'object' or coalesce(json_type(value, '$.value') not in ('integer', 'real'), 1))`;

/** How large the uploads are together that it reads; null without one, and when one of them is gone. */
const uploadBytesOf = sql`(select iif(count(*) = count(size_bytes), sum(size_bytes), null) from vault_uses left join vault_files on vault_files.id = vault_file_id where job_id = jobs.id)`;

/** Requests whose inputs stand in their rows. */
const isRead = sql`length(request) <= ${sql.raw(String(longestRequest))} and request ->> '$.inputsKeptAs' is null`;

const NumbersSchema = v.record(v.string(), v.number());
const TextsSchema = v.record(v.string(), v.string());

function numbersOrNull(text: unknown): Readonly<Record<string, number>> | null {
  return typeof text === "string" ? v.parse(NumbersSchema, JSON.parse(text)) : null;
}

function textsOrNull(text: unknown): Readonly<Record<string, string>> | null {
  return typeof text === "string" ? v.parse(TextsSchema, JSON.parse(text)) : null;
}

/** The durations of the ended jobs of a process, those that ended just now, or the newest of the others; null of those without success, of those that took all from earlier runs, and of retries that kept steps. */
function durationsOf(source: SQL, order: SQL) {
  return compile<{
    processId: string;
    provider: string | null;
    revision: string | null;
    limit: number;
    withInputs: 0 | 1;
  }>()(() =>
    build
      .select({
        milliseconds:
          sql`iif(status = 'successful' and is_from_cache is null and resume_from is null and process_revision = coalesce(${argument("revision")}, process_revision), finished_at - started_at - coalesce(waited_milliseconds, 0), null)`.mapWith(
            numberOrNull,
          ),
        numbers:
          sql`iif(status = 'successful' and length(request) <= ${sql.raw(String(longestRequest))}, ${numbersOf}, null)`.mapWith(
            numbersOrNull,
          ),
        others: sql`iif(status = 'successful' and ${argument("withInputs")} and ${isRead}, ${othersOf}, null)`.mapWith(
          textsOrNull,
        ),
        uploadBytes: sql`iif(status = 'successful' and ${argument("withInputs")}, ${uploadBytesOf}, null)`.mapWith(
          numberOrNull,
        ),
      })
      .from(
        sql`${source} and finished_at is not null and hidden = 0 and process_id = ${argument("processId")} and provider_id is ${argument("provider")} order by ${order} limit ${argument("limit")}`,
      ),
  );
}

const newDurations = durationsOf(sql`jobs indexed by jobs_new where is_new = 1`, sql`finished_at desc`);
const listedDurations = durationsOf(sql`jobs indexed by jobs_of_process where ${isListed}`, sql`number desc`);

type RunsOf = {
  readonly processId: string;
  readonly providerId?: string | null;
  readonly processRevision?: string | null;
  /** Whether what is known of their inputs besides numbers is read, too. */
  readonly withInputs?: boolean;
};

/**
 * Lists how long the newest successful jobs of a process, here or of a provider, ran, without what they waited, with what their inputs were.
 * Jobs that took all from earlier runs, and retries that kept finished steps, do not count. Where a revision is named, only its jobs count: what another one takes says nothing of it.
 */
export async function earlierRuns(
  database: Database,
  { processId, providerId = null, processRevision = null, withInputs = false }: RunsOf,
): Promise<readonly EarlierRun[]> {
  const named = { processId, provider: providerId, revision: processRevision };
  const page = { ...named, limit: maxLookedAt, withInputs: withInputs ? 1 : 0 } as const;
  const rows = [...(await database.read(newDurations(page))), ...(await database.read(listedDurations(page)))];
  return rows
    .slice(0, maxLookedAt)
    .flatMap(({ milliseconds, numbers, others, uploadBytes }): readonly EarlierRun[] =>
      typeof milliseconds === "number"
        ? [{ milliseconds, numbers: numbers ?? undefined, ...inputFacts({ others, uploadBytes }) }]
        : [],
    );
}

const selectFacts = compile<{ id: string }>()(() =>
  build
    .select({
      others: sql`iif(${isRead}, ${othersOf}, null)`.mapWith(textsOrNull),
      uploadBytes: sql`${uploadBytesOf}`.mapWith(numberOrNull),
    })
    .from(jobs)
    .where(eq(jobs.id, argument("id"))),
);

/** Reads what is compared of the inputs of a job, besides its numbers. */
export async function inputFactsOf(database: Database, jobId: string): Promise<InputFacts> {
  const [row] = await database.read(selectFacts({ id: jobId }));
  return inputFacts(row ?? {});
}

type FactsRow = {
  readonly others?: Readonly<Record<string, string>> | null | undefined;
  readonly uploadBytes?: number | null | undefined;
};

function inputFacts({ others, uploadBytes }: FactsRow): InputFacts {
  return defined({ others: others ?? undefined, uploadBytes: uploadBytes ?? undefined });
}
