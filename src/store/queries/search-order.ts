import { type SQL, sql } from "drizzle-orm";
import type { JobOrder, SortKey } from "../../domain/job-sort.ts";
import type { Owner } from "./search-conditions.ts";

/** Where a job stands in an order: by the value that the jobs are sorted by, then by its number. */
export type JobPosition = { readonly value: string | number; readonly number: number };

export type SearchPage = {
  readonly owner: Owner;
  readonly order: JobOrder;
  readonly limit: number;
  /** The page begins behind it. */
  readonly from?: JobPosition;
  /** What stands behind it is known not to be on the page. */
  readonly until?: JobPosition;
};

/** What jobs are sorted by. `acceptance` is their number; `creation` nearly the same, where an index of times leads. */
export type SortValue = Exclude<SortKey, "created"> | "acceptance" | "creation";

/** As they stand in `job_index`, each with an index of its own; and as they are made of a row of `jobs`. */
export const sortValues: Readonly<
  Record<SortValue, { readonly indexed: string; readonly index?: string; readonly plain: string }>
> = {
  acceptance: { indexed: "number", plain: "number" },
  creation: { indexed: "created_at", plain: "created_at" },
  finished: { indexed: "finished_at", index: "job_index_finished", plain: "coalesce(finished_at, -1)" },
  status: { indexed: "status", index: "job_index_status", plain: "status" },
  processID: { indexed: "process_id", index: "job_index_process", plain: "process_id" },
  provider: { indexed: "provider_id", index: "job_index_provider", plain: "coalesce(provider_id, '')" },
  user: { indexed: "user", index: "job_index_user", plain: "coalesce(user, '')" },
};

/** Words the index along which the jobs of an order lie. */
export function tableAlong(value: SortValue): SQL {
  const { index } = sortValues[value];
  return index === undefined ? sql`job_index not indexed` : sql`job_index indexed by ${sql.raw(index)}`;
}

/** Holds for what lies on a page: `sorted` is what jobs are sorted by. */
export function onPage({ from, until, order }: SearchPage, value: SortValue, sorted: string): SQL {
  const bounds = [
    ...(from === undefined ? [] : [{ is: order.isDescending ? "<" : ">", position: from }]),
    ...(until === undefined ? [] : [{ is: order.isDescending ? ">=" : "<=", position: until }]),
  ];
  if (bounds.length === 0) return sql`true`;
  return all(
    bounds.map(({ is, position }) =>
      value === "acceptance"
        ? sql`number ${sql.raw(is)} ${position.number}`
        : sql`(${sql.raw(sorted)}, number) ${sql.raw(is)} (${position.value}, ${position.number})`,
    ),
  );
}

/** Sorts by a value, and jobs of one value by their number. */
export function inOrder(order: JobOrder, value: SQL): SQL {
  const direction = sql.raw(order.isDescending ? "desc" : "asc");
  return sql`${value} ${direction}, number ${direction}`;
}

/** Joins conditions that must all hold. */
export function all(conditions: readonly SQL[]): SQL {
  return sql.join([...conditions], sql` and `);
}

/** Compares two positions as the database does. Below 0: the first one comes first. */
export function comparePositions(one: JobPosition, other: JobPosition, { isDescending }: JobOrder): number {
  const rising = compareValues(one.value, other.value) || one.number - other.number;
  return isDescending ? -rising : rising;
}

/** Text is compared by its bytes. */
function compareValues(one: string | number, other: string | number): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)));
}
