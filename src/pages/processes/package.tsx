import { processUrl } from "../../domain/links.ts";
import type { ProcessDescription } from "../../domain/processes/process.ts";
import { WholeDocument } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { type Page, policyOf } from "../shared/page.ts";
import { Said } from "../shared/said.tsx";

/** A package as its page shows it. */
export type PackageDocument = {
  readonly id: string;
  readonly version: string;
  readonly revision: string;
  /** What was deployed. */
  readonly mediaType: string;
  readonly downloads: readonly { readonly href: string; readonly type: string; readonly title: string }[];
  /** Who wrote it, and under which licence. */
  readonly metadata?: ProcessDescription["metadata"];
  /** It holds the files that were sent; else one document. */
  readonly holdsFiles: boolean;
  /** Absent for what is no text. */
  readonly text?: string;
};

const longest = 200_000;

/** The page of a package: its source as text, and where it is downloaded. */
export const packagePage: Page<PackageDocument> = {
  policy: () => policyOf(),
  render: (frame, { text, metadata, holdsFiles, ...document }) =>
    `<!doctype html>${(
      <Layout {...frame}>
        <p class="muted">
          <a href={`${processUrl(frame.baseUrl, document.id)}?f=html`}>{document.id}</a> version {document.version} ·{" "}
          {document.mediaType}
          <Said metadata={metadata} />
        </p>
        <p class="actions">
          {document.downloads.map(({ href, type, title }) => (
            <a class="button" href={href} type={type}>
              {title}
            </a>
          ))}
        </p>
        <p class="muted">
          {holdsFiles
            ? "As it was deployed, it holds all files that were sent. Packed CWL is one document: the package, with all that it runs."
            : "Each download is one document, with all that the package runs inside. Other files that lay beside it, such as a README or a job file, did not come along."}
        </p>
        {text === undefined ? (
          <p class="notice">What was deployed is no text: download it to look into it.</p>
        ) : (
          <pre class="code">{text.slice(0, longest)}</pre>
        )}
        {(text?.length ?? 0) > longest ? (
          <p class="muted">Only the beginning is shown: download it for the rest.</p>
        ) : null}
        <WholeDocument document={document} />
      </Layout>
    )}`,
};
