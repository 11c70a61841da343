import type { Job } from "../../domain/jobs/job.ts";
import type { JobOrder, SortKey } from "../../domain/jobs/job-sort.ts";

/** Where a job stands in an order: by the value that the jobs are sorted by, then by its number. */
export type JobPosition = { readonly value: string | number; readonly number: number };

/** Names of the two directions, as queries have them. */
export function directionOf({ isDescending }: JobOrder): "rising" | "falling" {
  return isDescending ? "falling" : "rising";
}

/** Tells where a job stands. */
export function positionOf(job: Job, number: number, { key }: JobOrder): JobPosition {
  return { value: sortValue(job, number, key), number };
}

/** The same value as the database sorts by. */
function sortValue(job: Job, number: number, key: SortKey): string | number {
  switch (key) {
    case "created":
      return number;
    case "finished":
      return job.finishedAt ?? -1;
    case "status":
      return job.status;
    case "processID":
      return job.processId;
    case "provider":
      return job.providerId ?? "";
    case "user":
      return job.user ?? "";
    default:
      return key satisfies never;
  }
}

/** Keeps the first positions of an order. */
export function firstOf<T extends JobPosition>(positions: readonly T[], order: JobOrder, limit: number): readonly T[] {
  return positions.toSorted((one, other) => comparePositions(one, other, order)).slice(0, limit);
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
