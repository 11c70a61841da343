import type { Child } from "hono/jsx";
import type { JobDocument } from "../../domain/documents/job.ts";
import type { ComparedInput, ComparedPair, JobComparisonDocument } from "../../domain/documents/job-comparison.ts";
import type { KnownUploads } from "../../domain/documents/upload-facts.ts";
import { looksSecret } from "../../domain/people/secret-names.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import { durationText } from "../../domain/words/spans.ts";
import { NamedValue } from "../job/input-values.tsx";
import { waitText } from "../job/job-times.ts";
import { WholeDocument } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { Change } from "../shared/numbers.tsx";
import { sizesAlike } from "../shared/one-unit.ts";
import { type Page, policyOf, scriptUrl } from "../shared/page.ts";
import { areNear, Badge, processPath, Time, Wide } from "../shared/parts.tsx";
import { shortId } from "../shared/words.ts";
import { Figures, Items } from "./compared-items.tsx";
import { comparable, noneOf, OnlyOne, Summary } from "./compared-words.tsx";
import { InsideDifference } from "./difference.tsx";

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
          <Summary document={document} />
          <Runs document={document} baseUrl={frame.baseUrl} />
          <h2>Inputs</h2>
          <OnlyOne pairs={document.inputs} what="inputs" isTold={!document.process.same} />
          <InputPairs
            pairs={comparable(document, document.inputs)}
            uploads={uploads}
            none={noneOf(document, "inputs")}
          />
          <h2>Results</h2>
          <OnlyOne pairs={document.results} what="results" isTold={!document.process.same} />
          <Pairs pairs={comparable(document, document.results)} label="Results" none={noneOf(document, "results")}>
            {(items, other, isSecond) => <Items items={items} other={other} isSecond={isSecond} images={images} />}
          </Pairs>
          {document.results.flatMap(({ inside = [] }) =>
            inside.map((difference) => <InsideDifference difference={difference} />),
          )}
          <h2>What the tools of each step used</h2>
          <OnlyOne pairs={document.statistics} what="steps" isTold={!document.process.same} />
          <Pairs
            pairs={comparable(document, document.statistics)}
            label="Statistics"
            none={noneOf(document, "steps")}
            mark={exitMark}
          >
            {(figures, other) => <Figures figures={figures} other={other} />}
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
      : [row("Taken up", (job) => <Moment at={job.started} isPrecise={isNear} />, null)]),
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
  /** Shows one side, which may tell how it is beside the other one. */
  readonly children: (value: Value, other: Value | undefined, isSecond: boolean) => Child;
}) {
  if (pairs.length === 0) return <p class="muted">{none}</p>;
  const side = (value: Value | undefined, other: Value | undefined, isSecond: boolean) =>
    value === undefined ? <span class="muted">none</span> : show(value, other, isSecond);
  const rows = pairs.map((pair) => {
    const { id, a, b } = pair;
    return { name: id, same: mark(pair), a: side(a, b, false), b: side(b, a, true) };
  });
  return <FoldedEqual label={label} rows={rows} />;
}

function InputPairs({
  pairs,
  uploads,
  none,
}: {
  readonly pairs: readonly ComparedInput[];
  readonly uploads: KnownUploads;
  readonly none: string;
}) {
  if (pairs.length === 0) return <p class="muted">{none}</p>;
  const side = ({ id, a, b, defaults = [] }: ComparedInput, of: "a" | "b") => {
    const value = of === "a" ? a : b;
    return value === undefined ? (
      <span class="muted">none</span>
    ) : (
      <>
        <NamedValue name={id} value={value} uploads={uploads} sizes={sizesAlike(lengthsOf([a, b], uploads))} />{" "}
        {defaults.includes(of) ? <span class="muted">(default)</span> : null}
      </>
    );
  };
  const rows = pairs.map((pair) => ({
    name: pair.id,
    same: pair.same,
    a: side(pair, "a"),
    b: (
      <>
        {side(pair, "b")}
        {looksSecret(pair.id) ? null : <Change a={pair.a} b={pair.b} />}
      </>
    ),
  }));
  return <FoldedEqual label="Inputs" rows={rows} />;
}

/** How long the uploads are that values name, at any depth, in bytes. */
function lengthsOf(values: readonly (Json | undefined)[], uploads: KnownUploads): readonly number[] {
  return values.flatMap((value): readonly number[] => {
    if (isList(value)) return lengthsOf(value, uploads);
    if (!isJsonObject(value)) return [];
    const upload = typeof value.href === "string" ? uploads.get(value.href) : undefined;
    const own = upload !== undefined && "length" in upload ? [upload.length] : [];
    return [...own, ...lengthsOf(Object.values(value), uploads)];
  });
}

/** So many that are the same stand there as they are, where nothing differs. */
const shownEqual = 3;

/** What is the same in both is folded up below what differs. */
function FoldedEqual({ label, rows }: { readonly label: string; readonly rows: readonly RowOf[] }) {
  const equal = rows.filter(({ same }) => same === true);
  const unlike = rows.filter(({ same }) => same !== true);
  if (equal.length === 0 || (unlike.length === 0 && equal.length <= shownEqual)) {
    return <Table label={label} rows={rows} />;
  }
  const what = label.toLowerCase();
  return (
    <>
      {unlike.length === 0 ? null : <Table label={label} rows={unlike} />}
      <details>
        <summary>
          {equal.length === 1 ? `1 of the ${what} is the same in both` : `${equal.length} ${what} are the same in both`}
        </summary>
        <Table label={`Equal ${what}`} rows={equal} />
      </details>
    </>
  );
}
