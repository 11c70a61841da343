import { defined } from "../../domain/defined.ts";
import type { ProviderDocument, ShownProvider } from "../../domain/documents/provider.ts";
import { providerUrl } from "../../domain/links.ts";
import { saysClosedAddress } from "../../domain/people/closed-address.ts";
import { WholeDocument } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { Opening } from "../shared/opening.tsx";
import { type Page, type PageFrame, policyOf, scriptUrl } from "../shared/page.ts";
import { Time } from "../shared/parts.tsx";
import type { ShownProblem } from "../shared/problem.tsx";
import { remoteTypeWords } from "../shared/words.ts";

const script = "local-times";

/** Builds the page of one provider: whether it answers, and the ways to what it offers. */
export function providerPage({ mayManage }: { readonly mayManage: boolean }): Page<ProviderDocument> {
  return {
    policy: (frame) => policyOf({ sendsForms: true, scripts: scriptUrl(frame, script) }),
    render: (frame, provider) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          <ProviderLine provider={provider} />
          <State provider={provider} frame={frame} />
          {provider.refusedForKey === undefined ? null : (
            <RefusedForKey at={provider.refusedForKey} {...(mayManage ? { url: `#${signInPart}` } : {})} />
          )}
          <div class="actions">
            <a class="button button-main" href={`${providerUrl(frame.baseUrl, provider.id)}/processes?f=html`}>
              Its processes
            </a>
            <a class="button" href={`${frame.baseUrl}/jobs?provider=${encodeURIComponent(provider.id)}&f=html`}>
              Jobs that ran there
            </a>
            <a class="button" href={`${frame.baseUrl}/providers?f=html`}>
              All providers
            </a>
            {mayManage ? <RemoveForm id={provider.id} baseUrl={frame.baseUrl} /> : null}
          </div>
          {mayManage ? <SignInForm provider={provider} baseUrl={frame.baseUrl} /> : null}
          <WholeDocument document={provider} jsonUrl={frame.jsonUrl} />
        </Layout>
      )}`,
  };
}

/** One line that says which server it is, and what it speaks. */
export function ProviderLine({ provider: { title, url, type } }: { readonly provider: ShownProvider }) {
  return (
    <p class="muted">
      {title === undefined ? "" : `${title} · `}
      {remoteTypeWords[type]} at {/^https?:/.test(url) ? <a href={url}>{url}</a> : url}
    </p>
  );
}

/** Words what went wrong at a provider without its address, which stands beside them. */
export function reasonOf(message: string): string {
  return message.replace(/^Cannot (?:fetch|read) "[^"]*": /, "");
}

function stateText({ status, message }: Pick<ProviderDocument, "status" | "message">): string {
  if (status === "up") return "It answers. ";
  if (status !== "down") return message === undefined ? "" : `${message}. `;
  if (message !== undefined && saysClosedAddress(message)) return `It is not asked: ${reasonOf(message)}. `;
  const reason = message === undefined ? "" : ` (${reasonOf(message)})`;
  return `It does not answer${reason}: look whether it runs, and whether its address is right. `;
}

/** Who answers and lets nothing run is not all right. */
function stateClass({ status, refusedForKey }: Pick<ProviderDocument, "status" | "refusedForKey">): string {
  if (status !== "up") return "notice-bad";
  return refusedForKey === undefined ? "notice-good" : "";
}

function State({
  provider: { status, checked, message, ...provider },
  frame,
}: {
  readonly provider: ProviderDocument;
  readonly frame: PageFrame;
}) {
  return (
    <p class={`notice ${stateClass({ status, ...provider })}`} role="status">
      {stateText({ status, ...defined({ message }) })}
      {"Looked at "}
      <Time at={checked} />. {provider.public ? "Everybody here may use it." : "Only admins may use it."}
      {provider.auth ? " This service signs in there." : ""}
      <Opening texts={message === undefined ? [] : [message]} frame={frame} />
    </p>
  );
}

/** Says that a provider refused a run since it wants a key: who may give one is led there, others are told whom to ask. */
export function RefusedForKey({ at, url }: { readonly at: string; readonly url?: string }) {
  return (
    <p class="notice notice-bad">
      {"The last run was refused "}
      <Time at={at} />
      {": the provider asks for a key, or for another one than it is given. "}
      {url === undefined ? (
        "Ask the operator of this service to give it one: until then, a run there fails."
      ) : (
        <>
          <a href={url}>Give it a key</a>: until then, a run there fails.
        </>
      )}
    </p>
  );
}

/** The button that removes a provider, which is asked once more before it does. */
export function RemoveForm({ id, baseUrl }: { readonly id: string; readonly baseUrl: string }) {
  return (
    <form method="post" action={`${providerUrl(baseUrl, id)}/remove-form`}>
      <button type="submit" class="button-danger" aria-label={`Remove the provider ${id}`}>
        Remove
      </button>
    </form>
  );
}

/** Where the form that changes what signs in stands on the page of a provider. */
export const signInPart = "sign-in";

/** The form by which somebody gives a provider a key or a password, or another one; what it has is not shown. */
function SignInForm({
  provider: { id, auth },
  baseUrl,
}: {
  readonly provider: ProviderDocument;
  readonly baseUrl: string;
}) {
  return (
    <section id={signInPart}>
      <h2>{auth ? "Change the key or the password" : "Give a key or a password"}</h2>
      <form method="post" action={`${providerUrl(baseUrl, id)}/sign-in-form`} class="form">
        <SignInFields />
        <p class="actions">
          <button type="submit">{auth ? "Change it" : "Give it"}</button>
          {auth ? (
            <button type="submit" class="button-danger" name="do" value="none" formnovalidate>
              Sign in with nothing
            </button>
          ) : null}
        </p>
      </form>
    </section>
  );
}

/** The fields for what signs in to a provider. */
export function SignInFields({
  username,
  isOptional = false,
}: {
  readonly username?: string;
  readonly isOptional?: boolean;
}) {
  return (
    <>
      <label class="field">
        <span>User</span>
        <input type="text" name="username" autocomplete="off" value={username} />
        <small class="muted">Where it wants a user and a password; left empty where it wants a key alone.</small>
      </label>
      <label class="field">
        <span>Key or password</span>
        <input type="password" name="secret" required={!isOptional} autocomplete="new-password" spellcheck={false} />
        <small class="muted">
          It is kept encrypted, sent to that server alone, and never shown. All who may use the provider run there by
          it. A key in a header of its own is added by the API.
        </small>
      </label>
    </>
  );
}

/** What somebody looked for at a provider that did not answer, or not rightly. */
export type FailedLook = { readonly provider: ShownProvider; readonly retryUrl: string };

/** Builds the page that says what was asked of a provider and what came, with the way to ask again. */
export function failedLookPage({ provider, retryUrl }: FailedLook): Page<ShownProblem> {
  return {
    policy: () => policyOf(),
    render: (frame, problem) =>
      `<!doctype html>${(
        <Layout {...frame}>
          <ProviderLine provider={provider} />
          <p class="notice notice-bad" role="alert">
            {problem.detail}
            <Opening texts={[problem.detail]} frame={frame} />
          </p>
          <p>
            {saysClosedAddress(problem.detail) ? "" : "It may be down, or this service may not reach it. "}Nothing was
            run.
          </p>
          <p class="actions">
            <a class="button button-main" href={retryUrl}>
              Try again
            </a>
            <a class="button" href={`${providerUrl(frame.baseUrl, provider.id)}?f=html`}>
              The provider
            </a>
            <a class="button" href={`${frame.baseUrl}/providers?f=html`}>
              All providers
            </a>
          </p>
          <WholeDocument document={problem} />
        </Layout>
      )}`,
  };
}

/** The ways from a page of a provider to those around it. */
export function ProviderWays({ id, frame: { baseUrl } }: { readonly id: string; readonly frame: PageFrame }) {
  return (
    <ul class="tabs">
      <li>
        <a href={`${providerUrl(baseUrl, id)}?f=html`}>Provider {id}</a>
      </li>
      <li>
        <a href={`${baseUrl}/jobs?provider=${encodeURIComponent(id)}&f=html`}>Jobs that ran there</a>
      </li>
      <li>
        <a href={`${baseUrl}/providers?f=html`}>All providers</a>
      </li>
    </ul>
  );
}
