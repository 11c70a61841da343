import type { HomeView, LandingDocument } from "../../domain/documents/landing.ts";
import { deployPath } from "../deploy/deploy.tsx";
import { nowStatuses } from "../job-list/job-filter.tsx";
import { JobTable } from "../job-list/job-table.tsx";
import { WholeDocument } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { OnlyOwn } from "../shared/only-own.tsx";
import { type Page, type PageFrame, policyOf, scriptUrl } from "../shared/page.ts";
import { patternWords } from "../shared/refusal-words.ts";
import { Facts, NotSaid, operatorRows } from "./operator.tsx";

const script = "local-times";

/** Builds the first page: what this service is, how busy it is, the newest jobs, and the ways on. */
export function homePage(view: HomeView): Page<LandingDocument> {
  return {
    policy: (frame) => policyOf({ images: originOf(view.logoUrl), scripts: scriptUrl(frame, script) }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          {originOf(view.logoUrl).length === 0 ? null : <img src={view.logoUrl} alt="" height={64} />}
          <p>{document.description}</p>
          <About document={document} view={view} baseUrl={frame.baseUrl} />
          <Queue view={view} baseUrl={frame.baseUrl} />
          <WaysOn view={view} frame={frame} />
          <Newest view={view} frame={frame} />
          <WholeDocument document={document} jsonUrl={frame.jsonUrl} />
        </Layout>
      )}`,
  };
}

function originOf(url: string | undefined): readonly string[] {
  return url !== undefined && /^https?:/.test(url) && URL.canParse(url) ? [new URL(url).origin] : [];
}

function About({
  document,
  view: { termsUrl, seesSystem },
  baseUrl,
}: {
  readonly document: LandingDocument;
  readonly view: HomeView;
  readonly baseUrl: string;
}) {
  const { license } = document;
  const rows = [
    ...operatorRows(document),
    ...(license === undefined ? [] : [{ ...license, name: "Licence", text: license.name }]),
    ...(termsUrl === undefined ? [] : [{ name: "Terms", text: "Terms of use", url: termsUrl }]),
  ];
  return (
    <>
      <Facts rows={rows} />
      {seesSystem === true ? <NotSaid operator={document} baseUrl={baseUrl} /> : null}
    </>
  );
}

function Queue({ view: { queue }, baseUrl }: { readonly view: HomeView; readonly baseUrl: string }) {
  if (queue === undefined) return null;
  const { running, waiting } = queue;
  const slots = queue.slots === undefined ? "" : ` Tools have ${queue.slots} ${queue.slots === 1 ? "slot" : "slots"}.`;
  return (
    <p class="notice" role="status">
      <a href={`${baseUrl}/jobs?${new URLSearchParams({ f: "html", status: nowStatuses })}`}>
        {`${running} ${running === 1 ? "job runs" : "jobs run"}, ${waiting} ${waiting === 1 ? "waits" : "wait"}`}
      </a>
      {`.${slots}`}
    </p>
  );
}

function WaysOn({ view, frame: { baseUrl } }: { readonly view: HomeView; readonly frame: PageFrame }) {
  return (
    <section>
      <h2>Start here</h2>
      <div class="ways">
        <section class="card">
          <h3>
            <a href={`${baseUrl}/processes?f=html`}>{view.mayExecute ? "Run a process" : "See processes"}</a>
          </h3>
          {view.mayExecute ? (
            <>
              <p>
                Choose one, fill its form, and watch it run. Files for it can be{" "}
                <a href={`${baseUrl}/uploads?f=html`}>uploaded</a> before.
                <OnlySome patterns={view.onlyProcesses} />
                {view.curl === undefined ? " There is none here that you may run." : " Or from a command line:"}
              </p>
              {view.curl === undefined ? null : (
                <pre class="code" data-curl="">
                  {view.curl}
                </pre>
              )}
            </>
          ) : (
            <p>What each one does, and what it needs. Your key may read, and run nothing.</p>
          )}
        </section>
        {view.mayDeploy ? (
          <section class="card">
            <h3>
              <a href={`${baseUrl}${deployPath}?f=html`}>Deploy a process</a>
            </h3>
            <p>From a CWL package: paste it or choose its files. Or from a command line:</p>
            <pre class="code">{`heddle deploy package.cwl --url ${baseUrl}`}</pre>
          </section>
        ) : null}
        <section class="card">
          <h3>
            <a href={`${baseUrl}/jobs?f=html`}>See jobs</a>
          </h3>
          <p>What runs, what waits, what failed and why.</p>
        </section>
        {view.seesSystem === true ? (
          <section class="card">
            <h3>
              <a href={`${baseUrl}/_/system?f=html`}>Look after the service</a>
            </h3>
            <p>Queue, disk, settings, keys, audit, providers.</p>
          </section>
        ) : null}
      </div>
    </section>
  );
}

/** Says which processes a key runs, where it runs only some. */
function OnlySome({ patterns }: { readonly patterns: readonly string[] | undefined }) {
  return patterns === undefined ? null : <span>{` Your key runs only ${patternWords(patterns)}.`}</span>;
}

function Newest({
  view: {
    jobs,
    mayExecute,
    seesAllJobs = false,
    users = new Map(),
    gone = new Set(),
    titles = new Map(),
    lines = new Map(),
    versions = new Map(),
    names = new Map(),
  },
  frame,
}: {
  readonly view: HomeView;
  readonly frame: PageFrame;
}) {
  const { baseUrl } = frame;
  return (
    <section>
      <h2>Last jobs</h2>
      {jobs === undefined ? (
        <p>
          <a href={`${baseUrl}/_/sign-in?f=html&to=%2F%3Ff%3Dhtml`}>Sign in</a> to see jobs.
        </p>
      ) : jobs.length === 0 ? (
        <p>
          {seesAllJobs || !mayExecute ? "No jobs yet. " : "You have no jobs yet, and see those of nobody else. "}
          {mayExecute ? (
            <>
              <a href={`${baseUrl}/processes?f=html`}>Choose a process</a> to run the first one.
            </>
          ) : (
            <OnlyOwn frame={frame} may={{ seesAllJobs }} />
          )}
        </p>
      ) : (
        <JobTable
          jobs={jobs}
          users={users}
          gone={gone}
          titles={titles}
          lines={lines}
          versions={versions}
          names={names}
          baseUrl={baseUrl}
        />
      )}
    </section>
  );
}
