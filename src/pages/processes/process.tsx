import { asJson } from "../../domain/documents/as-json.ts";
import type { ShownProvider } from "../../domain/documents/provider.ts";
import type { GraphNode } from "../../domain/graph/workflow-graph.ts";
import type { ServiceIdentity } from "../../domain/people/service-identity.ts";
import type { ProcessDescription } from "../../domain/processes/process.ts";
import type { Offers } from "../form/extras.ts";
import { FillForm } from "../form/fill-view.tsx";
import { ExecuteForm } from "../form/form.tsx";
import type { FormLimits, FormState } from "../form/state.ts";
import type { UseTarget } from "../form/uses/execution.ts";
import type { Use } from "../form/uses.ts";
import { Uses } from "../form/uses-view.tsx";
import { Told } from "../job/program-talk.tsx";
import { ProviderLine, RefusedForKey } from "../providers/provider.tsx";
import { Layout, signInUrl } from "../shared/layout.tsx";
import { Markdown } from "../shared/markdown.tsx";
import { membersOf } from "../shared/members.ts";
import { type Page, type PageFrame, policyOf, scriptUrl } from "../shared/page.ts";
import { Time } from "../shared/parts.tsx";
import { keywordWords, Said } from "../shared/said.tsx";
import { ViewsHead, viewsAllowed } from "../shared/views.tsx";
import { Asked } from "../system/operator.tsx";
import { Graph } from "./graph.tsx";
import { DescribedTable } from "./process-tables.tsx";
import { Figures, type RunFigures } from "./run-figures.tsx";
import { Periods } from "./run-periods.tsx";

/** Whom to ask. */
type Contact = NonNullable<ServiceIdentity["contact"]>;

/** What the page of a process shows besides the document. */
export type ProcessView = {
  readonly description: ProcessDescription;
  /** Where the form is sent to, by POST. */
  readonly action: string;
  /** Where a file that fills the form in is sent to, by POST. */
  readonly fillAction: string;
  readonly form: FormState;
  /** Where a script reads the description. The page may stand at an address that executes when it is asked for as JSON. */
  readonly descriptionUrl: string;
  /** What its form offers besides the inputs. */
  readonly offers: Offers;
  /** Why whoever looks cannot execute it, in words for who has signed in; absent for who can. */
  readonly refusal?: "strangers" | { readonly words: string; readonly contact?: Contact };
  /** Where this is a revision by its name: the page of the process as it is now, that of all revisions, and whether it runs. */
  readonly ofRevision?: {
    readonly currentUrl: string;
    readonly revisionsUrl: string;
    readonly isDeployed: boolean;
    /** When it was undeployed by itself (RFC 3339). */
    readonly withdrawn?: string;
  };
  /** Texts to copy, by what they are for. */
  /** Which required inputs the request of the form lacks. */
  readonly incomplete?: string;
  /** The texts to copy name uploads by their addresses. */
  readonly namesUploads?: boolean;
  readonly uses: readonly Use[];
  /** What these texts lead to. */
  readonly target: UseTarget;
  readonly revision: string;
  readonly limits: FormLimits;
  /** How its last runs ended, for who may see runs. */
  readonly figures?: RunFigures;
  /** The parts of a workflow, for who may read its package. */
  readonly graph?: readonly GraphNode[];
  /** It has a package, which whoever looks may not read. */
  readonly isClosed?: boolean;
  /** Pages about it, by their names. */
  readonly ways: readonly { readonly title: string; readonly href: string; readonly id?: string }[];
  /** The provider whose process it is, with the address of its page. */
  readonly provider?: ShownProvider & { readonly href: string };
  /** Images that it names cannot be had here: why, for who may know; absent where nothing is amiss. */
  readonly lacked?: readonly string[];
  /** When that provider refused the last run, as it wants a key (RFC 3339), with where who may gives it one. */
  readonly refusedForKey?: { readonly at: string; readonly url?: string };
};

const script = "form";

