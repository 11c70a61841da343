import { type AuditedJob, type AuditLine, executed } from "../../domain/documents/audit.ts";
import { jobOfLine, processOfRequest } from "../../domain/people/audit.ts";
import { processPath, Time, User } from "../shared/parts.tsx";
import { RecordTable } from "../shared/record-table.tsx";
import { keyUrl, shortId } from "../shared/words.ts";
import { didText, outcomeText, refusedParts } from "./audit-words.ts";

/** Whose each key is, and its role, by its id. */
export type KeysOfAudit = ReadonlyMap<string, string>;

/** Of what process each job is, and whose, by its id. */
export type JobsOfAudit = ReadonlyMap<string, AuditedJob>;

/** Ids of processes that were undeployed, for who may go to their revisions: these stay. */
export type RemovedProcesses = ReadonlySet<string>;

/** What is known of the subjects of lines. */
type Known = {
  readonly keys: KeysOfAudit;
  readonly jobs: JobsOfAudit;
  readonly removed: RemovedProcesses;
  /** Ids of processes that there are or were: of what a refused request names, only these have a page. */
  readonly processes: ReadonlySet<string>;
};

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
              <td class="breaks">
                <Actor entry={entry} baseUrl={baseUrl} />
                <ByKey id={entry.keyID} keys={known.keys} baseUrl={baseUrl} />
              </td>
              <td class="breaks">{didText(entry)}</td>
              <td class="prose breaks">
                <Subject entry={entry} known={known} baseUrl={baseUrl} />
              </td>
              <td>
                <Job id={jobOfLine(entry)} baseUrl={baseUrl} />
              </td>
              <td class="breaks">{outcomeText(entry)}</td>
              <td class="muted breaks">
                {entry.address === "local" ? "this machine" : entry.address}
                {entry.client === undefined ? null : (
                  <>
                    {entry.address === undefined ? null : <br />}
                    {entry.client}
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

type Shown = { readonly entry: AuditLine; readonly baseUrl: string };

function Actor({ entry: { user, role }, baseUrl }: Shown) {
  // The name is that of a user of the machine, who has no jobs here.
  if (role === "operator") {
    const isNamed = user !== undefined && user !== "unknown";
    return <>from the command line{isNamed ? <span class="muted"> by {user}</span> : null}</>;
  }
  if (user !== undefined) {
    return (
      <>
        <User name={user} baseUrl={baseUrl} /> {role === undefined ? null : <span class="muted">{role}</span>}
      </>
    );
  }
  if (role === "service") return "the service";
  return <>somebody not signed in {role === undefined ? null : <span class="muted">{role}</span>}</>;
}

/** The key that it was done with, with the way to it for who may see the list of keys. */
function ByKey({ id, keys, baseUrl }: { readonly id: string | undefined } & Omit<KeyProps, "id">) {
  if (id === undefined) return null;
  return (
    <>
      <br />
      <small class="muted nowrap">key {keys.has(id) ? <a href={keyUrl(baseUrl, id)}>{id}</a> : id}</small>
    </>
  );
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
  chown: "processes",
  "add-provider": "providers",
  "change-provider": "providers",
};

function Subject({ entry, known: whole, baseUrl }: Shown & { readonly known: Known }) {
  const { keys, jobs, removed } = whole;
  const { action, outcome } = entry;
  // The action says already what could not be done.
  const subject = entry.subject.replace(": Cannot sign in: ", ": ");
  if (action === "execute") return <Process job={executed(subject)} removed={removed} baseUrl={baseUrl} />;
  const jobId = jobOfLine(entry);
  if (jobId !== undefined) {
    const job = jobs.get(jobId);
    return job === undefined ? "a job" : <Process job={job} removed={removed} baseUrl={baseUrl} />;
  }
  const kind = subjects[action];
  if (removed.has(subject) && (kind === "processes" || action === "undeploy")) {
    return <Process job={{ process: subject }} removed={removed} baseUrl={baseUrl} />;
  }
  if (kind !== undefined && isId(subject)) {
    return <a href={`${baseUrl}/${kind}/${encodeURIComponent(subject)}?f=html`}>{subject}</a>;
  }
  // Behind the id of the upload stand its name and size.
  if (action.endsWith("upload")) return <span class="address">{subject.slice(subject.indexOf(": ") + 2)}</span>;
  if (outcome === "refused") return <Refused subject={subject} known={whole} baseUrl={baseUrl} />;
  if (action.endsWith("-key")) return <Key id={subject} keys={keys} baseUrl={baseUrl} />;
  const [, process, revision] = /^([\w.-]+)@(.+)$/.exec(subject) ?? [];
  if (process === undefined || revision === undefined) return <>{subject}</>;
  return (
    <>
      <a href={`${baseUrl}/processes/${encodeURIComponent(process)}/revisions?f=html`}>{process}</a>{" "}
      <code class="digest" title={revision}>
        {revision}
      </code>
    </>
  );
}

type KeyProps = { readonly id: string; readonly keys: KeysOfAudit; readonly baseUrl: string };

/** A key by its id, with the way to it in the list of keys for who may see that. */
function Key({ id, keys, baseUrl }: KeyProps) {
  const whose = keys.get(id);
  if (whose === undefined) return <>{id}</>;
  return (
    <>
      <a href={keyUrl(baseUrl, id)}>{id}</a>
      <span class="muted"> of {whose}</span>
    </>
  );
}

type RefusedProps = { readonly subject: string; readonly known: Known; readonly baseUrl: string };

/** What was refused: a key, with why, or a request by its route. What somebody came with is a key only where it is known: else its id stands in quotes. */
function Refused({ subject, known, baseUrl }: RefusedProps) {
  const { keys } = known;
  const [, id, why = ""] = /^key ([A-Za-z0-9]+)(:.*)?$/s.exec(subject) ?? [];
  if (id === undefined) return <RefusedRequest subject={subject} known={known} baseUrl={baseUrl} />;
  if (!keys.has(id)) return <>{`key id "${id}"${why}`}</>;
  return (
    <>
      {"key "}
      <Key id={id} keys={keys} baseUrl={baseUrl} />
      {/* Whose it is stands there already. */}
      {why.replace(/^: it is of .+, and (?=was revoked|ended|its secret)/, ": ")}
    </>
  );
}

/** A request by its route, with why it was refused. */
function RefusedRequest({ subject, known: { processes, removed }, baseUrl }: RefusedProps) {
  // A sign-in by a provider has no route.
  if (!/^[A-Z]+ /.test(subject)) return <>{subject}</>;
  const { request, why } = refusedParts(subject);
  const process = processOfRequest(subject);
  if (process !== undefined) {
    return (
      <>
        {processes.has(process) ? <Process job={{ process }} removed={removed} baseUrl={baseUrl} /> : process}
        {why === undefined ? " " : `, ${why} `}
        <span class="muted">{request}</span>
      </>
    );
  }
  if (why === undefined) return <>{request}</>;
  return (
    <>
      {why} <span class="muted">{request}</span>
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
  removed,
  baseUrl,
}: {
  readonly job: AuditedJob;
  readonly removed: RemovedProcesses;
  readonly baseUrl: string;
}) {
  const path = processPath(
    { processID: process, ...(provider === undefined ? {} : { providerID: provider }) },
    baseUrl,
  );
  const isGone = provider === undefined && removed.has(process);
  const href = `${path}${isGone ? "/revisions" : ""}?f=html`;
  return (
    <>
      {isId(process) ? <a href={href}>{process}</a> : process}
      {isGone ? <span class="muted"> (undeployed)</span> : null}
      {provider === undefined ? null : <span class="muted"> at {provider}</span>}
      {user === undefined ? null : <span class="muted"> of {user}</span>}
    </>
  );
}
