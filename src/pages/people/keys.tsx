import type { KeyDocument, KeyListDocument } from "../../domain/documents/key.ts";
import { overseer, type Role, toldRole } from "../../domain/people/access.ts";
import { WholeDocument } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { type Page, type PageFrame, policyOf, scriptUrl } from "../shared/page.ts";
import { Fault, Time, User } from "../shared/parts.tsx";
import { RecordTable } from "../shared/record-table.tsx";
import { keyRowId } from "../shared/words.ts";
import { Made } from "./key-made.tsx";
import { keyFieldId, MakeKey } from "./make-key.tsx";

const script = "keys";

/** What the page of keys shows besides the keys. */
export type KeyListView = {
  /** The key that was just made: its text is shown this once. */
  readonly made?: { readonly id: string; readonly text: string };
  /** What the form is sent with, once. */
  readonly once?: string;
  /** Why none was made, and what had been typed. */
  readonly fault?: string;
  /** The field that is wrong, and what is wrong with it. */
  readonly wrong?: { readonly field: string; readonly words: string };
  /** It can be made all the same, by who says so. */
  readonly mayInsist?: boolean;
  readonly typed?: Readonly<Record<string, string>>;
  /** The key that the reader is signed in with. */
  readonly ownId?: string;
  /** Ids of the processes that there are. */
  readonly processIds?: readonly string[];
  /** The reader may see the audit: what each key did is one step from it. */
  readonly mayReadAudit?: boolean;
};

