import {
  type FoundLog,
  type LogLevel,
  type LogLine,
  type LogSearch,
  logLevels,
} from "../../domain/documents/found-log.ts";
import { Layout } from "../shared/layout.tsx";
import { type Page, type PageFrame, policyOf } from "../shared/page.ts";

/** What the page of a log shows, and of what. */
export type LogView = {
  /** The address of the job. */
  readonly jobUrl: string;
  readonly search: LogSearch;
  readonly found: FoundLog;
  readonly attempt?: number;
  readonly isRunning: boolean;
};

const levelWords: Readonly<Record<LogLevel, string>> = {
  all: "all lines",
  faults: "errors and warnings",
  tools: "what tools said",
};

/** Builds the page of a log: its lines by their numbers, which are addresses, and what is looked for in it. */
export function logPage(view: LogView): Page<object> {
  return {
    policy: () => policyOf({ sendsForms: true }),
    render: (frame) =>
      `<!doctype html>${(
        <Layout {...frame}>
          <p class="actions on-screen">
            <a href={`${view.jobUrl}?f=html`}>The job</a>
            <a href={addressOf(view, { f: "text" })} download={`${jobNameOf(view.jobUrl)}.log`}>
              Download
            </a>
            <a href={addressOf(view, { f: "text" })}>As text</a>
            <a href={frame.jsonUrl}>As JSON</a>
          </p>
          <Search view={view} />
          <Lines view={view} frame={frame} />
        </Layout>
      )}`,
  };
}

function jobNameOf(jobUrl: string): string {
  return jobUrl.slice(jobUrl.lastIndexOf("/") + 1);
}

/** The address of this log: of the same attempt, with what is given. */
function addressOf({ jobUrl, attempt }: LogView, members: Readonly<Record<string, string>>): string {
  const all = { ...members, ...(attempt === undefined ? {} : { attempt: String(attempt) }) };
  return `${jobUrl}/log?${new URLSearchParams(all)}`;
}

function Search({ view }: { readonly view: LogView }) {
  const { jobUrl, attempt, search, found } = view;
  return (
    <form method="get" action={`${jobUrl}/log`} class="actions many on-screen">
      <input type="hidden" name="f" value="html" />
      {attempt === undefined ? null : <input type="hidden" name="attempt" value={String(attempt)} />}
      <label class="field">
        <span>Words</span>
        <input type="search" name="q" value={search.words} autocomplete="off" />
      </label>
      <label class="field">
        <span>Show</span>
        <select name="level">
          {logLevels.map((level) => (
            <option value={level} selected={level === search.level}>
              {levelWords[level]}
            </option>
          ))}
        </select>
      </label>
      {found.steps.length < 2 && search.step === undefined ? null : (
        <label class="field">
          <span>Step</span>
          <select name="step">
            <option value="">all steps</option>
            {[...new Set([...found.steps, ...(search.step === undefined ? [] : [search.step])])].map((step) => (
              <option value={step} selected={step === search.step}>
                {step}
              </option>
            ))}
          </select>
        </label>
      )}
      <div class="filter-acts">
        <button type="submit">Show</button>
        {isNarrowed(search) ? (
          <a class="button" href={addressOf(view, { f: "html" })}>
            Clear
          </a>
        ) : null}
      </div>
    </form>
  );
}

function isNarrowed({ words, level, step }: LogSearch): boolean {
  return words.trim() !== "" || level !== "all" || step !== undefined;
}

function Lines({ view, frame }: { readonly view: LogView; readonly frame: PageFrame }) {
  const { found, search } = view;
  return (
    <>
      <p role="status">
        <b>{countText(view)}</b>
        {found.isCut ? " The log is longer than a page looks through: download it to have all of it." : ""}
        {found.lines.length === 0 ? "" : " The number of a line is a link to it, which can be copied."}
        {view.isRunning ? (
          <>
            {" The job goes on: "}
            <a href={`${frame.baseUrl}${frame.here ?? ""}`}>look again</a>
          </>
        ) : null}
      </p>
      {found.lines.length === 0 ? null : (
        <pre class="code log-lines">
          {found.lines.map((line) => (
            <Line line={line} view={view} />
          ))}
        </pre>
      )}
      <p class="actions on-screen">
        {search.from > 1 ? <a href={addressOf(view, { f: "html", ...chosen(search) })}>The first lines</a> : null}
        {found.next === undefined ? null : (
          <a href={addressOf(view, { f: "html", ...chosen(search), from: String(found.next) })}>The next lines</a>
        )}
      </p>
    </>
  );
}

/** What is looked for, as the address has it. */
function chosen({ words, level, step }: LogSearch): Readonly<Record<string, string>> {
  return {
    ...(words.trim() === "" ? {} : { q: words }),
    ...(level === "all" ? {} : { level }),
    ...(step === undefined ? {} : { step }),
  };
}

function countText({ found: { count, found, lines, next }, search }: LogView): string {
  const all = count === 1 ? "1 line" : `${count.toLocaleString("en")} lines`;
  const [first, last] = [lines[0], lines.at(-1)];
  const isPart = next !== undefined || search.from > 1;
  const shown =
    isPart && first !== undefined && last !== undefined ? ` Lines ${first.number} to ${last.number} are shown.` : "";
  if (!isNarrowed(search)) return `${count === 0 ? "The log has no line yet" : all}.${shown}`;
  return `${found === 0 ? "None" : found.toLocaleString("en")} of ${all}.${shown}`;
}

/** A line with its number, which leads to it among all others. */
function Line({ line: { number, text, kind }, view }: { readonly line: LogLine; readonly view: LogView }) {
  const around = Math.max(1, number - linesBefore);
  const address = addressOf(view, { f: "html", ...(around === 1 ? {} : { from: String(around) }) });
  return (
    <span id={`L${number}`} class={kind === "error" || kind === "warning" ? `line-${kind}` : undefined}>
      <a href={`${address}#L${number}`} aria-label={`Link to line ${number}`}>
        {number}
      </a>
      {` ${text}\n`}
    </span>
  );
}

/** So many lines stand before the one that a link leads to. */
const linesBefore = 500;
