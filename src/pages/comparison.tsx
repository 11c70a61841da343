import type { Child } from "hono/jsx";
import type { JobDocument } from "../domain/documents/job.ts";
import type {
  ComparedInput,
  ComparedItem,
  ComparedPair,
  JobComparisonDocument,
} from "../domain/documents/job-comparison.ts";
import type { KnownUploads } from "../domain/documents/upload-facts.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import { isShownImage, maxImageBytes } from "../domain/media-type.ts";
import { durationText, shortTimeText } from "../domain/spans.ts";
import { InsideDifference } from "./difference.tsx";
import { WholeDocument } from "./document.tsx";
import { InputValue, NamedValue } from "./input-values.tsx";
import { waitText } from "./job-times.ts";
import { Layout } from "./layout.tsx";
import { type Page, policyOf, scriptUrl } from "./page.ts";
import { areNear, Badge, processPath, Size, Time, Wide } from "./parts.tsx";
import { shortId } from "./words.ts";

const script = "local-times";

/** What the page has of both runs besides the document; images of results are shown from the address of the outputs. */
export type ComparisonView = { readonly uploads: KnownUploads; readonly outputsUrl: string };

/** Builds the page that shows two jobs side by side, with what differs marked by sign and word. */
export function comparisonPage({ uploads, outputsUrl }: ComparisonView): Page<JobComparisonDocument> {
  const images = `${outputsUrl}/`;
  return {
    policy: (frame) => policyOf({ scripts: scriptUrl(frame, script), images: [images] }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame} title={`Compare: ${frame.title}`} script={scriptUrl(frame, script)}>
          <p>{summaryOf(document)}</p>
          <Runs document={document} baseUrl={frame.baseUrl} />
          <h2>Inputs</h2>
          <InputPairs pairs={document.inputs} uploads={uploads} />
          <h2>Results</h2>
          <Pairs pairs={document.results} label="Results" none="Neither has results.">
            {(items) => <Items items={items} images={images} />}
          </Pairs>
          {document.results.flatMap(({ inside = [] }) =>
            inside.map((difference) => <InsideDifference difference={difference} />),
          )}
          <h2>What the tools of each step used</h2>
          <Pairs pairs={document.statistics} label="Statistics" none="Of neither it is known." mark={exitMark}>
            {(figures) => <Figures figures={figures} />}
          </Pairs>
          <WholeDocument document={document} jsonUrl={frame.jsonUrl} />
        </Layout>
      )}`,
  };
}

/** What tools took is never the same: what is worth a mark is that they ended in other ways. */
function exitMark({ a, b }: ComparedPair<JsonObject>): false | null {
  const isKnown = a?.exitCode !== undefined && b?.exitCode !== undefined;
  return isKnown && a.exitCode !== b.exitCode ? false : null;
}

/** Says in one sentence what differs. */
function summaryOf({ a, b, process, revision, inputs, results }: JobComparisonDocument): string {
  const told = [
    process.same ? (revision.same ? "the same revision" : "different revisions") : "different processes",
    unlikeText(inputs, "inputs"),
    unlikeText(results, "results"),
  ];
  const order = a.created === b.created ? "Both were made at the same time." : "A was made first.";
  return `${order} They ran ${told[0]}; ${told.slice(1).join(", ")}.`;
}

/** So many are named in a sentence. */
const mostNamed = 5;

/** Words how many of some pairs differ, and which. */
function unlikeText(pairs: readonly { readonly id: string; readonly same?: boolean }[], what: string): string {
  const unlike = pairs.filter(({ same }) => same === false).map(({ id }) => id);
  const more = unlike.length > mostNamed ? `, and ${unlike.length - mostNamed} more` : "";
  const names = unlike.length === 0 ? "" : ` (${unlike.slice(0, mostNamed).join(", ")}${more})`;
  return `${unlike.length} of ${pairs.length} ${what} differ${names}`;
}

/** Says by sign and word whether two are the same: colour only repeats it. */
function Mark({ same }: { readonly same: boolean | undefined | null }) {
  if (same === null) return null;
  if (same === undefined) return <span class="muted">? not known</span>;
  return same ? <span class="muted">= same</span> : <strong class="differs">≠ differs</strong>;
}

type RowOf = {
  readonly name: string;
  /** Null where it does not matter, undefined where it cannot be told. */
  readonly same: boolean | undefined | null;
  readonly a: Child;
  readonly b: Child;
};

function Table({ label, rows }: { readonly label: string; readonly rows: readonly RowOf[] }) {
  return (
    <Wide label={label}>
      <table class="table compared">
        <thead>
          <tr>
            <th scope="col">{label}</th>
            <th scope="col">A</th>
            <th scope="col">B</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, same, a, b }) => (
            <tr data-same={String(same ?? "unknown")}>
              <th scope="row">
                {name} <Mark same={same} />
              </th>
              <td>{a}</td>
              <td>{b}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function Runs({ document, baseUrl }: { readonly document: JobComparisonDocument; readonly baseUrl: string }) {
  const { a, b, process, revision } = document;
  const row = (name: string, show: (job: JobDocument) => Child, same: boolean | null): RowOf => ({
    name,
    same,
    a: show(a),
    b: show(b),
  });
  const isNear = areNear(Date.parse(a.created), Date.parse(b.created));
  const rows = [
    row("Job", (job) => <JobLink job={job} baseUrl={baseUrl} />, null),
    row("Process", (job) => <a href={`${processPath(job, baseUrl)}?f=html`}>{job.processID}</a>, process.same),
    row("Revision", (job) => <code class="digest">{job.processRevision}</code>, revision.same),
    row(
      "Status",
      (job) => <Badge status={job.status} isWaiting={waitText(job) !== undefined} />,
      a.status === b.status,
    ),
    row("Created", (job) => <Time at={job.created} isPrecise={isNear} />, null),
    ...(a.started === undefined && b.started === undefined
      ? []
      : [row("Began", (job) => <Moment at={job.started} isPrecise={isNear} />, null)]),
    ...(a.finished === undefined && b.finished === undefined
      ? []
      : [row("Ended", (job) => <Moment at={job.finished} isPrecise={isNear} />, null)]),
    row("Waited", (job) => secondsText(job.waitingSeconds), null),
    row("Ran", (job) => secondsText(job.runningSeconds), null),
  ];
  const people =
    a.user === undefined && b.user === undefined ? [] : [row("User", ({ user }) => user, a.user === b.user)];
  return (
    <>
      <Table label="Run" rows={[...rows, ...people]} />
      {revision.difference === undefined ? null : (
        <p>
          <a href={revision.difference}>What differs between the revisions</a>
        </p>
      )}
    </>
  );
}

function Moment({ at, isPrecise }: { readonly at: string | undefined; readonly isPrecise: boolean }) {
  return at === undefined ? "not yet" : <Time at={at} isPrecise={isPrecise} />;
}

function secondsText(seconds: number | undefined): string {
  return seconds === undefined ? "not known yet" : durationText(seconds);
}

function JobLink({ job, baseUrl }: { readonly job: JobDocument; readonly baseUrl: string }) {
  return (
    <>
      <a href={`${baseUrl}/jobs/${encodeURIComponent(job.jobID)}?f=html`} title={job.jobID}>
        <code>{shortId(job.jobID)}</code>
      </a>{" "}
      {job.title}
    </>
  );
}

function Pairs<Value>({
  pairs,
  label,
  none,
  mark = ({ same }) => same,
  children: show,
}: {
  readonly pairs: readonly ComparedPair<Value>[];
  readonly label: string;
  readonly none: string;
  readonly mark?: (pair: ComparedPair<Value>) => RowOf["same"];
  readonly children: (value: Value) => Child;
}) {
  if (pairs.length === 0) return <p class="muted">{none}</p>;
  const side = (value: Value | undefined) => (value === undefined ? <span class="muted">none</span> : show(value));
  const rows = pairs.map((pair) => ({ name: pair.id, same: mark(pair), a: side(pair.a), b: side(pair.b) }));
  return <Table label={label} rows={rows} />;
}

function InputPairs({ pairs, uploads }: { readonly pairs: readonly ComparedInput[]; readonly uploads: KnownUploads }) {
  if (pairs.length === 0) return <p class="muted">Neither has inputs.</p>;
  const side = (id: string, value: Json | undefined, isDefault: boolean) =>
    value === undefined ? (
      <span class="muted">none</span>
    ) : (
      <>
        <NamedValue name={id} value={value} uploads={uploads} />{" "}
        {isDefault ? <span class="muted">(default)</span> : null}
      </>
    );
  const rows = pairs.map(({ id, same, a, b, defaults = [] }) => ({
    name: id,
    same,
    a: side(id, a, defaults.includes("a")),
    b: side(id, b, defaults.includes("b")),
  }));
  const equal = rows.filter(({ same }) => same === true);
  if (equal.length <= shownEqual) return <Table label="Inputs" rows={rows} />;
  const unlike = rows.filter(({ same }) => same !== true);
  return (
    <>
      {unlike.length === 0 ? null : <Table label="Inputs" rows={unlike} />}
      <details>
        <summary>{`${equal.length} inputs are the same in both`}</summary>
        <Table label="Equal inputs" rows={equal} />
      </details>
    </>
  );
}

/** More that are the same stand folded up below those that differ. */
const shownEqual = 3;

function Items({ items, images }: { readonly items: readonly ComparedItem[]; readonly images: string }) {
  if (items.length === 0) return <span class="muted">empty</span>;
  return (
    <ul>
      {items.map((item) => (
        <Item item={item} images={images} />
      ))}
    </ul>
  );
}

function Item({ item, images }: { readonly item: ComparedItem; readonly images: string }) {
  const { name, href, look, type = "", length, sha256, value } = item;
  const isShown = href?.startsWith(images) === true && isShownImage(type) && (length ?? 0) <= maxImageBytes;
  return (
    <li>
      {value === undefined ? null : <InputValue value={value} uploads={new Map()} />}{" "}
      {look !== undefined && /^https?:/.test(look) ? <a href={look}>{name}</a> : name}{" "}
      <span class="muted">
        {type} {length === undefined ? null : <Size bytes={length} />}{" "}
        {sha256 === undefined ? null : <code title={`SHA-256 ${sha256}`}>{sha256.slice(0, 12)}…</code>}
      </span>
      {isShown ? <img src={href} alt={name} loading="lazy" /> : null}
    </li>
  );
}

function Figures({
  figures: { fromCache, tools, cpuSeconds, peakMemoryBytes, exitCode },
}: {
  readonly figures: JsonObject;
}) {
  return (
    <ul>
      {fromCache === true ? <li>from the cache</li> : null}
      {typeof tools === "number" ? <li>{tools === 1 ? "1 tool run" : `${tools} tools run`}</li> : null}
      {typeof cpuSeconds === "number" ? <li>{`${shortTimeText(cpuSeconds)} of CPU time`}</li> : null}
      {typeof peakMemoryBytes === "number" ? (
        <li>
          <Size bytes={peakMemoryBytes} /> of memory at most
        </li>
      ) : null}
      {typeof exitCode === "number" ? <li>{`exit code ${exitCode}`}</li> : null}
    </ul>
  );
}
