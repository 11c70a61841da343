import type { Child } from "hono/jsx";
import { defined } from "../../domain/defined.ts";
import type { JobDocument } from "../../domain/documents/job.ts";
import type { JobView } from "../../domain/documents/job-view.ts";
import { type Link, relations } from "../../domain/links.ts";
import { Graph } from "../processes/graph.tsx";
import { AllAsZip, Results } from "../results/results.tsx";
import { WholeDocument } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { type Page, policyOf, scriptUrl } from "../shared/page.ts";
import { SmallFold } from "../shared/small-fold.tsx";
import { ViewsHead, viewsAllowed } from "../shared/views.tsx";
import { shortId } from "../shared/words.ts";
import { Inputs } from "./input-values.tsx";
import { RunFacts } from "./job-care.tsx";
import { JobHead } from "./job-head.tsx";
import { LogSection, LogWarnings } from "./job-log.tsx";
import { PrintedResults, PrintedStages } from "./job-paper.tsx";
import { type JobParts, Timeline } from "./job-parts.tsx";
import { waitText } from "./job-times.ts";
import { OtherRuns } from "./other-runs.tsx";
import { Statistics } from "./statistics.tsx";
import { StepTable } from "./step-table.tsx";

const script = "job";

/** Builds the page of a job. Parts with `data-part` are what the script takes from a newer page. */
export function jobPage(view: JobView): Page<JobDocument> {
  return {
    policy: (frame) =>
      policyOf({ sendsForms: true, scripts: scriptUrl(frame, script), views: viewsAllowed(frame, view.views) }),
    render: (frame, job) =>
      `<!doctype html>${(
        <Layout
          {...frame}
          title={job.title ?? titleOf(job, view) ?? frame.title}
          script={scriptUrl(frame, script)}
          head={<ViewsHead frame={frame} />}
        >
          <div data-job={job.jobID} data-events={view.events}>
            <div data-part="head">
              <JobHead job={job} view={view} frame={frame} />
            </div>
            <div class="jumps-stay" data-part="jumps">
              <Jumps job={job} view={view} />
            </div>
            <Sections job={job} view={view} frame={frame} />
          </div>
        </Layout>
      )}`,
  };
}

/** Names a job by what its process is called. */
function titleOf({ jobID }: JobDocument, { processTitle }: JobView): string | undefined {
  return processTitle === undefined ? undefined : `${processTitle}, job ${shortId(jobID)}`;
}

/** A short list of the parts of the page, and the way to the provenance: on a small screen each of them is some screens high. */
function Jumps({ job, view }: Pick<JobParts, "job" | "view">) {
  const parts = [
    ...(job.status === "successful" ? [["results", "Results"] as const] : []),
    ...(view.graph === undefined ? [] : [["workflow", "Workflow"] as const]),
    ["log", "Log"] as const,
    ["inputs", "Inputs"] as const,
    ["timeline", "Timeline"] as const,
    ...(view.statistics === undefined ? [] : [["statistics", "Statistics"] as const]),
    ["more", "More"] as const,
  ];
  const provenance = job.links.find(({ rel, title }) => rel === "provenance" && title !== undefined);
  return (
    <ul class="jumps" aria-label="Parts of this page">
      {parts.map(([id, words]) => (
        <li>
          <a href={`#${id}`}>{words}</a>
        </li>
      ))}
      {provenance === undefined ? null : (
        <li>
          <a href={provenance.href}>{provenance.title}</a>
        </li>
      )}
    </ul>
  );
}

function Sections({ job, view, frame }: JobParts) {
  const url = `${frame.baseUrl}/jobs/${encodeURIComponent(job.jobID)}`;
  return (
    <>
      <div data-part="warnings">
        <LogWarnings log={view.log} url={url} />
      </div>
      <section id="results" data-part="results">
        {job.status !== "successful" ? null : (
          <>
            <h2>Results</h2>
            <p class="actions">
              <a href={`${url}/results?f=html`}>The results on a page of their own</a>{" "}
              <AllAsZip results={view.results} href={`${url}/results?f=zip`} />
            </p>
            <div class="on-screen">
              <Results results={view.results} heading="h3" {...defined({ shareUrl: shareUrlOf(view, url) })} />
            </div>
            <PrintedResults results={view.results} url={url} />
          </>
        )}
      </section>
      <section id="workflow" data-part="workflow">
        {view.graph === undefined ? null : (
          <>
            <h2>Workflow</h2>
            <Graph
              nodes={view.graph.nodes}
              states={view.graph.states}
              parts={view.graph.parts}
              runs={new Map((view.steps ?? []).map((run) => [run.step, run]))}
            />
          </>
        )}
      </section>
      <LogSection url={url} log={view.log} earlier={view.earlierLogs ?? []} />
      <section id="inputs">
        <h2>Inputs</h2>
        <SmallFold words="Show the inputs">
          {view.inputs === undefined ? (
            <p class="muted">They are not shown here.</p>
          ) : (
            <Inputs
              inputs={view.inputs}
              defaults={view.defaults ?? {}}
              unset={view.unset ?? []}
              uploads={view.uploads ?? new Map()}
            />
          )}
          <p class="on-screen">
            <a href={`${url}/inputs?f=html`}>The inputs on a page of their own</a>
          </p>
        </SmallFold>
      </section>
      <RunFacts job={job} view={view} frame={frame} />
      <section id="timeline" data-part="timeline">
        <h2>Timeline</h2>
        <History view={view} />
      </section>
      <section data-part="more">
        <Figures job={job} view={view} url={url} />
        <OtherRuns others={view.others ?? []} />
        <More job={job} view={view} frame={frame} />
      </section>
    </>
  );
}

