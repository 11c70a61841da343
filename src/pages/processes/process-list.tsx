import type { Link } from "../../domain/links.ts";
import { type Obstacle, obstacleWords } from "../../domain/processes/process.ts";
import { durationText } from "../../domain/words/spans.ts";
import { deployPath } from "../deploy/deploy.tsx";
import { Records } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { plainText } from "../shared/markdown-tree.ts";
import { NothingFound } from "../shared/nothing-found.tsx";
import { type Page, type PageFrame, policyOf, scriptUrl } from "../shared/page.ts";
import { RecordTable } from "../shared/record-table.tsx";
import type { ListedProcess, ProcessListView, RunsSeen } from "./listed-process.ts";

const script = "local-times";

type ProcessList = { readonly processes: readonly object[]; readonly links: readonly Link[] };

/**
 * Builds the page of a list of processes: a search, a table with a row for each, the ways to the pages beside it. The
 * whole document is folded up (OGC 18-062r2 /req/html/content wants all of it).
 */
export function processListPage(view: ProcessListView): Page<ProcessList> {
  return {
    policy: (frame) => policyOf({ sendsForms: true, scripts: scriptUrl(frame, script) }),
    render: (frame, { processes, links }) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          {view.mayDeploy ? (
            <p class="actions">
              <a class="button" href={`${frame.baseUrl}${deployPath}?f=html`}>
                Deploy a process
              </a>
            </p>
          ) : null}
          <Search view={view} baseUrl={frame.baseUrl} />
          {view.processes.length === 0 ? <NothingFound view={view} frame={frame} /> : null}
          <Table
            processes={view.processes.length === 0 ? (view.some ?? []) : view.processes}
            whose={view.whose}
            frame={frame}
          />
          <Removed view={view} baseUrl={frame.baseUrl} />
          <p class="actions">
            {links
              .filter(({ rel }) => rel !== "self")
              .map(({ href, rel, title }) => (
                <a href={href} rel={rel}>
                  {title ?? rel}
                </a>
              ))}
            {(view.q === "" && view.keyword === "") || view.processes.length === 0 ? null : (
              <a href={`${frame.baseUrl}/processes?f=html`}>Show all processes</a>
            )}
            {frame.reader === undefined ? null : (
              <a href={`${frame.baseUrl}/providers?f=html`}>Processes of other servers</a>
            )}
            <a href={frame.jsonUrl} rel="alternate" type="application/json">
              As JSON
            </a>
          </p>
          <Records links={links} records={processes} />
        </Layout>
      )}`,
  };
}

/** Leads to what was removed: who may deploy can go back to it. */
function Removed({ view: { removed = [] }, baseUrl }: { readonly view: ProcessListView; readonly baseUrl: string }) {
  if (removed.length === 0) return null;
  return (
    <details>
      <summary>{`Undeployed processes (${removed.length})`}</summary>
      <ul>
        {removed.map((id) => (
          <li>
            <a href={`${baseUrl}/processes/${encodeURIComponent(id)}/revisions?f=html`}>{id}</a>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Search({ view: { q, keyword }, baseUrl }: { readonly view: ProcessListView; readonly baseUrl: string }) {
  return (
    <search>
      <form method="get" action={`${baseUrl}/processes`} class="actions actions-search">
        <input type="hidden" name="f" value="html" />
        <label class="field">
          <span>Words</span>
          <input type="search" name="q" value={q} placeholder="such as lake, or a part of an id" />
          <small class="muted">in any order: id, title, description, keywords, inputs and outputs</small>
        </label>
        <label class="field">
          <span>Keywords</span>
          <input type="text" name="keyword" value={keyword} />
          <small class="muted">whole keywords, as the column shows them</small>
        </label>
        <button type="submit">Search</button>
      </form>
    </search>
  );
}

function Table({
  processes,
  whose = "all",
  frame,
}: {
  readonly processes: readonly ListedProcess[];
  readonly whose: RunsSeen | undefined;
  readonly frame: PageFrame;
}) {
  if (processes.length === 0) return null;
  const hasRuns = processes.some(({ runs }) => runs !== undefined);
  const keyword = new URL(frame.jsonUrl).searchParams.get("keyword") ?? "";
  return (
    <RecordTable label="Processes">
      <table>
        <thead>
          <tr>
            <th scope="col">Process</th>
            <th scope="col">Version</th>
            <th scope="col">Keywords</th>
            <th scope="col">Origin</th>
            {hasRuns ? <th scope="col">{whose === "own" ? "Succeeded (your runs)" : "Succeeded"}</th> : null}
            {hasRuns ? <th scope="col">Usual time</th> : null}
          </tr>
        </thead>
        <tbody>
          {processes.map((process) => (
            <Row process={process} baseUrl={frame.baseUrl} keyword={keyword} hasRuns={hasRuns} whose={whose} />
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

function Row({
  process,
  baseUrl,
  keyword: chosen,
  hasRuns,
  whose,
}: {
  readonly process: ListedProcess;
  readonly baseUrl: string;
  /** What the list is narrowed to; empty for nothing. */
  readonly keyword: string;
  readonly hasRuns: boolean;
  readonly whose: RunsSeen;
}) {
  const { id, title, version, keywords = [], origin } = process;
  return (
    <tr>
      <td class="breaks">
        <a href={`${baseUrl}/processes/${encodeURIComponent(id)}?f=html`}>{title ?? id}</a>{" "}
        {title === undefined ? null : <code class="muted">{id}</code>}
        <Purpose text={process.description} />
        <CannotRun why={process.cannotRun} />
        {process.isRefused === true ? <small class="muted purpose">{`${refusedWords}`}</small> : null}
        {process.has === undefined ? null : <small class="muted purpose">{`Has: ${process.has.join(", ")}`}</small>}
      </td>
      <td class="nowrap">{version ?? ""}</td>
      <td>
        {keywords.map((keyword) => (
          <>
            {/* By keys one goes from process to process: the search has a field for keywords. */}
            {keyword === chosen ? (
              <span aria-current="true">{keyword}</span>
            ) : (
              <a href={`${baseUrl}/processes?f=html&keyword=${encodeURIComponent(keyword)}`} tabindex={-1}>
                {keyword}
              </a>
            )}{" "}
          </>
        ))}
      </td>
      <td>
        <span class="badge">{origin}</span>
      </td>
      {hasRuns ? (
        <td>
          <RunRate process={process} whose={whose} /> <Since process={process} />
        </td>
      ) : null}
      {hasRuns ? (
        <td>
          {process.medianSeconds === undefined ? null : `${durationText(process.medianSeconds)} `}
          <FromCache process={process} />
        </td>
      ) : null}
    </tr>
  );
}

/** Says of a process that its reader may not run it, and may run others. */
export const refusedWords = "You may look at this one, and not run it";

function CannotRun({ why }: { readonly why: Obstacle | undefined }) {
  if (why === undefined) return null;
  return (
    <small class="purpose cannot-run">
      <span aria-hidden="true">✕</span>
      {` cannot run here: ${obstacleWords[why]}`}
    </small>
  );
}

/** So much of a description is read for a list, and so much is shown of it. */
const [mostRead, mostShown] = [600, 160];

/** Says in one line what a process is for: the first sentence of its description. */
function Purpose({ text = "" }: { readonly text: string | undefined }) {
  const words = plainText(text.slice(0, mostRead));
  const [sentence = ""] = /^.+?[.!?](?=\s|$)/.exec(words) ?? [words];
  if (sentence === "") return null;
  const shown = sentence.length <= mostShown ? sentence : `${sentence.slice(0, mostShown).replace(/\s+\S*$/, "")} …`;
  return <small class="muted purpose">{shown}</small>;
}

/** Says of how many runs the usual time tells nothing. */
function FromCache({ process: { fromCache = 0 } }: { readonly process: ListedProcess }) {
  return fromCache === 0 ? null : <small class="muted">{`(${takenWords(fromCache)})`}</small>;
}

/** Words how many runs ran no tools. */
export function takenWords(fromCache: number): string {
  return fromCache === 1 ? "1 run was taken from the cache" : `${fromCache} runs were taken from the cache`;
}

/** Says which time the figures are about. */
function Since({ process: { since, runs = 0 } }: { readonly process: ListedProcess }) {
  return since === undefined || runs === 0 ? null : <small class="muted nowrap">{`since ${dayText(since)}`}</small>;
}

/** The day of a time in milliseconds since 1970, in UTC. */
export function dayText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

/** Words that there is no run of those that the reader may see. */
const notRunWords: Readonly<Record<RunsSeen, string>> = {
  all: "not run yet",
  some: "no run that you may see",
  own: "you have not run it yet",
};

/** Says how often the last runs succeeded. */
function RunRate({
  process: { successRate, runs = 0 },
  whose,
}: {
  readonly process: ListedProcess;
  readonly whose: RunsSeen;
}) {
  if (successRate === undefined || runs === 0) return <>{notRunWords[whose]}</>;
  return <span class="nowrap">{`${Math.round(successRate * 100)} % of ${runs}`}</span>;
}
