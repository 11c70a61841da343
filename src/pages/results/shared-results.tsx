import type { ResultView } from "../../domain/documents/result-view.ts";
import type { ViewSettings } from "../../domain/documents/view-settings.ts";
import type { ToldInput } from "../../domain/values/input-lines.ts";
import { InputTable } from "../job/input-values.tsx";
import { Layout } from "../shared/layout.tsx";
import { type Page, policyOf, scriptUrl } from "../shared/page.ts";
import { Size, Time } from "../shared/parts.tsx";
import { ViewsHead, viewsAllowed } from "../shared/views.tsx";
import { Facts, type Operator, operatorRows } from "../system/operator.tsx";
import { AllAsZip, Results } from "./results.tsx";

const script = "local-times";

/** What a share tells of its job: its inputs in words, who shares it and who runs the service, but nothing else of how and where it ran. */
export type SharedView = {
  readonly sharedBy?: string;
  readonly jobId: string;
  readonly inputs: readonly ToldInput[];
  readonly operator: Operator;
  readonly processId: string;
  readonly version: string;
  /** RFC 3339, of the job. */
  readonly created: string;
  /** RFC 3339, of the share. */
  readonly expires: string;
  readonly results: readonly ResultView[];
  /** How many results the job has, shared or not. */
  readonly resultCount: number;
};

/** Builds the page of the results of a job for who has the address of its share: the same cards as on the page of the job. */
export function sharedResultsPage(view: SharedView, settings: ViewSettings): Page<object> {
  return {
    policy: (frame) => policyOf({ scripts: scriptUrl(frame, script), views: viewsAllowed(frame, settings) }),
    render: (frame) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)} head={<ViewsHead frame={frame} />}>
          <p>
            Results of the process <code>{view.processId}</code> version {view.version}, from job{" "}
            <code>{view.jobId}</code> of <Time at={view.created} />. They are shared{" "}
            {view.sharedBy === undefined ? "" : `by ${view.sharedBy} `}until <Time at={view.expires} />: whoever has the
            address of this page sees them.
          </p>
          <Facts rows={operatorRows(view.operator)} />
          <h2>Results</h2>
          <LeftOut {...view} />
          <p>
            <AllAsZip results={view.results} href={`${settings.outputsUrl}/?f=zip`} />
          </p>
          <Results results={view.results} heading="h3" />
          <h2>Inputs</h2>
          <ToldInputs inputs={view.inputs} />
          <p>
            <a href={frame.jsonUrl} rel="alternate" type="application/json">
              As JSON
            </a>
          </p>
        </Layout>
      )}`,
  };
}

/** Says how many results are left out, and no more of them. */
function LeftOut({ results: { length: count }, resultCount }: Pick<SharedView, "results" | "resultCount">) {
  if (count === resultCount) return null;
  return <p class="muted">{`${count} of ${resultCount} results of this job ${count === 1 ? "is" : "are"} shared.`}</p>;
}

function ToldInputs({ inputs }: { readonly inputs: readonly ToldInput[] }) {
  return (
    <InputTable
      cellClass="breaks prose"
      rows={inputs.map((input) => ({ id: input.name, isDefault: input.isDefault, shown: <ToldValue input={input} /> }))}
    />
  );
}

function ToldValue({ input: { words, isUnset, files = [] } }: { readonly input: ToldInput }) {
  if (isUnset === true) return <span class="muted">not set</span>;
  if (words === undefined) return <span class="muted">not shown: by its name it may be a secret</span>;
  if (files.length === 0) return <>{words}</>;
  return (
    <ul>
      {files.slice(0, shownFiles).map(({ name, length, sha256 }) => (
        <li>
          {name}{" "}
          <span class="muted">
            {length === undefined ? null : <Size bytes={length} />}{" "}
            {sha256 === undefined ? (
              "SHA-256 not recorded"
            ) : (
              <>
                SHA-256 <code class="digest">{sha256}</code>
              </>
            )}
          </span>
        </li>
      ))}
      {files.length <= shownFiles ? null : <li class="muted">{`and ${files.length - shownFiles} more`}</li>}
    </ul>
  );
}

/** A run may be given thousands of files. */
const shownFiles = 50;
