import { defined } from "../../domain/defined.ts";
import { createdChoices, keptChoices } from "../../domain/jobs/job-search.ts";
import { meantFilters } from "../../domain/jobs/meant-filters.ts";
import type { Link } from "../../domain/links.ts";
import { statusWords, timeText } from "../shared/words.ts";

/** The parameters that narrow a list of jobs, each with the words that come before its value. */
const words: readonly (readonly [name: string, words: string])[] = [
  ["status", "status"],
  ["processID", "process"],
  ["processWords", "process"],
  ["provider", "provider"],
  ["user", "user"],
  ["tags", "tags"],
  ["kept", ""],
  ["q", "words or id"],
  ["datetime", "created"],
  ["minDuration", "ran at least"],
  ["maxDuration", "ran at most"],
];

/** Lists in words what a list of jobs is narrowed to by its address, in the order of the filters. */
export function conditionsOf(query: URLSearchParams): readonly string[] {
  return words.flatMap(([name, said]) => {
    const values = query.getAll(name).filter((value) => value.trim() !== "");
    return values.length === 0 ? [] : [`${said} ${values.map((value) => valueText(name, value)).join(", ")}`.trim()];
  });
}

function valueText(name: string, value: string): string {
  switch (name) {
    case "status":
      return value
        .split(",")
        .map((one) => (one === "accepted" ? statusWords.accepted : one))
        .toReversed()
        .join(" or ");
    case "datetime":
      return createdChoices.find((choice) => choice.value === value)?.words ?? sinceText(value);
    case "kept":
      return keptChoices.find((choice) => choice.value === value)?.words ?? value;
    case "minDuration":
    case "maxDuration":
      return `${value} s`;
    default:
      return value;
  }
}

/** An interval without an end is told by its begin. */
function sinceText(value: string): string {
  const [, from] = /^(\d{4}-\d\d-\d\dT[^/]*)\/\.\.$/.exec(value) ?? [];
  return from === undefined ? value : `${timeText(from)} or later`;
}

/** Says how many jobs a list has; of one that is narrowed to something to what, with the way to all. */
export function Conditions({
  address,
  count,
  all,
  links,
}: {
  readonly address: string;
  /** How many are on this page. */
  readonly count: number;
  /** How many there are in a list of all, where that is known: more than `most` are not counted. */
  readonly all: JobCount | undefined;
  readonly links: readonly Link[];
}) {
  const { origin, pathname, searchParams } = new URL(address);
  const conditions = conditionsOf(searchParams);
  if (conditions.length === 0) return <AllJobs count={count} all={all} links={links} />;
  return (
    <p role="status">
      <b>{countText({ count, links })}</b>
      {`: ${conditions.join("; ")}. `}
      {count === 0 && mayBeId.test(searchParams.get("q") ?? "") ? `${idWords} ` : ""}
      {count === 0 && partOfDigest.test(searchParams.get("q") ?? "") ? `${digestWords} ` : ""}
      {count === 0 && (searchParams.get("q") ?? "") !== "" ? `${logWords} ` : ""}
      {count === 0 && searchParams.get("kept") === "true" ? `${keptWords} ` : ""}
      {count === 0 ? <MeantFilter address={address} /> : null}
      {count === 0 ? <AnyWord address={address} /> : null}
      <a href={`${origin}${pathname}?${withoutConditions(searchParams)}`}>Show all jobs</a>
    </p>
  );
}

/** How many jobs there are; more than `most` are not counted. */
export type JobCount = { readonly count: number; readonly most: number };

/** Says how many there are; of a page of several, where they are not counted, that there are more. */
function AllJobs({ count, all, links }: Counted & { readonly all: JobCount | undefined }) {
  const [isMore, isLater] = waysOf(links);
  const whole = all ?? (isMore || isLater ? undefined : { count, most: count });
  // An empty list says so itself.
  if (whole?.count === 0 || (whole === undefined && isLater)) return null;
  return (
    <p role="status">
      <b>{whole === undefined ? `More than ${count} jobs` : allText(whole)}</b>
    </p>
  );
}

