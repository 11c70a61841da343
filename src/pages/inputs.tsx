import type { InputsDocument } from "../domain/documents/job-inputs.ts";
import type { KnownUploads } from "../domain/documents/upload-facts.ts";
import { WholeDocument } from "./document.tsx";
import { Inputs } from "./input-values.tsx";
import { Layout } from "./layout.tsx";
import { type Page, policyOf } from "./page.ts";

/** Builds the page of the request of a job. */
export function inputsPage(jobUrl: string, uploads: KnownUploads): Page<InputsDocument> {
  return {
    policy: () => policyOf(),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame}>
          <p>
            <a href={`${jobUrl}?f=html`}>The job</a>
          </p>
          <Inputs inputs={document.inputs} uploads={uploads} />
          <p class="muted">{outputsText(Object.keys(document.outputs))}</p>
          <WholeDocument document={document} jsonUrl={frame.jsonUrl} />
        </Layout>
      )}`,
  };
}

function outputsText(ids: readonly string[]): string {
  return ids.length === 0 ? "All outputs were asked for." : `Outputs that were asked for: ${ids.join(", ")}.`;
}
