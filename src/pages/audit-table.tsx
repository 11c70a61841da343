import { jobOfLine } from "../domain/audit.ts";
import { type AuditedJob, type AuditLine, executed } from "../domain/documents/audit.ts";
import { processPath, Time, User } from "./parts.tsx";
import { RecordTable } from "./record-table.tsx";
import { shortId } from "./words.ts";

/** Whose each key is, and its role, by its id. */
export type KeysOfAudit = ReadonlyMap<string, string>;

/** Of what process each job is, and whose, by its id. */
export type JobsOfAudit = ReadonlyMap<string, AuditedJob>;

/** What is known of the subjects of lines. */
type Known = { readonly keys: KeysOfAudit; readonly jobs: JobsOfAudit };

/** A table of the audit, a row for each line. */
export function AuditTable({
  entries,
  known,
  baseUrl,
}: {
  readonly entries: readonly AuditLine[];
  readonly known: Known;
  readonly baseUrl: string;
}) {
  return (
    <RecordTable label="The audit">
      <table>
        <thead>
          <tr>
            {["When", "Who", "Did what", "To what", "Job", "Outcome", "From"].map((title) => (
              <th scope="col">{title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr>
              <td>
                <Time at={entry.time} />
              </td>
              <td>
                <Actor entry={entry} baseUrl={baseUrl} />
              </td>
              <td>{entry.action}</td>
              <td>
                <Subject entry={entry} known={known} baseUrl={baseUrl} />
              </td>
              <td>
                <Job id={jobOfLine(entry)} baseUrl={baseUrl} />
              </td>
              <td>{entry.action === "execute" && entry.outcome === "done" ? "accepted" : entry.outcome}</td>
              <td class="muted">{entry.address}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

type Shown = { readonly entry: AuditLine; readonly baseUrl: string };

function Actor({ entry: { user, role }, baseUrl }: Shown) {
  if (user !== undefined) {
    return (
      <>
        <User name={user} baseUrl={baseUrl} /> {role === undefined ? null : <span class="muted">{role}</span>}
      </>
    );
  }
  if (role === "service") return "the service";
  if (role === "operator") return "on this machine (command line)";
  return <>a stranger {role === undefined ? null : <span class="muted">{role}</span>}</>;
}

function Job({ id, baseUrl }: { readonly id: string | undefined; readonly baseUrl: string }) {
  if (id === undefined) return null;
  return (
    <a href={`${baseUrl}/jobs/${encodeURIComponent(id)}?f=html`} title={id}>
      <code>{shortId(id)}</code>
    </a>
  );
}

/** Whose page the subject of an action has, where it has one. */
const subjects: Readonly<Record<string, "processes" | "providers">> = {
  deploy: "processes",
  replace: "processes",
  patch: "processes",
  "add-provider": "providers",
};

function Subject({ entry, known: { keys, jobs }, baseUrl }: Shown & { readonly known: Known }) {
  const { action, subject, outcome } = entry;
  if (action === "execute") return <Process job={executed(subject)} baseUrl={baseUrl} />;
  const jobId = jobOfLine(entry);
  if (jobId !== undefined) {
    const job = jobs.get(jobId);
    return job === undefined ? "a job" : <Process job={job} baseUrl={baseUrl} />;
  }
  const kind = subjects[action];
  if (kind !== undefined && isId(subject)) {
    return <a href={`${baseUrl}/${kind}/${encodeURIComponent(subject)}?f=html`}>{subject}</a>;
  }
  // What somebody came with is no key of anybody: its id stands in quotes.
  if (outcome === "refused") return subject.replace(/^key ([A-Za-z0-9]+)(?=:|$)/, 'key id "$1"');
  const whose = action.endsWith("-key") ? keys.get(subject) : undefined;
  return (
    <>
      {subject}
      {whose === undefined ? null : <span class="muted"> of {whose}</span>}
    </>
  );
}

/** A name with other signs in it is no id: a process of a provider, or one version. */
function isId(text: string): boolean {
  return /^[\w.-]+$/.test(text);
}

/** The process of a job, and whose job it is where somebody else may have acted on it. */
function Process({
  job: { process, provider, user },
  baseUrl,
}: {
  readonly job: AuditedJob;
  readonly baseUrl: string;
}) {
  const path = processPath(
    { processID: process, ...(provider === undefined ? {} : { providerID: provider }) },
    baseUrl,
  );
  return (
    <>
      {isId(process) ? <a href={`${path}?f=html`}>{process}</a> : process}
      {provider === undefined ? null : <span class="muted"> at {provider}</span>}
      {user === undefined ? null : <span class="muted"> of {user}</span>}
    </>
  );
}
