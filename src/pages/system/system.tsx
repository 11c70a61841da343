import type { SystemDocument } from "../../domain/documents/system.ts";
import { nowStatuses } from "../job-list/job-filter.tsx";
import { WholeDocument } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { type Page, policyOf, scriptUrl } from "../shared/page.ts";
import { Fold, Time } from "../shared/parts.tsx";
import { RecordTable } from "../shared/record-table.tsx";
import { sizeText } from "../shared/words.ts";
import { Backup, Metrics, Retention } from "./system-kept.tsx";
import { SettingLinks, Settings } from "./system-settings.tsx";
import { Space } from "./system-space.tsx";

const script = "system";

/** How often the script of the page takes newer figures. */
const renewSeconds = 10;

/** Builds the page that tells an admin what the service runs on: each figure leads to where one can act. */
export function systemPage({ measured }: { readonly measured: string }): Page<SystemDocument> {
  return {
    policy: (frame) => policyOf({ connects: true, scripts: scriptUrl(frame, script) }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          <p class="muted">
            {"Measured "}
            <span data-part="measured">
              <Time at={measured} />
            </span>
            {". "}
            <a href={`${frame.baseUrl}/_/system?f=html`}>Refresh</a> <span data-renews={String(renewSeconds)} />
          </p>
          <ul class="jumps" aria-label="Parts of this page">
            {parts.map(([id, words]) => (
              <li>
                <a href={`#${id}`}>{words}</a>
              </li>
            ))}
          </ul>
          <Work document={document} baseUrl={frame.baseUrl} />
          <Disk document={document} baseUrl={frame.baseUrl} />
          <Backup document={document} />
          <Metrics document={document} baseUrl={frame.baseUrl} />
          <Retention document={document} baseUrl={frame.baseUrl} />
          <Space document={document} baseUrl={frame.baseUrl} />
          <Program document={document} />
          <Settings settings={document.settings} data={document.directories.data} />
          <WholeDocument document={document} jsonUrl={frame.jsonUrl} />
        </Layout>
      )}`,
  };
}

/** The parts of the page, in their order: what an operator looks at every day stands open, the rest is folded up. */
const parts = [
  ["work", "Work"],
  ["disk", "Disk"],
  ["backup", "Backup"],
  ["metrics", "Metrics"],
  ["retention", "Retention"],
  ["space", "Where the space goes"],
  ["program", "Program"],
  ["all-settings", "Settings"],
  ["changing-a-setting", "Changing a setting"],
] as const;

type Shown = { readonly document: SystemDocument };
type Linked = Shown & { readonly baseUrl: string };

function Work({ document, baseUrl }: Linked) {
  const { queue, running, beginsJobs, tools } = document;
  const lanes = Object.entries(running).filter(([, count]) => count > 0);
  return (
    <section>
      <h2 id="work">Work</h2>
      <div data-part="work">
        {beginsJobs ? null : (
          <p class="notice notice-bad" role="alert">
            No job is begun now. The log and <code>heddle doctor</code> say why: a disk that is full, or a fault that
            was found.
          </p>
        )}
        <dl>
          <dt>Jobs</dt>
          <dd>
            <a href={`${baseUrl}/jobs?status=running&f=html`}>{`${queue.running} running`}</a>
            {lanes.length === 0 ? ", " : ` (${lanes.map(([lane, count]) => `${lane} ${count}`).join(", ")}), `}
            <a href={`${baseUrl}/jobs?status=accepted&f=html`}>{`${queue.waiting} waiting`}</a>
            {" · "}
            <a href={`${baseUrl}/jobs?${new URLSearchParams({ f: "html", status: nowStatuses })}`}>both together</a>
          </dd>
          <dt>Tools</dt>
          <dd>
            {tools.executor}
            {tools.slots === undefined
              ? null
              : `, ${tools.slots} ${tools.slots === 1 ? "slot: one tool runs" : `slots: ${tools.slots} tools run`} at once, more jobs wait`}
            <SettingLinks settings={document.settings} names={["executor", "slots"]} />
          </dd>
          <dt>Tools are held to</dt>
          <dd>
            {tools.enforces.length === 0 ? "nothing: they run without a sandbox" : tools.enforces.join(", ")}
            <SettingLinks settings={document.settings} names={["sandbox"]} />
          </dd>
        </dl>
        {tools.unlimited === undefined ? null : (
          <p class="notice notice-bad">
            Memory and cores of tools are not limited: one tool can take all that this machine has.{" "}
            <span class="muted">Why: {tools.unlimited}</span>
          </p>
        )}
      </div>
    </section>
  );
}

function Disk({ document, baseUrl }: Linked) {
  const { minFreeBytes, kept, database } = document;
  return (
    <section>
      <h2 id="disk">Disk</h2>
      <p>
        {`Below ${sizeText(minFreeBytes)} of free space, no job is begun`}
        <SettingLinks settings={document.settings} names={["minFreeBytes"]} />
      </p>
      <div data-part="disk">
        <DiskTable document={document} />
        <dl>
          <dt>Results kept</dt>
          <dd>
            <a href={`${baseUrl}/jobs?status=successful&sortby=finished&f=html`}>{sizeText(kept.outputBytes)}</a> with
            logs, the size of the files, of the jobs that ended
            <SettingLinks settings={document.settings} names={["keepHours"]} />
          </dd>
          <dt>Uploads kept</dt>
          <dd>
            <a href={`${baseUrl}/uploads?f=html`}>{sizeText(kept.uploadBytes)}</a>, the size of the files ·{" "}
            <a href="#retention">how long</a>
          </dd>
          <dt>Database</dt>
          <dd>
            {`${sizeText(database.bytes)}, and ${sizeText(database.walBytes)} not yet moved into it · `}
            <a href="#backup">how it is copied</a>
          </dd>
        </dl>
      </div>
    </section>
  );
}

function DiskTable({ document: { disk } }: Shown) {
  return (
    <RecordTable label="Disk">
      <table>
        <thead>
          <tr>
            <th scope="col">What lies there</th>
            <th scope="col">Free</th>
            <th scope="col">Directory</th>
          </tr>
        </thead>
        <tbody>
          {disk.map(({ directory, holds, freeBytes, totalBytes }) => (
            <tr>
              <td>{holds}</td>
              <td class="nowrap">{`${sizeText(freeBytes)} of ${sizeText(totalBytes)} (${Math.floor((100 * freeBytes) / Math.max(1, totalBytes))} %)`}</td>
              <td>
                <code>{directory}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

function Program({ document: { version, commit, runtime, started, memoryBytes } }: Shown) {
  return (
    <Fold id="program" heading="Program">
      <dl>
        <dt>Version</dt>
        <dd>{`${version}${commit === "" ? "" : ` (${commit})`}, on ${runtime}`}</dd>
        <dt>Running since</dt>
        <dd>
          <Time at={started} />
        </dd>
        <dt>Memory</dt>
        <dd>
          <span data-part="memory">{sizeText(memoryBytes)}</span>, of the service itself
        </dd>
      </dl>
    </Fold>
  );
}
