import type { InputsDocument } from "../../domain/documents/job-inputs.ts";
import type { KnownUploads } from "../../domain/documents/upload-facts.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import { WholeDocument } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { type Page, policyOf } from "../shared/page.ts";
import { Inputs } from "./input-values.tsx";

/** What the page tells besides the request: what was used for inputs that nobody gave, and which have no value. */
type MoreInputs = {
  readonly uploads: KnownUploads;
  readonly defaults?: JsonObject;
  readonly unset?: readonly string[];
};

/** Builds the page of the request of a job. */
export function inputsPage(jobUrl: string, more: MoreInputs): Page<InputsDocument> {
  return {
    policy: () => policyOf(),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame}>
          <p>
            <a href={`${jobUrl}?f=html`}>The job</a>
          </p>
          <Inputs inputs={document.inputs} {...more} />
          <p class="muted">{outputsText(Object.keys(document.outputs))}</p>
          <WholeDocument document={document} jsonUrl={frame.jsonUrl} />
        </Layout>
      )}`,
  };
}

function outputsText(ids: readonly string[]): string {
  return ids.length === 0 ? "All outputs were asked for." : `Outputs that were asked for: ${ids.join(", ")}.`;
}
