import { asc, desc, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { Process } from "../../domain/processes/process.ts";
import { type ProcessOrder, type ProcessSearch, processSortKeys } from "../../domain/processes/process-search.ts";
import type { Database } from "../database/database.ts";
import { argument, build, compile } from "../database/statements.ts";
import { keepTexts } from "../queries/process-texts.ts";
import { processes, processRevisions, processTexts } from "../schema/processes.ts";
import { isCurrent, processOf } from "./processes.ts";

type PageArguments = {
  limit: number;
  withPrivate: number;
  visibility: string | null;
  /** The first of the needles, and all others as a JSON list. */
  needle: string;
  needles: string;
  owner: string | null;
  provider: string | null;
  /** 1 where the page begins behind something. */
  isAfter: number;
  afterValue: string | number;
  afterId: string;
};

const orderedBy = { id: processes.id, title: processTexts.title, updated: processes.updatedAt } as const;

const isOfCurrent = sql`${processTexts.processId} = ${processes.id} and ${processTexts.revision} = ${processes.revision}`;
/** From where each order is walked: along an index that has it, so that a page ends the walk. */
const walks = {
  id: sql`${processes} cross join ${processTexts} on ${isOfCurrent}`,
  title: sql`${processTexts} indexed by process_texts_by_title cross join ${processes} on ${isOfCurrent}`,
  updated: sql`${processes} indexed by processes_by_update cross join ${processTexts} on ${isOfCurrent}`,
} as const;

/** The ids of a page. Of the revisions it reads an index only: their rows are long. CROSS keeps SQLite to this order. */
function pageIds({ key, isDescending }: ProcessOrder): SQL {
  const [value, way] = [sql`${orderedBy[key]}`, sql.raw(isDescending ? "desc" : "asc")];
  const id = key === "title" ? sql`${processTexts.processId}` : sql`${processes.id}`;
  const isBehind = sql`(${value}, ${id}) ${sql.raw(isDescending ? "<" : ">")} (${argument("afterValue")}, ${argument("afterId")})`;
  return sql`select ${processes.id} from ${walks[key]}
    cross join ${processRevisions} as seen indexed by process_revisions_seen on seen.process_id = ${processes.id} and seen.revision = ${processes.revision}
    where ${processes.undeployedAt} is null
      and instr(${processTexts.text}, ${argument("needle")}) > 0
      and not exists (select 1 from json_each(${argument("needles")}) where instr(${processTexts.text}, value) = 0)
      and (${argument("owner")} is null or ${processes.owner} = ${argument("owner")})
      and (${argument("provider")} is null or ${processTexts.remoteUrl} in (select url from providers where id = ${argument("provider")} and (is_public = 1 or ${argument("withPrivate")} = 1)))
      and (seen.visibility = 'public' or ${argument("withPrivate")} = 1)
      and seen.visibility = coalesce(${argument("visibility")}, seen.visibility)
      and (${argument("isAfter")} = 0 or ${isBehind})
    order by ${value} ${way}, ${id} ${way} limit ${sql.placeholder("limit")}`;
}

function selectPage(order: ProcessOrder) {
  const way = order.isDescending ? desc : asc;
  return compile<PageArguments>()(() =>
    build
      .select(getTableColumns(processRevisions))
      .from(processes)
      .innerJoin(processRevisions, isCurrent)
      .innerJoin(processTexts, isOfCurrent)
      .where(sql`${processes.id} in (${pageIds(order)})`)
      .orderBy(way(orderedBy[order.key]), way(processes.id)),
  );
}

const pages = processSortKeys.map((key) => ({
  key,
  rising: selectPage({ key, isDescending: false }),
  falling: selectPage({ key, isDescending: true }),
}));

/** Where a process stands in each order; also one that was undeployed since, so that pages go on. */
const selectPlace = compile<{ id: string }>()(() =>
  build
    .select({ id: processes.id, title: processTexts.title, updated: processes.updatedAt })
    .from(processes)
    .innerJoin(processTexts, isOfCurrent)
    .where(eq(processes.id, argument("id"))),
);

/** Lists what is deployed and meets a search; undefined when nothing is known of the process behind which it shall begin. */
export async function findProcesses(
  database: Database,
  page: {
    readonly limit: number;
    readonly after?: string;
    readonly withPrivate: boolean;
    readonly visibility?: "public" | "private";
    readonly search: ProcessSearch;
    readonly order: ProcessOrder;
  },
): Promise<readonly Process[] | undefined> {
  const { limit, after, withPrivate, visibility = null, search, order } = page;
  const [place] = after === undefined ? [] : await database.read(selectPlace({ id: after }));
  if (after !== undefined && place === undefined) return undefined;
  const [needle = "", ...needles] = search.needles;
  const ways = pages.find(({ key }) => key === order.key);
  const statement = order.isDescending ? ways?.falling : ways?.rising;
  if (statement === undefined) throw new Error(`Cannot sort processes by "${order.key}"`);
  const rows = await database.read(
    statement({
      limit,
      withPrivate: Number(withPrivate),
      visibility,
      needle,
      needles: JSON.stringify(needles),
      owner: search.owner ?? null,
      provider: search.provider ?? null,
      isAfter: Number(place !== undefined),
      afterValue: place?.[order.key] ?? "",
      afterId: place?.id ?? "",
    }),
  );
  return rows.map(processOf);
}

const isWithoutTexts = sql`not exists (select 1 from ${processTexts} where ${isOfCurrent})`;

/** Asked at each start, when there is none: it selects little. */
const selectAnyWithoutTexts = compile()(() =>
  build.select({ id: processes.id }).from(processes).where(isWithoutTexts).limit(1),
);

const selectWithoutTexts = compile<{ limit: number }>()(() =>
  build
    .select(getTableColumns(processRevisions))
    .from(processes)
    .innerJoin(
      processRevisions,
      sql`${processRevisions.processId} = ${processes.id} and ${processRevisions.revision} = ${processes.revision}`,
    )
    .where(isWithoutTexts)
    .limit(sql.placeholder("limit")),
);

/** Writes what processes are found by where that is not known: of those that were deployed or restored before it was kept. */
export async function completeTexts(database: Database): Promise<void> {
  while ((await database.read(selectAnyWithoutTexts({}))).length > 0) {
    const rows = await database.read(selectWithoutTexts({ limit: 100 }));
    if (rows.length === 0) return;
    await database.write(rows.map((row) => keepTexts(processOf(row))));
  }
}