function Figures({ job, view, url }: Pick<JobParts, "job" | "view"> & { readonly url: string }) {
  if (view.statistics === undefined) return null;
  return (
    <>
      <h2 id="statistics">Statistics</h2>
      <Folded count={view.statistics.steps.length} what="steps" short="Show the statistics">
        <Statistics
          statistics={{ ...view.statistics, ...soFarOf(view) }}
          origin={{
            isAllCached: view.isAllCached === true,
            ...defined({
              ranAt: job.finished === undefined ? undefined : job.providerID,
              goesOn: goesOnOf(job),
            }),
          }}
        />
        <p class="on-screen">
          <a href={`${url}/statistics?f=html`}>The statistics on a page of their own</a>
        </p>
      </Folded>
    </>
  );
}

function More({ job, view, frame }: JobParts) {
  return (
    <>
      <h2 id="more" class="on-screen">
        More
      </h2>
      <SmallFold words="Show all that there is of the job">
        <ul class="on-screen">
          {waysOf(job, view).map(({ href, rel, title, type }) => (
            <li>
              <a href={href} rel={rel} type={type}>
                {title ?? rel}
              </a>
            </li>
          ))}
          <li>
            <a href={frame.jsonUrl} rel="alternate" type="application/json">
              As JSON
            </a>
          </li>
        </ul>
        <WholeDocument document={job} />
      </SmallFold>
    </>
  );
}

/** Where each of several results is shared by itself: the page again, at its form. Undefined for who may not share. */
function shareUrlOf({ share }: JobView, url: string): ((outputId: string) => string) | undefined {
  if (share?.choices === undefined) return undefined;
  return (outputId) => `${url}?f=html&share=${encodeURIComponent(outputId)}#share`;
}

/** The history of a job: of a workflow its steps, with the stages of the job itself folded up below. */
function History({ view }: Pick<JobParts, "view">) {
  const { steps = [], timeline, graph } = view;
  const stages = <Timeline entries={timeline} />;
  const states = [...(graph?.states.values() ?? [])];
  // Before a step has ended, its workflow may run already.
  const isRunning = states.includes("running");
  if (steps.length === 0 && !isRunning) {
    return (
      <>
        <div class="on-screen">
          <Folded count={timeline.length} what="entries" short="Show the timeline">
            {stages}
          </Folded>
        </div>
        <PrintedStages entries={timeline} />
      </>
    );
  }
  return (
    <>
      <Folded count={Math.max(steps.length, states.length)} what="steps" short="Show the steps">
        <StepTable steps={steps} {...defined({ graph })} />
      </Folded>
      <PrintedStages entries={timeline} />
      <details data-follows="" class="on-screen">
        <summary>{`The stages of the job, ${timeline.length} entries`}</summary>
        {stages}
      </details>
    </>
  );
}

/** The links that lead on: not twice to one place, not to this page, and not to a problem document of what the page has said. All fields has each of them. */
function waysOf({ links }: JobDocument, { isProcessGone, version }: JobView): readonly Link[] {
  const isThere = ({ rel }: Link) => rel !== "describedby" || isProcessGone !== true || version !== undefined;
  return links.filter(
    (link, index) =>
      link.rel !== relations.exceptions &&
      !["self", "monitor"].includes(link.rel) &&
      isThere(link) &&
      links.findIndex((other) => other.href === link.href) === index,
  );
}

/** What is so long is folded up. */
const longest = 10;

/** A long part of the page, folded up, and a short one on a small screen alone; a newer one that the script takes is unfolded as this one is. */
function Folded({
  count,
  what,
  short,
  children,
}: {
  readonly count: number;
  readonly what: string;
  /** What unfolds a short one on a small screen. */
  readonly short: string;
  readonly children: Child;
}) {
  if (count <= longest) return <SmallFold words={short}>{children}</SmallFold>;
  return (
    <details data-follows="">
      <summary>{`Show ${count} ${what}`}</summary>
      {children}
    </details>
  );
}

/** The figures of the head of the page: what was read a moment before or after would be another one. */
function soFarOf({ waitingSeconds, runningSeconds }: JobView) {
  return defined({ waitingSeconds, runningSeconds });
}

function goesOnOf(job: JobDocument): "Waiting" | "Running" | undefined {
  if (job.finished !== undefined) return undefined;
  return waitText(job) === undefined ? "Running" : "Waiting";
}