function allText({ count, most }: JobCount): string {
  if (count > most) return `More than ${grouped(most)} jobs`;
  return count === 1 ? "1 job" : `${grouped(count)} jobs`;
}

function grouped(count: number): string {
  return count.toLocaleString("en");
}

/** The way to the filters that words stand for: a day or a state is nothing that jobs are found by as words. */
function MeantFilter({ address }: { readonly address: string }) {
  const { origin, pathname, searchParams } = new URL(address);
  const meant = meantFilters(searchParams.getAll("q").join(" "));
  if (meant === undefined) return null;
  const { q, ...filters } = meant;
  const query = new URLSearchParams(
    [...searchParams].filter(([name]) => !["q", "after", "before", "page", ...Object.keys(filters)].includes(name)),
  );
  query.set("f", "html");
  for (const [name, value] of Object.entries({ ...filters, ...defined({ q }) })) query.set(name, value);
  return (
    <>
      {"Did you mean "}
      <a href={`${origin}${pathname}?${query}`}>{`jobs with ${conditionsOf(new URLSearchParams(meant)).join("; ")}`}</a>
      {"? "}
    </>
  );
}

/** The way to the jobs that have some of the words, where none has all: commas part alternatives. */
function AnyWord({ address }: { readonly address: string }) {
  const { origin, pathname, searchParams } = new URL(address);
  const alternatives = searchParams.getAll("q").flatMap((text) => text.split(","));
  const wordsOf = alternatives.map((text) => text.split(/\s+/).filter((word) => word !== ""));
  if (wordsOf.every(({ length }) => length < 2)) return null;
  const query = new URLSearchParams(
    [...searchParams].filter(([name]) => !["q", "after", "before", "page"].includes(name)),
  );
  query.set("f", "html");
  query.set("q", [...new Set(wordsOf.flat())].join(","));
  return (
    <>
      {"A job must have all of the words. "}
      <a href={`${origin}${pathname}?${query}`}>Show jobs that have any of them</a>{" "}
    </>
  );
}

/** A part of an id, as it is copied from somewhere. */
const mayBeId = /^\s*[0-9a-f]+(?:-[0-9a-f]*)*\s*$/i;
/** The beginning of a SHA-256, as it is copied from somewhere. */
const partOfDigest = /^\s*(?:sha256:)?[0-9a-f]{8,63}…?\s*$/i;
const digestWords = "Of the SHA-256 of a file, all 64 signs are taken: its beginning is not enough.";
const logWords = "Logs are not searched here: the page of the log of each job searches its own.";
const keptWords =
  "A job is kept for good on its own page, under “About this run”: by administrators, and by deployers their own.";
const idWords = "Of an id, all of it is taken, its beginning (6 characters or more), or its last eight characters.";

type Counted = { readonly count: number; readonly links: readonly Link[] };

/** Tells whether there are jobs behind a page, and before it. */
function waysOf(links: readonly Link[]): readonly [isMore: boolean, isLater: boolean] {
  const has = (name: string) => links.some(({ rel }) => rel === name);
  return [has("next"), has("prev")];
}

/** How many are found is known where they stand on one page. */
function countText({ count, links }: Counted): string {
  const [isMore, isLater] = waysOf(links);
  if (isLater) return `${count} more that fit`;
  if (isMore) return `More than ${count} jobs fit`;
  return count === 0 ? "No job fits" : count === 1 ? "1 job fits" : `${count} jobs fit`;
}

/** How many a page has, and their order, go on. */
function withoutConditions(query: URLSearchParams): URLSearchParams {
  const kept = [...query].filter(([name]) => ["limit", "sortby"].includes(name));
  return new URLSearchParams([["f", "html"], ...kept]);
}
