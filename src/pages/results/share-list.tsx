import type { ShareDocument, ShareListDocument } from "../../domain/documents/share.ts";
import { WholeDocument } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { type Page, policyOf, scriptUrl } from "../shared/page.ts";
import { Time, User } from "../shared/parts.tsx";
import { RecordHead, RecordTable } from "../shared/record-table.tsx";
import { shortId } from "../shared/words.ts";

const script = "local-times";

/** What the page of shares shows besides them. */
export type ShareListView = {
  /** The list has those of all: whose the jobs are is told. */
  readonly hasUsers: boolean;
  /** The reader may take shares back. */
  readonly mayTakeBack: boolean;
};

/** Builds the page of what is shared: of which job, what, since when, until when, by whom, with a button that takes it back. */
export function shareListPage(view: ShareListView): Page<ShareListDocument> {
  return {
    policy: (frame) => policyOf({ sendsForms: true, scripts: scriptUrl(frame, script) }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          <p class="prose">
            {`Results of ${view.hasUsers ? "jobs" : "your jobs"} that are shared: who has the link sees them without a key. A job is shared on its own page, where its link is shown once.`}
          </p>
          {document.shares.length === 0 ? (
            <p role="status">{view.hasUsers ? "Nothing is shared now." : "Nothing of yours is shared now."}</p>
          ) : (
            <Shares shares={document.shares} view={view} baseUrl={frame.baseUrl} />
          )}
          {document.hasMore ? (
            <p role="status">{`These are the newest ${document.shares.length}; there are older ones.`}</p>
          ) : null}
          <WholeDocument document={document} jsonUrl={frame.jsonUrl} />
        </Layout>
      )}`,
  };
}

type Shown = { readonly view: ShareListView; readonly baseUrl: string };

function Shares({ shares, view, baseUrl }: Shown & { readonly shares: readonly ShareDocument[] }) {
  const titles = ["Job", ...(view.hasUsers ? ["User"] : []), "What", "Since", "Until", "Made by"];
  return (
    <RecordTable label="Shares">
      <table>
        <RecordHead titles={titles} hasActions={view.mayTakeBack} />
        <tbody>
          {shares.map((share) => (
            <Row share={share} view={view} baseUrl={baseUrl} />
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

function Row({ share, view, baseUrl }: Shown & { readonly share: ShareDocument }) {
  const { jobID, processID, providerID, title, user, by, outputs, created, expires, href } = share;
  const name = title ?? processID;
  return (
    <tr>
      <td class="breaks">
        <a href={`${href}?f=html`} title={jobID}>
          {name}, <code>{shortId(jobID)}</code>
        </a>
        {title === undefined && providerID === undefined ? null : (
          <span class="muted">
            <br />
            {providerID === undefined ? processID : `${processID} at ${providerID}`}
          </span>
        )}
      </td>
      {view.hasUsers ? (
        <td class="breaks">
          {user === undefined ? <span class="muted">nobody signed in</span> : <User name={user} baseUrl={baseUrl} />}
        </td>
      ) : null}
      <td class="breaks">{outputs === undefined ? "all its results" : outputs.join(", ")}</td>
      <td>
        <Time at={created} />
      </td>
      <td>
        <Time at={expires} />
      </td>
      <td class="breaks">{by ?? <span class="muted">not known</span>}</td>
      {view.mayTakeBack ? (
        <td>
          <form method="post" action={`${baseUrl}/jobs/${encodeURIComponent(jobID)}/unshare-form`}>
            <button
              type="submit"
              class="button-danger"
              name="from"
              value="shares"
              aria-label={`Take back the share of ${name}, ${shortId(jobID)}`}
            >
              Take back
            </button>
          </form>
        </td>
      ) : null}
    </tr>
  );
}
