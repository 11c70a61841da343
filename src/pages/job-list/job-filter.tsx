import { createdChoices, keptChoices } from "../../domain/jobs/job-search.ts";
import { jobStatuses } from "../../domain/jobs/job-state.ts";
import type { PageFrame } from "../shared/page.ts";
import { Choice } from "../shared/parts.tsx";
import { statusSigns, statusWords } from "../shared/words.ts";

/** What stays in the address without a field of its own. */
const kept: readonly string[] = ["limit", "sortby", "tags", "provider"];

type FilterProps = {
  readonly frame: PageFrame;
  /** They are the jobs of one process. */
  readonly isOfOne: boolean;
  /** Ids of processes that a browser offers to who types one. */
  readonly offered: readonly string[];
  /** Who looks at them may see the jobs of others. */
  readonly byUser: boolean;
  /** One of them cannot be read. */
  readonly isFaulty: boolean;
};

/** The filters, folded up on a small screen but where one cannot be read: the style sheet shows them on a wide one. */
export function Filter(props: FilterProps) {
  return (
    <>
      <details class="filters" open={props.isFaulty}>
        <summary>Search and filter</summary>
        <Fields {...props} />
        <HowToSearch />
      </details>
      <Usual {...props} />
    </>
  );
}

/** What can be typed, by examples: folded up, so that the jobs stand near the top. */
const examples: readonly (readonly [text: string, means: string])[] = [
  [
    "flood map",
    "jobs of which both words are said: in process, title, tags, user, inputs, names of input files, message or failure; not in logs: the page of the log of each job searches its own",
  ],
  ["flood, storm", "jobs of which one of the words is said"],
  [
    "the SHA-256 of a file",
    "jobs that read it as an upload, or made it; all of its 64 signs, the beginning is not enough",
  ],
  ["an id", "that job: by its whole id, its beginning (6 characters or more) or its last eight characters"],
  ["today, 7d, last week", "for Created: since then, or in that week; days are those of UTC"],
  ["2026-01-31, 2026-01", "for Created: that day, that month"],
  ["2026-01-01/2026-01-31", "for Created: from one day to another"],
];

function HowToSearch() {
  return (
    <details class="muted how-to-search">
      <summary>How to search</summary>
      <dl>
        {examples.map(([text, means]) => (
          <>
            <dt>{text}</dt>
            <dd>{means}</dd>
          </>
        ))}
      </dl>
    </details>
  );
}

/** What is asked for most, in one step. */
const usual = [
  { words: "failed today (UTC)", query: { status: "failed", datetime: "today" } },
  { words: "failed in the last 7 days", query: { status: "failed", datetime: "7d" } },
  { words: "running or waiting", query: { status: "accepted,running" } },
] as const;

/** How much of a list is shown, and in which form, is no matter of what was asked for. */
const turning: readonly string[] = ["f", "limit", "after", "before", "sortby", "done"];

