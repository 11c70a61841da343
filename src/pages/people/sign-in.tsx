import type { SignInDocument } from "../../domain/documents/sign-in.ts";
import { deployPath } from "../deploy/deploy.tsx";
import { Layout } from "../shared/layout.tsx";
import { type Page, type PageFrame, policyOf, scriptUrl } from "../shared/page.ts";
import { Fault, Time } from "../shared/parts.tsx";
import { Asked, Facts, NotSaid, type Operator, operatorRows } from "../system/operator.tsx";
import { type Allowed, MayDo } from "./account.tsx";
import { Notices, type NoticesView } from "./notices.tsx";

/** Where a person goes on after signing in, and what went wrong before. */
export type SignInState = {
  /** A path of this service, without its base. */
  readonly to: string;
  /** Why the last try failed. */
  readonly fault?: string;
  /** Why the browser, which was signed in, is not any more. */
  readonly ended?: keyof typeof endWords;
  /** What who has signed in may do here. */
  readonly allowed?: Allowed;
  /** Where one is told of the own jobs, for who may have some. */
  readonly notices?: NoticesView;
  /** Who runs the service; nothing of it where its settings say nothing. */
  readonly operator?: Operator;
};

const script = "sign-in";

/** Builds the page by which a person signs in and out. */
export function signInPage({ to, fault, ended, allowed, notices, operator = {} }: SignInState): Page<SignInDocument> {
  return {
    policy: (frame) => policyOf({ sendsForms: true, scripts: scriptUrl(frame, script) }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          {fault === undefined ? null : <Fault words={fault} />}
          <Who document={document} frame={frame} to={to} ended={ended} />
          {document.user === undefined || allowed === undefined ? null : (
            <MayDo allowed={allowed} baseUrl={frame.baseUrl} />
          )}
          {document.user === undefined ? null : (
            <p>
              <a href={`${frame.baseUrl}/_/shares?f=html`}>What is shared of your jobs</a>, until when, and how to take
              it back.
            </p>
          )}
          {notices === undefined ? null : <Notices view={notices} baseUrl={frame.baseUrl} />}
          {document.user === undefined || notices === undefined ? null : <h2>Sign in as somebody else</h2>}
          {document.ways.includes("provider") ? (
            <p>
              <a href={`${frame.baseUrl}/_/sign-in/provider?to=${encodeURIComponent(to)}`}>
                Sign in with your organisation's account
              </a>
            </p>
          ) : null}
          <form method="post" action={`${frame.baseUrl}/_/sign-in`} class="form-narrow">
            <input type="hidden" name="to" value={to} />
            <label>
              <span>{document.user === undefined ? "Key" : "Another key"}</span>
              <input
                type="password"
                name="key"
                required={true}
                autofocus={document.user === undefined}
                autocomplete="current-password"
                spellcheck={false}
              />
            </label>
            <p class="muted">
              {"A key begins with hdl_. "}
              <Giver operator={operator} />
            </p>
            <button type="submit">Sign in with a key</button>
          </form>
          <RunBy operator={operator} document={document} frame={frame} />
        </Layout>
      )}`,
  };
}

/** Says who gives keys. */
function Giver({ operator: { provider, contact } }: { readonly operator: Operator }) {
  if (contact !== undefined) {
    return (
      <>
        {"Ask "}
        <Asked contact={contact} />
        {" for one."}
      </>
    );
  }
  return <>{`${provider?.name ?? "The operator of this service"} gives one to you.`}</>;
}

/** Says who runs the service and whom to ask; where nobody said so, an admin is told how. */
function RunBy({
  operator,
  document: { isOpen },
  frame: { baseUrl, reader },
}: {
  readonly operator: Operator;
  readonly document: SignInDocument;
  readonly frame: PageFrame;
}) {
  const rows = operatorRows(operator);
  const isAdmin = isOpen || reader?.seesSystem === true;
  return (
    <>
      {rows.length === 0 ? null : (
        <>
          <h2>Who runs this service</h2>
          <Facts rows={rows} />
        </>
      )}
      {isAdmin ? <NotSaid operator={operator} baseUrl={baseUrl} /> : null}
    </>
  );
}

/** What one signs in for, by the beginning of the path to go on with: the first that fits. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/^\/jobs\/compare\b/, "to compare these jobs"],
  [/^\/jobs\/[^/?]+\/results\b/, "to see the results of this job"],
  [/^\/jobs\/[^/?]/, "to see this job"],
  [/^\/(processes\/[^/?]+\/)?jobs\b/, "to see jobs"],
  [/^\/(providers\/[^/?]+\/)?processes\/[^/?]+\/execution\b/, "to run this process"],
  [/^\/(providers\/[^/?]+\/)?processes\/[^/?]/, "to see this process"],
  [/^\/uploads\b/, "to see your uploads"],
  [/^\/_\/shares\b/, "to see what is shared"],
  [/^\/providers\b/, "to see providers"],
  [/^\/_\/(system|keys|audit)\b/, "as an administrator to look after this service"],
];

const isOfForm = /^\/(providers\/[^/?]+\/)?processes\/[^/?]/;

/** Says to who was signed in why that has ended. */
const endWords = {
  "key-revoked": "Your key was revoked.",
  "key-ended": "Your key has expired.",
  ended: "Your session has ended.",
} as const;

function reasonText(to: string, ended: keyof typeof endWords | undefined): string {
  if (ended !== undefined) {
    const [, reason] = reasons.find(([path]) => path.test(to)) ?? [];
    const again = ended === "ended" ? "Sign in again" : "Sign in with another key";
    const typed = isOfForm.test(to) ? " This browser keeps what you typed in the form until then." : "";
    return `${endWords[ended]} ${again}${reason === undefined ? "" : ` ${reason}`}.${typed}`;
  }
  if (to.startsWith(deployPath)) return "To deploy a process, sign in.";
  const [, reason] = reasons.find(([path]) => path.test(to)) ?? [];
  return reason === undefined ? "You are not signed in." : `You are not signed in. Sign in ${reason}.`;
}

function Who({
  document,
  frame: { baseUrl, reader },
  to,
  ended,
}: {
  readonly document: SignInDocument;
  readonly frame: PageFrame;
  readonly to: string;
  readonly ended: SignInState["ended"];
}) {
  const { user, role, isOpen, sessionEnds } = document;
  if (isOpen)
    return <p>Nobody need sign in here yet: there is no key, and every user of this machine may do everything.</p>;
  if (user === undefined) return <p>{reasonText(to, ended)}</p>;
  return (
    <form method="post" action={`${baseUrl}/_/sign-out`} data-sign-out={true}>
      <p>
        You are signed in as <b>{user}</b> ({reader?.role ?? role}).
        {sessionEnds === undefined ? null : (
          <>
            {" This session ends "}
            <Time at={sessionEnds} />, or earlier with your key or account.
          </>
        )}
      </p>
      <button type="submit">Sign out</button>
    </form>
  );
}
