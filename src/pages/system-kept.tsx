import type { KeptDocument, SystemDocument } from "../domain/documents/system.ts";
import { Time } from "./parts.tsx";
import { RecordTable } from "./record-table.tsx";
import { SettingLinks, SettingNames } from "./system-settings.tsx";
import { sizeText } from "./words.ts";

type Shown = { readonly document: SystemDocument };

/** What is kept how long, with the setting that says so, and what is removed next. */
export function Retention({ document: { retention, settings } }: Shown) {
  return (
    <section>
      <h2 id="retention">Retention</h2>
      <p>The service looks once an hour for what is due, and removes it then.</p>
      <RecordTable label="Retention">
        <table>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Kept</th>
              <th scope="col">Removed next</th>
              <th scope="col">Setting</th>
            </tr>
          </thead>
          <tbody>
            {retention.map((kept) => (
              <tr>
                <th scope="row">{keptWords[kept.what]}</th>
                <td>{keptText(kept)}</td>
                <td>
                  <Next kept={kept} />
                </td>
                <td>
                  {kept.settings.length === 0 ? <span class="muted">none: it is fixed</span> : null}
                  <SettingNames settings={settings} names={kept.settings} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </RecordTable>
    </section>
  );
}

const keptWords: Readonly<Record<KeptDocument["what"], string>> = {
  jobs: "Jobs that have ended, failed ones too, with their results and logs",
  "work of failed jobs": "What tools of a failed job left besides, to look for the cause",
  "results of answered runs": "Results of synchronous runs that are no jobs to who asked",
  uploads: "Uploads",
  audit: "Lines of the audit",
  orphans: "Files that the database does not know",
  cache: "Outputs of steps and assets that are used again",
  sessions: "Browsers that are signed in",
};

function keptText({ what, seconds, maxBytes }: KeptDocument): string {
  if (maxBytes !== undefined)
    return maxBytes === 0 ? "not at all" : `up to ${sizeText(maxBytes)}, the oldest goes first`;
  if (seconds === undefined) return "until somebody removes them: nothing is removed by time";
  const time = spanText(seconds);
  if (what === "jobs") return `${time} after their end; pinned ones for ever`;
  if (what === "uploads") return `${time}, and longer while a job that has not ended, or that failed, reads it`;
  if (what === "orphans") return `${time}; less when the disk is full`;
  if (what === "sessions") return `${time} at most; until then or the end of their key`;
  return time;
}

function spanText(seconds: number): string {
  const [hours, days] = [seconds / 3600, seconds / 86_400];
  if (Number.isInteger(days)) return days === 1 ? "1 day" : `${days} days`;
  return hours === 1 ? "1 hour" : `${hours} hours`;
}

/** The service stops counting there. */
const mostCounted = 1000;

function Next({ kept: { what, next, dueWithinDay, held } }: { readonly kept: KeptDocument }) {
  const count = dueWithinDay === mostCounted ? `${mostCounted} or more` : dueWithinDay;
  return (
    <>
      {next !== undefined ? (
        <>
          the first <Time at={next} />
          {`, ${count} within a day`}
        </>
      ) : dueWithinDay !== undefined ? (
        "nothing"
      ) : (
        <span class="muted">{what === "jobs" ? "nothing" : "not counted"}</span>
      )}
      {held === undefined || held === 0 ? null : `; ${held} past their time, which a job may read`}
    </>
  );
}

/** How a copy of the service is made: what the command copies, and what it does not. */
export function Backup({ document: { directories } }: Shown) {
  const { data, outputs, uploads } = directories;
  return (
    <section>
      <h2 id="backup">Backup</h2>
      <p>This copies the database on the machine of the service, while it runs:</p>
      <pre class="code" data-copy="">{`heddle backup "heddle-$(date +%F).db" --data ${quoted(data)}`}</pre>
      <p>
        Jobs, processes, keys and the audit are in it. Not in it are the files: results (<code>{outputs}</code>),
        uploads (<code>{uploads}</code>), and the key of kept secrets (<code>{`${data}/secret.key`}</code>). Copy these
        as files, after the database. <code>heddle restore</code> puts a copy back while the service is stopped.
      </p>
    </section>
  );
}

/** Quotes a path for a shell where it needs it. */
function quoted(path: string): string {
  return /^[\w/.-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** Where Prometheus reads numbers, and by what key. */
export function Metrics({ document: { metrics, settings }, baseUrl }: Shown & { readonly baseUrl: string }) {
  const { isOn, address } = metrics;
  return (
    <section>
      <h2 id="metrics">Metrics</h2>
      {!isOn ? (
        <p>
          They are off. <code>--metrics on</code>, or <code>metrics: on</code> in the file, and a restart turn them on
          <SettingLinks settings={settings} names={["metrics", "metricsListen"]} />
        </p>
      ) : address === undefined ? (
        <>
          <p>
            Prometheus reads them at <a href={`${baseUrl}/metrics`}>{`${baseUrl}/metrics`}</a>, with a key that has the
            right <code>read-metrics</code>
            <SettingLinks settings={settings} names={["metrics", "metricsListen"]} />
          </p>
          <p>This makes a key that may do nothing else:</p>
          <pre class="code" data-copy="">
            {"heddle keys create --role admin --actions read-metrics --service --user prometheus"}
          </pre>
        </>
      ) : (
        <p>
          Prometheus reads them at <code>{address}</code>, without a key
          <SettingLinks settings={settings} names={["metrics", "metricsListen"]} />
        </p>
      )}
    </section>
  );
}