/** Builds the page of a process: its description, with a form to execute it. Nothing is executed before the form is sent. */
export function processPage(view: ProcessView): Page<object> {
  return {
    policy: (frame) =>
      policyOf({ sendsForms: true, connects: true, scripts: scriptUrl(frame, script), views: viewsAllowed(frame, {}) }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)} head={<ViewsHead frame={frame} />}>
          <About view={view} />
          {view.figures === undefined ? null : (
            <>
              <Figures figures={view.figures} baseUrl={frame.baseUrl} />
              <Periods figures={view.figures} baseUrl={frame.baseUrl} />
            </>
          )}
          <h2>Run</h2>
          <OfRevision view={view} />
          {view.lacked === undefined ? null : <Lacked why={view.lacked} />}
          {view.refusedForKey === undefined ? null : <RefusedForKey {...view.refusedForKey} />}
          {view.ofRevision?.isDeployed === false ? null : <Run view={view} frame={frame} />}
          <h2 id="inputs">Inputs</h2>
          <DescribedTable described={view.description.inputs} />
          <h2 id="outputs">Outputs</h2>
          <DescribedTable described={view.description.outputs} />
          {view.graph === undefined ? null : (
            <>
              <h2 id="workflow">Workflow</h2>
              <Graph nodes={view.graph} />
            </>
          )}
          {view.isClosed === true ? (
            <p class="muted">
              {"What it does inside, its package with the tools and steps, is shown to who may run processes. "}
              <a href={signInUrl(frame)}>{view.refusal === "strangers" ? "Sign in" : "Sign in as somebody else"}</a>
            </p>
          ) : null}
          <h2>All fields</h2>
          <details>
            <summary>The whole description</summary>
            {membersOf(asJson(document))}
          </details>
          <p class="actions">
            <a href={frame.jsonUrl} rel="alternate" type="application/json">
              As JSON
            </a>
          </p>
        </Layout>
      )}`,
  };
}

/** Who has signed in and may not run it gets no form that cannot be sent: the tables below say what it takes. */
function Run({ view, frame }: { readonly view: ProcessView; readonly frame: PageFrame }) {
  const isForbidden = typeof view.refusal === "object";
  return (
    <>
      <Refusal refusal={view.refusal} frame={frame} />
      {isForbidden || view.form.fields.length === 0 ? null : (
        <FillForm action={view.fillAction} file={view.form.fromFile} examples={view.form.examples} />
      )}
      <div class={isForbidden ? undefined : "beside"}>
        {isForbidden ? null : (
          <ExecuteForm
            action={view.action}
            fillAction={view.fillAction}
            state={view.form}
            offers={view.offers}
            live={{ ...view.limits, descriptionUrl: view.descriptionUrl, revision: view.revision }}
            frame={frame}
          />
        )}
        <Uses
          uses={view.uses}
          target={view.target}
          isExample={view.form.request === undefined}
          isForbidden={isForbidden}
          incomplete={view.incomplete}
          namesUploads={view.namesUploads === true}
        />
      </div>
    </>
  );
}

/** Says that a run fails before anybody waits for it. */
function Lacked({ why }: { readonly why: readonly string[] }) {
  return (
    <div class="notice notice-bad">
      <p>It cannot run here now: nothing on this machine can have an image that it names.</p>
      {why.length === 0 ? null : (
        <ul class="prose">
          {why.map((one) => (
            <li>
              <Told text={one} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Says how one runs an earlier version, or why nobody can. */
function OfRevision({ view: { ofRevision, description } }: { readonly view: ProcessView }) {
  if (ofRevision === undefined) return null;
  const { currentUrl, revisionsUrl, isDeployed, withdrawn } = ofRevision;
  const words = `This is version ${description.version}, by its own address`;
  if (isDeployed) {
    return (
      <p class="notice">
        {`${words}, and Run runs this one. `}
        <a href={currentUrl}>The current version</a>
      </p>
    );
  }
  return (
    <p class="notice notice-bad">
      {`${words}. Nobody can run it: `}
      {withdrawn === undefined ? (
        "the current version of the process was undeployed, and none was put in its place"
      ) : (
        <>
          it was undeployed <Time at={withdrawn} />
        </>
      )}
      {". Whoever may deploy can go back to it: "}
      <a href={revisionsUrl}>the revisions</a> show which one runs now.
    </p>
  );
}

function About({ view: { description, ways, provider } }: { readonly view: ProcessView }) {
  const { id, version } = description;
  return (
    <>
      <p class="muted">
        <code>{id}</code> version {version}
        <Said metadata={description.metadata} />
        {keywordWords(description)}
      </p>
      {provider === undefined ? null : (
        <>
          <p>
            Runs at the provider <a href={provider.href}>{provider.id}</a>. This service sends the request, follows the
            job, and fetches the results.
          </p>
          <ProviderLine provider={provider} />
        </>
      )}
      <ul class="tabs">
        {ways.map(({ title, href, id: part }) => (
          <li>
            <a href={href} id={part}>
              {title}
            </a>
          </li>
        ))}
      </ul>
      {description.description === undefined ? null : <Markdown text={description.description} />}
    </>
  );
}

function Refusal({ refusal, frame }: { readonly refusal: ProcessView["refusal"]; readonly frame: PageFrame }) {
  if (refusal === undefined) return null;
  const signIn = <a href={signInUrl(frame)}>{refusal === "strangers" ? "Sign in" : "Sign in as somebody else"}</a>;
  if (refusal === "strangers") return <p class="notice">To run this, you need to be signed in. {signIn}</p>;
  return (
    <p class="notice">
      {`You may not run this. ${refusal.words} What it takes and gives is described below. To run it, ask `}
      <Asked contact={refusal.contact} />. {signIn}
    </p>
  );
}
