import type { Child } from "hono/jsx";
import type { KeptDocument, SystemDocument } from "../../domain/documents/system.ts";
import { Time } from "../shared/parts.tsx";
import { RecordTable } from "../shared/record-table.tsx";
import { quoted } from "../shared/shell-words.ts";
import { sizeText } from "../shared/words.ts";
import { keptJobsText, keptSpanText } from "./kept-words.ts";
import { fileOfSettings, lineText } from "./setting-words.ts";
import { SettingLinks, SettingNames } from "./system-settings.tsx";

type Shown = { readonly document: SystemDocument };
type Linked = Shown & { readonly baseUrl: string };

/** What is kept how long, with the setting that says so, and what is removed next. */
export function Retention({ document: { retention, settings }, baseUrl }: Linked) {
  return (
    <section>
      <h2 id="retention">Retention</h2>
      {retention
        .filter(({ what }) => what === "jobs")
        .map((kept) => (
          <KeptJobs kept={kept} settings={settings} baseUrl={baseUrl} />
        ))}
      <details data-follows="">
        <summary>All that is kept, for how long, and what is removed next</summary>
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
                    <Next kept={kept} baseUrl={baseUrl} />
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
      </details>
    </section>
  );
}

/** What most ask for, in a sentence: how long jobs and their results stay, and when the next of them goes. */
function KeptJobs({
  kept,
  settings,
  baseUrl,
}: Pick<SystemDocument, "settings"> & { readonly kept: KeptDocument; readonly baseUrl: string }) {
  const list = lists.jobs;
  return (
    <p>
      {keptJobsText(kept.seconds, false)}
      {kept.seconds === undefined ? null : (
        <>
          {"; "}
          <a href={`${baseUrl}/jobs?f=html&kept=true`}>those kept for good</a>
          {" until somebody releases them"}
        </>
      )}
      {kept.next === undefined || list === undefined ? (
        ". "
      ) : (
        <>
          {"; the next is removed on "}
          <Time at={kept.next} />
          {": see "}
          <a href={`${baseUrl}${list.path}`}>{list.words}</a>
          {". "}
        </>
      )}
      <span class="muted">
        {"Setting: "}
        <SettingNames settings={settings} names={kept.settings} />
      </span>
    </p>
  );
}

const keptWords: Readonly<Record<KeptDocument["what"], string>> = {
  jobs: "Jobs that have ended, failed ones too, with their results and logs",
  "work of failed jobs": "Work directories of failed jobs, where one looks for the cause",
  "results of answered runs": "Results of synchronous runs that are in no list of jobs",
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
  const time = keptSpanText(seconds);
  if (what === "jobs") return `${time} after their end; those kept for good stay`;
  if (what === "uploads")
    return `${time}, and longer while a job reads it that has not ended, that failed, or that is kept for good`;
  if (what === "orphans") return `${time}; less when the disk is full`;
  if (what === "sessions") return `${time} at most; until then or the end of their key`;
  return time;
}

/** Where one sees what is removed next. */
const lists: Readonly<Partial<Record<KeptDocument["what"], { readonly path: string; readonly words: string }>>> = {
  jobs: {
    path: `/jobs?${new URLSearchParams({ status: "successful,failed,dismissed", sortby: "finished", f: "html" })}`,
    words: "the jobs that ended first",
  },
  uploads: { path: "/uploads?f=html", words: "the uploads" },
};

/** Where it would take long to count: what goes next. */
const uncountedWords: Readonly<Partial<Record<KeptDocument["what"], string>>> = {
  "work of failed jobs": "that of each job a day after it failed; it is looked for once an hour, not counted",
  cache: "what was used longest ago, when there is more",
};

/** The service stops counting there. */
const mostCounted = 1000;

function Next({
  kept: { what, next, dueWithinDay, held },
  baseUrl,
}: {
  readonly kept: KeptDocument;
  readonly baseUrl: string;
}) {
  const list = lists[what];
  const count = dueWithinDay === mostCounted ? `${mostCounted} or more` : dueWithinDay;
  return (
    <>
      {next !== undefined ? (
        <>
          the first <Time at={next} />
          {count === undefined ? null : `, ${count === 0 ? "none" : count} within a day`}
          {list === undefined ? null : (
            <>
              {" · "}
              <a href={`${baseUrl}${list.path}`}>{list.words}</a>
            </>
          )}
        </>
      ) : dueWithinDay !== undefined ? (
        "nothing"
      ) : (
        <span class="muted">{uncountedWords[what] ?? "nothing"}</span>
      )}
      {held === undefined || held === 0 ? null : `; ${held} past their time, which a job may read or keeps`}
    </>
  );
}

