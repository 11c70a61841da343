import type { PageFrame } from "../shared/page.ts";
import { shortId } from "../shared/words.ts";

/** Where the provenance of a job is, besides its page. */
export type ProvenancePlace = { readonly jobUrl: string; readonly parts: Readonly<Record<string, string>> };

/** The provenance as files, for programs. */
export function Formats({ frame, jobUrl, parts }: ProvenancePlace & { readonly frame: PageFrame }) {
  return (
    <ul>
      <li>
        <a href={frame.jsonUrl} rel="alternate" type="application/json">
          PROV-JSON
        </a>{" "}
        <a href={frame.jsonUrl} download={`${fileName(jobUrl)}.json`}>
          Download
        </a>
      </li>
      <li>
        <a href={`${jobUrl}/prov?f=provn`} rel="alternate" type="text/provenance-notation">
          PROV-N
        </a>{" "}
        <a href={`${jobUrl}/prov?f=provn`} download={`${fileName(jobUrl)}.provn`}>
          Download
        </a>
      </li>
      {Object.entries(parts).map(([part, summary]) => (
        <li>
          <a href={`${jobUrl}/prov/${part}`} type="text/plain">
            {summary}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** Names the provenance of a job as a file, without what follows the point. */
export function fileName(jobUrl: string): string {
  return `${shortId(decodeURIComponent(jobUrl.split("/").at(-1) ?? ""))}-prov`;
}