function textOf(query: Readonly<Record<string, string>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== "");
  return JSON.stringify(given.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function Usual({ frame, byUser }: FilterProps) {
  const { origin, pathname, searchParams } = new URL(frame.jsonUrl);
  const asked = textOf(Object.fromEntries([...searchParams].filter(([name]) => !turning.includes(name))));
  const user = byUser ? frame.reader?.name : undefined;
  const own = user === undefined ? [] : [{ words: "your own", query: { user } }];
  return (
    <p class="muted">
      {"Often asked for: "}
      {[...usual, ...own].map(({ words, query }, at) => (
        <>
          {at === 0 ? "" : ", "}
          <Choice
            href={`${origin}${pathname}?${new URLSearchParams({ f: "html", ...query })}`}
            isChosen={textOf(query) === asked}
          >
            {words}
          </Choice>
        </>
      ))}
    </p>
  );
}

const durations = ["minDuration", "maxDuration"] as const;

/** The filters as a form: what it sends stands in the address, which can be kept and sent on. */
function Fields({ frame, isOfOne, offered, byUser }: FilterProps) {
  const { origin, pathname, searchParams } = new URL(frame.jsonUrl);
  const others = [...searchParams].filter(([name]) => [...kept, ...(byUser ? [] : ["user"])].includes(name));
  return (
    <form method="get" action={`${origin}${pathname}`} class="actions many-short">
      <input type="hidden" name="f" value="html" />
      {others.map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <ByStatus chosen={searchParams.getAll("status").join()} />
      {isOfOne ? null : <ByProcess query={searchParams} offered={offered} />}
      {byUser ? (
        <label class="field">
          <span>User</span>
          <input type="text" name="user" value={searchParams.get("user") ?? ""} />
        </label>
      ) : null}
      <label class="field">
        <span>Words or id</span>
        <input type="search" name="q" value={searchParams.get("q") ?? ""} />
        <small class="muted">such as flood map</small>
      </label>
      <Kept chosen={searchParams.get("kept") ?? ""} />
      <Created value={searchParams.get("datetime") ?? ""} />
      <Ran query={searchParams} />
      <button type="submit" class="button">
        Filter
      </button>
    </form>
  );
}

/** Those that run or wait, in the words of the address. */
export const nowStatuses = "accepted,running";

/** Of which state: one, or all that have not ended. An address may name others together: they stay chosen. */
function ByStatus({ chosen }: { readonly chosen: string }) {
  const names = chosen.split(",").filter((name) => name !== "");
  const value = names.toSorted().join() === nowStatuses ? nowStatuses : names.join();
  const options: readonly { readonly value: string; readonly words: string }[] = [
    { value: "", words: "all" },
    { value: nowStatuses, words: "now: running or waiting" },
    ...jobStatuses.map((one) => ({ value: one, words: `${statusSigns[one]} ${statusWords[one]}` })),
  ];
  const isOther = options.every((option) => option.value !== value);
  return (
    <label class="field">
      <span>Status</span>
      <select name="status">
        {[...options, ...(isOther ? [{ value, words: names.join(" or ") }] : [])].map((option) => (
          <option value={option.value} selected={option.value === value}>
            {option.words}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Of which process: a part of its id or title, or one of those of which there are jobs. Ids in the address are whole, and mean the same here. */
function ByProcess({ query, offered }: { readonly query: URLSearchParams; readonly offered: readonly string[] }) {
  const named = query.get("processWords") ?? "";
  return (
    <label class="field">
      <span>Process</span>
      <input
        type="text"
        name="processWords"
        value={named === "" ? query.getAll("processID").join() : named}
        list="processes-of-jobs"
      />
      <datalist id="processes-of-jobs">
        {offered.map((id) => (
          <option value={id} />
        ))}
      </datalist>
      <small class="muted">a part of its id or title</small>
    </label>
  );
}

/** Those that are kept for good, or the others. */
function Kept({ chosen }: { readonly chosen: string }) {
  return (
    <label class="field">
      <span>Kept</span>
      <select name="kept">
        <option value="">all</option>
        {keptChoices.map(({ value, words }) => (
          <option value={value} selected={value === chosen}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

/** How long the jobs ran, where the address says any of it. */
function Ran({ query }: { readonly query: URLSearchParams }) {
  if (durations.every((name) => (query.get(name) ?? "") === "")) return null;
  return durations.map((name) => (
    <label class="field">
      <span>{name === "minDuration" ? "Ran at least, in seconds" : "Ran at most, in seconds"}</span>
      <input type="text" inputmode="numeric" name={name} value={query.get(name) ?? ""} />
      <small class="muted">from their start to their end, or until now</small>
    </label>
  ));
}

/** When the jobs were created: typed, or one of the usual spans, which the browser offers. */
function Created({ value }: { readonly value: string }) {
  return (
    <label class="field">
      <span>Created</span>
      <input type="text" name="datetime" value={value} placeholder="at any time" list="created-spans" />
      <datalist id="created-spans">
        {createdChoices.map((choice) => (
          <option value={choice.value}>{choice.words}</option>
        ))}
      </datalist>
      <small class="muted">
        such as 7d or <span class="nowrap">2026-01</span>
      </small>
    </label>
  );
}