/** Builds the page by which admins make, see and revoke keys. */
export function keyListPage(view: KeyListView = {}): Page<KeyListDocument> {
  const { made, fault, typed = {}, once, processIds = [], wrong, mayInsist = false, mayReadAudit = false } = view;
  return {
    policy: (frame) => policyOf({ sendsForms: true, scripts: scriptUrl(frame, script) }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          {document.keys
            .filter(({ id }) => id === made?.id)
            .map((key) => (
              <Made made={key} text={made?.text ?? ""} processIds={processIds} frame={frame} />
            ))}
          {fault === undefined || wrong !== undefined ? null : <Fault words={fault} />}
          {wrong === undefined ? null : (
            <p class="notice notice-bad" role="alert" data-since=" It was changed since.">
              {`${fault ?? wrong.words}. `}
              <a href={`#${keyFieldId(wrong.field)}`}>To the field</a>
            </p>
          )}
          <Keys keys={document.keys} frame={frame} ownId={view.ownId} mayReadAudit={mayReadAudit} />
          <MakeKey
            frame={frame}
            typed={typed}
            once={once}
            processIds={processIds}
            wrong={wrong}
            mayInsist={mayInsist}
          />
          <WholeDocument document={document} jsonUrl={frame.jsonUrl} />
        </Layout>
      )}`,
  };
}

type Shown = {
  readonly keys: readonly KeyDocument[];
  readonly frame: PageFrame;
  readonly ownId: string | undefined;
  readonly mayReadAudit: boolean;
};

/** More keys than that are searched. */
const seenAtOnce = 5;

/** The keys that hold, and below them, folded up, those that do not any more. */
function Keys({ keys, ...shown }: Shown) {
  if (keys.length === 0)
    return <p>There is no key yet: every user of this machine may do everything. Make the first one below.</p>;
  const holding = keys.filter(({ state }) => state === "valid");
  const others = keys.filter(({ state }) => state !== "valid");
  return (
    <div id="keys">
      {/* A script shows it and finds among the rows; without one, the search of the browser does. */}
      {keys.length <= seenAtOnce ? null : (
        <label class="field" data-finds="keys" hidden={true}>
          <span>Find a key</span>
          <input type="search" autocomplete="off" placeholder="user, id, process, what it is for" />
          <small class="muted" role="status" />
        </label>
      )}
      {holding.length === 0 ? <p>No key holds any more.</p> : <Table keys={holding} {...shown} label="Keys" />}
      {others.length === 0 ? null : (
        <details>
          <summary>{`${others.length} ${others.length === 1 ? "key that does" : "keys that do"} not hold any more`}</summary>
          <Table keys={others} {...shown} label="Keys that do not hold any more" />
        </details>
      )}
    </div>
  );
}

function Table({ keys, frame, ownId, mayReadAudit, label }: Shown & { readonly label: string }) {
  return (
    <RecordTable label={label}>
      <table>
        <thead>
          <tr>
            {["User and key", "Role", "For", "State", "Last used, to a minute", "Revoke"].map((title) => (
              <th scope="col">{title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr id={keyRowId(key.id)}>
              <td class="breaks">
                <User name={key.user} baseUrl={frame.baseUrl} />
                <br />
                <code class="muted nowrap">{key.id}</code>
                {key.id === ownId ? <strong class="nowrap"> this one</strong> : null}
              </td>
              <td>{roleText(key.role, key.actions)}</td>
              <td class="breaks prose">{purposeOf(key)}</td>
              <td>
                <State of={key} />
              </td>
              <td>
                {key.lastUsed === undefined ? (
                  <span class="muted">never</span>
                ) : (
                  <Time at={key.lastUsed} isRough={true} />
                )}
                <br />
                <span class="muted nowrap">
                  made <Time at={key.created} />
                </span>
                {mayReadAudit ? (
                  <>
                    <br />
                    <a href={auditOfKey(frame, key.id)} aria-label={`what it did: key ${key.id}`}>
                      what it did
                    </a>
                  </>
                ) : null}
              </td>
              <td>{key.state === "valid" ? <Revoke id={key.id} user={key.user} frame={frame} /> : null}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

/** Returns the address of the lines of the audit that tell what was done with a key. */
function auditOfKey({ baseUrl }: PageFrame, id: string): string {
  return `${baseUrl}/_/audit?${new URLSearchParams({ f: "html", key: id })}`;
}

/** Whether it holds, and since or until when. */
function State({ of: { state, expires, revoked } }: { readonly of: KeyDocument }) {
  const at = state === "revoked" ? revoked : expires;
  if (at === undefined) return <>{state}</>;
  return (
    <>
      {state}
      {state === "valid" ? " until" : ""} <Time at={at} />
    </>
  );
}

/** Words what a key is for: its label, that a program has it, and what it is held to. */
export function purposeOf({
  label,
  service,
  actions,
  processes,
}: Pick<KeyDocument, "label" | "service" | "actions" | "processes">): string {
  return [
    ...(label === undefined ? [] : [label]),
    ...(service ? ["a program"] : []),
    ...(actions === undefined ? [] : [mayText(actions)]),
    ...(processes === undefined ? [] : [`for ${processes.join(", ")}`]),
  ].join("; ");
}

/** Words what a key is held to; an overseer's by what that is. */
function mayText(actions: readonly string[]): string {
  return toldRole({ role: overseer.role, scope: { actions } }) === overseer.name
    ? overseer.words
    : `may ${actions.join(", ")}`;
}

function Revoke({ id, user, frame }: { readonly id: string; readonly user: string; readonly frame: PageFrame }) {
  return (
    <form method="post" action={`${frame.baseUrl}/_/keys/${encodeURIComponent(id)}/revoke-form`}>
      <button type="submit" class="button-danger" aria-label={`Revoke the key ${id} of ${user}`}>
        Revoke
      </button>
    </form>
  );
}

/** Words a role in one word or two, where a key that is held to less may not do what the role is known for. */
export function roleText(role: Role, held: readonly string[] | undefined): string {
  const told = toldRole({ role, scope: { actions: held } });
  if (told === overseer.name) return told;
  if (held === undefined || role === "viewer" || held.some((action) => !action.startsWith("read-"))) return role;
  return `${role}, held to reading`;
}
