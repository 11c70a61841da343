import { defined } from "../../domain/defined.ts";
import type { ProviderDocument, ProviderListDocument } from "../../domain/documents/provider.ts";
import { WholeDocument } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { Opening } from "../shared/opening.tsx";
import { type Page, type PageFrame, policyOf, scriptUrl } from "../shared/page.ts";
import { Time } from "../shared/parts.tsx";
import { RecordHead, RecordTable } from "../shared/record-table.tsx";
import { remoteTypeWords } from "../shared/words.ts";
import { RemoveForm, reasonOf, SignInFields } from "./provider.tsx";

const script = "local-times";

/** What the page of providers shows besides them. */
export type ProviderListView = {
  /** The reader may add and remove. */
  readonly mayManage: boolean;
  /** Why the last one was not added, and what had been typed. */
  readonly fault?: string;
  readonly typed?: Readonly<Record<string, string>>;
};

/** Builds the page of the servers whose processes can run from here. */
export function providerListPage(view: ProviderListView): Page<ProviderListDocument> {
  return {
    policy: (frame) => policyOf({ sendsForms: true, scripts: scriptUrl(frame, script) }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          <p>
            Processes of these servers run from here as our own do: this service sends the request, follows the job, and
            fetches the results.
          </p>
          {view.fault === undefined ? null : (
            <p class="notice notice-bad" role="alert">
              {view.fault}
              <Opening texts={[view.fault]} frame={frame} />
            </p>
          )}
          <Table providers={document.providers} view={view} frame={frame} />
          {view.mayManage ? <Add frame={frame} typed={view.typed ?? {}} /> : null}
          <WholeDocument document={document} jsonUrl={frame.jsonUrl} />
        </Layout>
      )}`,
  };
}

type Shown = {
  readonly providers: readonly ProviderDocument[];
  readonly view: ProviderListView;
  readonly frame: PageFrame;
};

function Table({ providers, view: { mayManage }, frame }: Shown) {
  if (providers.length === 0)
    return <p>{`No server is registered yet.${mayManage ? " Add the first one below." : ""}`}</p>;
  return (
    <RecordTable label="Providers">
      <table>
        <RecordHead titles={["Provider", "State", "Looked at", "Server", "For"]} hasActions={mayManage} />
        <tbody>
          {providers.map((provider) => (
            <Row provider={provider} frame={frame} mayManage={mayManage} />
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

type RowProps = { readonly provider: ProviderDocument; readonly frame: PageFrame; readonly mayManage: boolean };

function Row({ provider, frame: { baseUrl }, mayManage }: RowProps) {
  const { id, url, type, status, checked, message, title, refusedForKey } = provider;
  const path = `${baseUrl}/providers/${encodeURIComponent(id)}`;
  return (
    <tr>
      <td class="breaks">
        <a href={`${path}/processes?f=html`}>{id}</a>
        {title === undefined ? null : (
          <>
            <br />
            <span class="muted">{title}</span>
          </>
        )}
      </td>
      <td class={message === undefined ? undefined : "prose"}>
        {status}
        {message === undefined ? null : (
          <>
            <br />
            <span class="muted">{reasonOf(message)}</span>
          </>
        )}
        {refusedForKey === undefined ? null : (
          <>
            <br />
            <a href={`${path}?f=html`}>the last run was refused: it asks for a key</a>
          </>
        )}
      </td>
      <td>
        <Time at={checked} />
      </td>
      <td class="breaks">
        {/^https?:/.test(url) ? <a href={url}>{url}</a> : url}
        <br />
        <span class="muted">{remoteTypeWords[type]}</span>
      </td>
      <td>{provider.public ? "everybody here" : "admins"}</td>
      {mayManage ? (
        <td>
          <RemoveForm id={id} baseUrl={baseUrl} />
        </td>
      ) : null}
    </tr>
  );
}

function Add({ frame, typed }: { readonly frame: PageFrame; readonly typed: Readonly<Record<string, string>> }) {
  return (
    <section>
      <h2>Add a provider</h2>
      <form method="post" action={`${frame.baseUrl}/providers/form`} class="form">
        <label class="field">
          <span>Id</span>
          <input type="text" name="id" required={true} maxlength={200} autocomplete="off" value={typed.id} />
          <small class="muted">Letters, digits, dots, - and _; it begins with a letter or a digit.</small>
        </label>
        <label class="field">
          <span>Address</span>
          <input name="url" type="url" required={true} placeholder="https://" autocomplete="off" value={typed.url} />
          <small class="muted">
            Of an OGC API - Processes server, or of WPS 1.0 or 2.0: what it speaks is found out. The address of its list
            of processes, or of its capabilities, does as well.
          </small>
        </label>
        <label class="choice">
          <input type="checkbox" name="public" value="true" checked={typed.public === "true"} /> Everybody here may use
          it (otherwise only admins)
        </label>
        <details class="extras" open={(typed.username ?? "") !== ""}>
          <summary>The server wants a key or a password</summary>
          <SignInFields isOptional={true} {...defined({ username: typed.username })} />
        </details>
        <p class="actions">
          <button type="submit" class="button-main">
            Add the provider
          </button>
        </p>
      </form>
    </section>
  );
}