/** How a copy of the service is made: what the command copies, and what it does not. */
export function Backup({ document: { directories } }: Shown) {
  const { data, outputs, uploads } = directories;
  const secret = `${data}/secret.key`;
  return (
    <section>
      <h2 id="backup">Backup</h2>
      <p>
        Two commands make one, on the machine of the service, as its user or with sudo, while it runs. This copies the
        database, which has the jobs, processes, keys and the audit:
      </p>
      <pre class="code" data-copy="">{`heddle backup "heddle-$(date +%F).db" --data ${quoted(data)}`}</pre>
      <p>
        Then copy the files, which are not in it: results (<code>{outputs}</code>), uploads (<code>{uploads}</code>),
        and the key of kept secrets (<code>{secret}</code>). Nobody else may read that copy:
      </p>
      <pre class="code" data-copy="">
        {`(umask 077; tar -czf "heddle-files-$(date +%F).tar.gz" --ignore-failed-read ${[outputs, uploads, secret].map(quoted).join(" ")})`}
      </pre>
      <p>
        To go back, stop the service, put the files in their places (<code>tar -xzf FILE.tar.gz -C /</code>), and use{" "}
        <code>{`heddle restore FILE.db --data ${quoted(data)}`}</code>.
      </p>
    </section>
  );
}

/** Where Prometheus reads numbers, and by what key. */
export function Metrics({ document, baseUrl }: Linked) {
  const { metrics, settings } = document;
  const { isOn, address } = metrics;
  const names = <SettingLinks settings={settings} names={["metrics", "metricsListen"]} />;
  return (
    <section>
      <h2 id="metrics">Metrics</h2>
      {!isOn ? (
        <p>
          They are off. <code>--metrics on</code>, or <code>{lineText(fileOfSettings(settings), "metrics", "on")}</code>{" "}
          in the file, and a restart turn them on
          {names}
        </p>
      ) : address === undefined ? (
        <ByKey document={document} baseUrl={baseUrl}>
          {names}
        </ByKey>
      ) : (
        <>
          <p>
            They are on: Prometheus reads them at <code>{address}</code>, without a key
            {names}
          </p>
          <Scrape url={address} />
        </>
      )}
    </section>
  );
}

/** Numbers that are read by a key. */
function ByKey({ document: { directories }, baseUrl, children }: Linked & { readonly children: Child }) {
  const data = quoted(directories.data);
  return (
    <>
      <p>
        They are on: Prometheus reads them at <a href={`${baseUrl}/metrics`}>{`${baseUrl}/metrics`}</a>, with a key that
        has the right <code>read-metrics</code>
        {children}
      </p>
      <p>
        This makes a key that may do nothing else, on the machine of the service; the{" "}
        <a href={`${baseUrl}/_/keys?f=html`}>page of keys</a> does as well. It is printed once: put it into the file
        that the configuration of Prometheus below names.
      </p>
      <pre class="code" data-copy="">
        {`heddle keys create --role admin --actions read-metrics --service --user prometheus --data ${data}`}
      </pre>
      <Scrape url={`${baseUrl}/metrics`} credentials={credentialsFile} />
    </>
  );
}

const credentialsFile = "/etc/prometheus/heddle.key";

/** The part of the configuration of Prometheus that reads the numbers. */
function Scrape({ url, credentials }: { readonly url: string; readonly credentials?: string }) {
  if (!URL.canParse(url)) return null;
  const { protocol, host, pathname } = new URL(url);
  const lines = [
    "scrape_configs:",
    "  - job_name: heddle",
    `    scheme: ${protocol.replace(":", "")}`,
    `    metrics_path: ${pathname}`,
    ...(credentials === undefined ? [] : ["    authorization:", `      credentials_file: ${credentials}`]),
    "    static_configs:",
    `      - targets: ["${host}"]`,
  ];
  return (
    <>
      <p>For the file of Prometheus (prometheus.yml):</p>
      {/* Lines that are broken elsewhere would look like YAML that is wrong. */}
      <pre class="code code-lines" data-copy="" tabindex={0}>
        {lines.join("\n")}
      </pre>
    </>
  );
}
