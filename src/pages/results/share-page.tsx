import { Layout } from "../shared/layout.tsx";
import { type Page, policyOf, scriptUrl } from "../shared/page.ts";
import { Time } from "../shared/parts.tsx";

const script = "local-times";

/** Where the results of a job are shared, as it is told once. */
export type SharedDocument = {
  readonly jobID: string;
  readonly href: string;
  /** RFC 3339. */
  readonly expires: string;
  /** An earlier address ended with it. */
  readonly replaces: boolean;
  /** The outputs whose results are shared; all when absent. */
  readonly outputs?: readonly string[];
};

/** The page that tells the address of a share, which is kept nowhere. */
export const sharedPage: Page<SharedDocument> = {
  policy: (frame) => policyOf({ scripts: scriptUrl(frame, script) }),
  render: (frame, { jobID, href, expires, replaces, outputs }) =>
    `<!doctype html>${(
      <Layout {...frame} script={scriptUrl(frame, script)}>
        <p>Send this address to whoever is to see the results. It is shown this once:</p>
        <pre class="code" data-shared="" data-copy="">
          {href}
        </pre>
        <p>
          {outputs === undefined
            ? "Whoever has it reads the results of the job, their files, its inputs and your name"
            : `Whoever has it reads only ${outputs.join(", ")} of the results of the job, with their files, its inputs and your name`}{" "}
          without signing in, and nothing else, until <Time at={expires} />.
        </p>
        {replaces ? (
          <p class="notice">
            The earlier address of these results leads to nothing any more: whoever has it needs this one.
          </p>
        ) : null}
        <p>
          <a href={href}>Look at what others see</a>
        </p>
        <p>
          <a href={`${frame.baseUrl}/jobs/${encodeURIComponent(jobID)}?f=html`}>Back to the job</a>, where it can be
          taken back.
        </p>
      </Layout>
    )}`,
};
