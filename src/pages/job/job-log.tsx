import { printedLines } from "./job-paper.tsx";
import { Told } from "./program-talk.tsx";

type LogProps = {
  /** The address of the job. */
  readonly url: string;
  /** The last lines of its log. */
  readonly log: readonly string[];
  /** The earlier attempts whose logs are kept. */
  readonly earlier: readonly number[];
};

/** Shows the last lines of the log of a job, with the ways to all of it. */
export function LogSection({ url, log, earlier }: LogProps) {
  const { before, last } = printedLines(log);
  return (
    <section id="log">
      <h2>Log</h2>
      {/* On a small screen it scrolls by itself. */}
      <pre class="code" data-live="log" role="log" aria-live="off" aria-label="Log" tabindex={0}>
        {before.length === 0 ? null : <span class="on-screen">{linesText(before)}</span>}
        {linesText(last)}
      </pre>
      {before.length === 0 ? null : (
        <p class="on-paper muted">{`These are the last lines. Those before them stand in the log: ${url}/log?f=html`}</p>
      )}
      <p class="on-screen">
        <a href={`${url}/log?f=html`}>The whole log, its errors and warnings, and a link to each line</a>
      </p>
      <EarlierLogs url={url} attempts={earlier} />
    </section>
  );
}

function linesText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** What the service warned of, as far as it stands among the lines that are shown. */
export function LogWarnings({ log, url }: { readonly log: readonly string[]; readonly url: string }) {
  const said = log.flatMap((line) => warningLine.exec(line)?.[1] ?? []);
  const [first] = said;
  if (first === undefined) return null;
  const more = said.length === 1 ? "In the log" : `In the log, with ${said.length - 1} more`;
  return (
    <div class="notice">
      <b>Warning:</b> <Told text={first} /> <a href={`${url}/log?f=html&level=faults`}>{more}</a>
    </div>
  );
}

/** How a line of the service that warns begins. */
const warningLine = /^\[.{19}\] WARNING +\[heddle\.job\] \S+ +\d+% \S+ +(.*)$/;

/** Each attempt has a log of its own. */
function EarlierLogs({ url, attempts }: { readonly url: string; readonly attempts: readonly number[] }) {
  if (attempts.length === 0) return null;
  return (
    <>
      <p id="earlier-logs">The log above is that of the last attempt. Those of earlier ones:</p>
      <ul>
        {attempts.map((attempt) => (
          <li>
            <a href={`${url}/log?f=html&attempt=${attempt}`}>{`Log of attempt ${attempt}`}</a>
          </li>
        ))}
      </ul>
    </>
  );
}
