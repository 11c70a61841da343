import type { ProcessListView } from "../processes/listed-process.ts";
import type { PageFrame } from "./page.ts";

type Shown = { readonly view: ProcessListView; readonly frame: PageFrame };

/** Says that a list of processes is empty: what was looked for and where, what may have been meant, and what there is to find instead. */
export function NothingFound({ view, frame }: Shown) {
  const { q, keyword } = view;
  const { baseUrl } = frame;
  if (q === "" && keyword === "") {
    return (
      <p class="notice">
        There are no processes here yet. <code>heddle deploy package.cwl --url {baseUrl}</code> deploys one.
      </p>
    );
  }
  if (view.some !== undefined && view.some.length > 0) return <SomeFound view={view} baseUrl={baseUrl} />;
  return (
    <div class="notice">
      <p>
        {nothingText(view)} <Near view={view} baseUrl={baseUrl} />
        {keyword === ""
          ? "All words were looked for in id, title, description, keywords, inputs and outputs of each process: try fewer words, or a part of one. "
          : "A process must have all these keywords as they are written, and all words: try fewer. "}
        {frame.reader === undefined ? "Some processes are only seen by who has signed in." : ""}
      </p>
      <Keywords view={view} baseUrl={baseUrl} />
      <Elsewhere view={view} baseUrl={baseUrl} />
      <p class="actions">
        <a class="button" href={`${baseUrl}/processes?f=html`}>
          {allText(view.all)}
        </a>
      </p>
    </div>
  );
}

type Told = { readonly view: ProcessListView; readonly baseUrl: string };

/** The same search among what other servers offer. */
function Elsewhere({ view: { providers = [], q }, baseUrl }: Told) {
  if (providers.length === 0) return null;
  return (
    <p>
      {"Also look at the processes of: "}
      {providers.map((id, at) => (
        <>
          {at === 0 ? "" : ", "}
          <a href={`${baseUrl}/providers/${encodeURIComponent(id)}/processes?${elsewhere(q)}`}>{id}</a>
        </>
      ))}
    </p>
  );
}

/** Comes before what has some of the words. */
function SomeFound({ view, baseUrl }: Told) {
  const { q, keyword, some = [], near = [] } = view;
  const [shown, had] = [new Set(some.map(({ id }) => id)), new Set(some.flatMap(({ has = [] }) => has))];
  // A word that nothing has may be misspelt.
  const isMisspelt = q.split(/\s+/).some((word) => !had.has(word));
  const others = isMisspelt ? near.filter(({ id }) => !shown.has(id)) : [];
  return (
    <div class="notice" role="status">
      <p>
        {`None has all of the words "${q}"${keyword === "" ? "" : ` and ${keywordText(keyword)}`}. `}
        <Near view={{ ...view, near: others }} baseUrl={baseUrl} />
        {`${some.length === 1 ? "This one has" : "These have"} some of them${some.length === 1 ? "" : ", the most words first"}:`}
      </p>
      <Elsewhere view={view} baseUrl={baseUrl} />
      <p class="actions">
        <a class="button" href={`${baseUrl}/processes?f=html`}>
          {allText(view.all)}
        </a>
      </p>
    </div>
  );
}

function keywordText(keyword: string): string {
  return `${keyword.includes(",") ? "the keywords" : "the keyword"} "${keyword}"`;
}

function nothingText({ q, keyword }: ProcessListView): string {
  const words = q === "" ? [] : [`"${q}"`];
  const keywords = keyword === "" ? [] : [keywordText(keyword)];
  return `Nothing has ${[...words, ...keywords].join(" and ")}.`;
}

function allText(all: ProcessListView["all"]): string {
  if (all === undefined || all.count === 0) return "All processes";
  if (all.isMore) return `All processes, ${all.count} and more`;
  return all.count === 1 ? "The 1 process that there is" : `All ${all.count} processes`;
}

function Near({ view: { near = [] }, baseUrl }: Told) {
  if (near.length === 0) return null;
  return (
    <>
      {"Did you mean "}
      {near.map(({ id, title }, at) => (
        <>
          {at === 0 ? "" : at === near.length - 1 ? " or " : ", "}
          <a href={`${baseUrl}/processes/${encodeURIComponent(id)}?f=html`}>{title ?? id}</a>
        </>
      ))}
      {"? "}
    </>
  );
}

/** Words that processes do have: whoever does not know what things are called here sees it. */
function Keywords({ view: { all }, baseUrl }: Told) {
  if (all === undefined || all.keywords.length === 0) return null;
  return (
    <p>
      {"Keywords that processes have: "}
      {all.keywords.map((keyword, at) => (
        <>
          {at === 0 ? "" : ", "}
          <a href={`${baseUrl}/processes?f=html&keyword=${encodeURIComponent(keyword)}`}>{keyword}</a>
        </>
      ))}
    </p>
  );
}

/** The same search at a provider. */
function elsewhere(q: string): string {
  return new URLSearchParams({ f: "html", ...(q === "" ? {} : { q }) }).toString();
}
