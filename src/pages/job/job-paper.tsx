import type { TimelineEntry } from "../../domain/documents/job-view.ts";
import type { ResultItem, ResultView } from "../../domain/documents/result-view.ts";
import { isStage } from "../shared/failure-words.ts";
import { Size, Time } from "../shared/parts.tsx";
import { stageWords } from "../shared/words.ts";

/** So many results, and lines of the log, stand on paper; the rest is counted. */
const mostPrinted = 20;

/** Lists the results of a job for paper: what each is and its digest. What is in them stands on paper of their own page. */
export function PrintedResults({ results, url }: { readonly results: readonly ResultView[]; readonly url: string }) {
  const all = results.flatMap(({ outputId, items }) => items.map((item) => ({ outputId, item })));
  const left = results.reduce((sum, { notListed = 0 }) => sum + notListed, Math.max(0, all.length - mostPrinted));
  if (all.length === 0) return null;
  return (
    <div class="on-paper">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Result</th>
            <th scope="col">Name</th>
            <th scope="col">Type, size</th>
            <th scope="col">SHA-256</th>
          </tr>
        </thead>
        <tbody>
          {all.slice(0, mostPrinted).map(({ outputId, item }) => (
            <tr>
              <td>{outputId}</td>
              <td>{item.name === outputId ? "" : item.name}</td>
              <td>
                <Kind item={item} />
              </td>
              <td>{item.sha256 === undefined ? null : <code>{item.sha256}</code>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">
        {left === 0
          ? `What is in them is printed from ${url}/results?f=html.`
          : `And ${left} more. All of them, with what is in them, are printed from ${url}/results?f=html; ${url}/results?f=zip has the files.`}
      </p>
    </div>
  );
}

function Kind({ item: { type, length, value, inside } }: { readonly item: ResultItem }) {
  if (value !== undefined) return <code>{shortText(JSON.stringify(value))}</code>;
  const count = inside === undefined ? 0 : inside.items.length + inside.others;
  return (
    <>
      {type}
      {type === undefined || length === undefined ? "" : ", "}
      {length === undefined ? null : <Size bytes={length} />}
      {count === 0 ? "" : `, ${count === 1 ? "1 file" : `${count} files`}`}
    </>
  );
}

const longestValue = 80;

function shortText(text: string): string {
  return text.length <= longestValue ? text : `${text.slice(0, longestValue)}…`;
}

/** Tells the way of a job through its stages in one line, for paper. */
export function PrintedStages({ entries }: { readonly entries: readonly TimelineEntry[] }) {
  const [first] = entries;
  if (first === undefined) return null;
  const words = entries.map(({ stage = "", status }) => (isStage(stage) ? stageWords[stage] : status));
  const told = words.filter((one, at) => one !== words[at - 1]);
  return (
    <p class="on-paper">
      <span>
        <Time at={first.at} />
        {`: ${told.join(" → ")}`}
        {entries.length === 1 ? "" : ", "}
        {entries.length === 1 ? null : <Time at={entries.at(-1)?.at ?? first.at} />}
      </span>
    </p>
  );
}

/** Parts the lines of a log that stand on paper from those before them. */
export function printedLines(log: readonly string[]): {
  readonly before: readonly string[];
  readonly last: readonly string[];
} {
  const at = Math.max(0, log.length - mostPrinted);
  return { before: log.slice(0, at), last: log.slice(at) };
}
