import { WholeDocument } from "./document.tsx";
import { type Frame, Layout, signInUrl } from "./layout.tsx";
import { Opening } from "./opening.tsx";

/** A problem as its page tells it. */
export type ShownProblem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
};

const forbidden = 403;

/** Another key may do, or see, what this one may not. */
function mayHelpToSignIn({ reader }: Frame, { status, type }: ShownProblem): boolean {
  return status === forbidden || (reader?.name !== undefined && /\/no-such-(?:job|process)$/.test(type));
}

/** Whose job it is can show its results to who may not see it. */
function mayBeShared({ reader }: Frame, { type }: ShownProblem): boolean {
  return reader?.name !== undefined && type.endsWith("/no-such-job");
}

/** Renders a problem as a page: one sentence, the faults, and the ways on. */
export function problemPage(frame: Frame, problem: ShownProblem): string {
  const { baseUrl } = frame;
  const faults = (problem.errors ?? []).filter(({ detail }) => !problem.detail.includes(detail));
  return `<!doctype html>${(
    <Layout {...frame}>
      <p class="notice notice-bad" role="alert">
        {problem.detail}
        <Opening texts={[problem.detail, ...faults.map(({ detail }) => detail)]} frame={frame} />
      </p>
      {mayBeShared(frame, problem) ? (
        <p>
          If it is somebody else’s job, they can show you its results: “Share the results” on the page of the job makes
          an address for that.
        </p>
      ) : null}
      {faults.length === 0 ? null : (
        <ul>
          {faults.map(({ pointer, detail }) => (
            <li>
              {pointer === "" ? null : <code>{pointer}</code>} {detail}
            </li>
          ))}
        </ul>
      )}
      <p class="actions">
        <a class="button" href={`${baseUrl}/?f=html`}>
          Home
        </a>
        <a class="button" href={`${baseUrl}/processes?f=html`}>
          Processes
        </a>
        <a class="button" href={`${baseUrl}/jobs?f=html`}>
          Jobs
        </a>
        {mayHelpToSignIn(frame, problem) ? (
          <a class="button" href={signInUrl(frame)}>
            Sign in as somebody else
          </a>
        ) : null}
      </p>
      <WholeDocument document={problem} />
    </Layout>
  )}`;
}
