import { asJson } from "../domain/documents/as-json.ts";
import type { ProcessDescription } from "../domain/process.ts";
import { Members } from "./document.tsx";
import { ExecuteForm } from "./form/form.tsx";
import type { FormState } from "./form/state.ts";
import { Layout } from "./layout.tsx";
import { Markdown } from "./markdown.tsx";
import { type Page, policyOf } from "./page.ts";
import { DescribedTable } from "./process-tables.tsx";

/** What the page of a process shows besides the document. */
export type ProcessView = {
  readonly description: ProcessDescription;
  /** Where the form is sent to, by POST. */
  readonly action: string;
  readonly form: FormState;
  /** Why whoever looks cannot execute it; absent for who can. */
  readonly refusal?: string;
  /** Texts to copy, by what they are for. */
  readonly uses: readonly { readonly title: string; readonly text: string }[];
  /** Pages about it, by their names. */
  readonly ways: readonly { readonly title: string; readonly href: string }[];
};

/** Builds the page of a process: its description, with a form to execute it. Nothing is executed before the form is sent. */
export function processPage(view: ProcessView): Page<object> {
  return {
    policy: () => policyOf({ sendsForms: true }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame}>
          <About view={view} />
          <h2>Run</h2>
          {view.refusal === undefined ? null : <p class="notice">{view.refusal}</p>}
          <ExecuteForm action={view.action} state={view.form} />
          <h2 id="inputs">Inputs</h2>
          <DescribedTable described={view.description.inputs} />
          <h2 id="outputs">Outputs</h2>
          <DescribedTable described={view.description.outputs} />
          <h2 id="use">Use it from</h2>
          <p class="muted">
            {view.form.request === undefined
              ? "An example. Check shows what was filled in instead."
              : "The request of the form, as it was filled in."}
          </p>
          {view.uses.map(({ title, text }) => (
            <section>
              <h3>{title}</h3>
              <pre>{text}</pre>
            </section>
          ))}
          <h2>All fields</h2>
          <details>
            <summary>The whole description</summary>
            <Members value={asJson(document)} />
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

function About({ view: { description, ways } }: { readonly view: ProcessView }) {
  const { id, version, keywords = [] } = description;
  return (
    <>
      <p class="muted">
        <code>{id}</code> version {version}
        {keywords.length === 0 ? "" : ` · ${keywords.join(", ")}`}
      </p>
      <ul class="tabs">
        {ways.map(({ title, href }) => (
          <li>
            <a href={href}>{title}</a>
          </li>
        ))}
      </ul>
      {description.description === undefined ? null : <Markdown text={description.description} />}
    </>
  );
}
