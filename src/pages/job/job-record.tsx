import type { Child } from "hono/jsx";
import type { JobDocument } from "../../domain/documents/job.ts";
import type { JobView } from "../../domain/documents/job-view.ts";
import { lateTool } from "../../domain/jobs/first-tool.ts";
import { stepWords } from "../../domain/jobs/step-words.ts";
import type { Exception } from "../shared/failure-words.ts";
import { Time } from "../shared/parts.tsx";
import { Said } from "../shared/said.tsx";
import { statusWords } from "../shared/words.ts";
import type { JobParts } from "./job-parts.tsx";
import { tookText, waitText } from "./job-times.ts";

type Row = readonly [name: string, shown: Child];

/**
 * What a file of records asks of a job first: how it ended, who ran what when, and which service did it. It stands at the begin of the
 * paper alone: on the screen the head of the page and the parts below say the same.
 */
export function JobRecord({ job, view, frame }: JobParts) {
  const { serviceTitle, serviceProvider } = frame;
  const who = whoText(job, view);
  const rows: readonly Row[] = [
    ["Outcome", outcomeText(job)],
    ["Process", <Ran job={job} view={view} />],
    ...(who === undefined ? [] : [["Run by", who] as const]),
    ["When", <When job={job} view={view} />],
    ["Job", [job.jobID, ...(job.tags ?? [])].join(", ")],
    ["Service", [serviceTitle, serviceProvider].filter((one) => one !== undefined).join(", provided by ")],
  ];
  return (
    <dl class="about on-paper" data-record="">
      {rows
        .filter(([, shown]) => shown !== "")
        .map(([name, shown]) => (
          <>
            <dt>{name}</dt>
            <dd>{shown}</dd>
          </>
        ))}
    </dl>
  );
}

function outcomeText(job: JobDocument): string {
  const { status, exception, dismissedBy, progress, attempt } = job;
  const times = attempt > 1 ? `, attempt ${attempt}` : "";
  const wait = waitText(job);
  if (wait !== undefined) return `none yet: ${wait.charAt(0).toLowerCase()}${wait.slice(1)}`;
  if (status === "running") return `none yet: it runs, ${progress} %${times}`;
  const by = dismissedBy === undefined ? "" : ` by ${dismissedBy}`;
  return `${statusWords[status]}${by}${times}${factsOf(exception)}`;
}

/** Where it failed and with which code: the sentence below the record says the rest. */
function factsOf({ step, exitCode }: Exception = {}): string {
  const facts = [
    ...(typeof step === "string" ? [`step ${stepWords(step)}`] : []),
    ...(typeof exitCode === "number" ? [`exit code ${exitCode}`] : []),
  ];
  return facts.length === 0 ? "" : ` (${facts.join(", ")})`;
}

function Ran({ job, view }: Pick<JobParts, "job" | "view">) {
  const { processTitle, version, said } = view;
  const { processID, providerID, processRevision } = job;
  return (
    <>
      {processTitle === undefined ? processID : `${processTitle} (${processID})`}
      {version === undefined ? "" : `, version ${version.name}`}
      {providerID === undefined ? "" : `, at the provider ${providerID}`}
      {said === undefined ? null : <Said metadata={said} />}
      {/^sha256:/.test(processRevision) ? (
        <>
          {" · revision "}
          <code>{processRevision}</code>
        </>
      ) : null}
    </>
  );
}

/** Names who ran a job; of one that was made without a key it says so. Undefined where whoever looks may not know. */
function whoText({ user }: JobDocument, { seenBy }: JobView): string | undefined {
  if (user !== undefined) return user;
  if (seenBy?.owner === "machine") return "a user of this machine, where nobody has a key";
  return seenBy?.owner === "anonymous" ? "somebody without a key" : undefined;
}

function When({ job, view }: Pick<JobParts, "job" | "view">) {
  const { created, started, finished } = job;
  const late = lateTool(job, view.statistics);
  const took = tookText(job);
  return (
    <>
      created <Time at={created} />
      {started === undefined ? null : (
        <>
          {late === undefined ? ", began " : ", taken up "}
          <Time at={started} />
        </>
      )}
      {late === undefined ? null : (
        <>
          {", its first tool began "}
          <Time at={late.at} />
          {` (${late.until})`}
        </>
      )}
      {finished === undefined ? null : (
        <>
          {", ended "}
          <Time at={finished} />
        </>
      )}
      {took === "" ? "" : ` (${took.startsWith("waited") ? took : `ran ${took}`})`}
    </>
  );
}
