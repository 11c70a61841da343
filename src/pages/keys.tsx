import { type Action, access, actions, overseer, roles } from "../domain/access.ts";
import type { KeyDocument, KeyListDocument } from "../domain/documents/key.ts";
import { WholeDocument } from "./document.tsx";
import { Layout } from "./layout.tsx";
import { type Page, type PageFrame, policyOf, scriptUrl } from "./page.ts";
import { Time, User } from "./parts.tsx";
import { RecordTable } from "./record-table.tsx";

const script = "keys";

/** What the page of keys shows besides the keys. */
export type KeyListView = {
  /** The key that was just made: it is shown this once. */
  readonly made?: { readonly user: string; readonly text: string };
  /** What the form is sent with, once. */
  readonly once?: string;
  /** Why none was made, and what had been typed. */
  readonly fault?: string;
  readonly typed?: Readonly<Record<string, string>>;
};

/** Builds the page by which admins make, see and revoke keys. */
export function keyListPage(view: KeyListView = {}): Page<KeyListDocument> {
  return {
    policy: (frame) => policyOf({ sendsForms: true, scripts: scriptUrl(frame, script) }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          {view.made === undefined ? null : (
            <div class="notice notice-good" role="status">
              <p>
                This is the key of {view.made.user}. It is shown this once: copy it now, and hand it over by a way that
                nobody else reads.
              </p>
              {/* One press selects the whole key, and a script adds a button that copies it. */}
              <pre class="code whole" data-copy="">
                {view.made.text}
              </pre>
            </div>
          )}
          {view.fault === undefined ? null : (
            <p class="notice notice-bad" role="alert">
              {view.fault}
            </p>
          )}
          <Table keys={document.keys} frame={frame} />
          <Make frame={frame} typed={view.typed ?? {}} once={view.once} />
          <WholeDocument document={document} jsonUrl={frame.jsonUrl} />
        </Layout>
      )}`,
  };
}

function Table({ keys, frame }: { readonly keys: readonly KeyDocument[]; readonly frame: PageFrame }) {
  if (keys.length === 0)
    return <p>There is no key yet: every user of this machine may do everything. Make the first one below.</p>;
  return (
    <RecordTable label="Keys">
      <table>
        <thead>
          <tr>
            {["User", "Role", "State", "For", "Last used", "Created", "Id", ""].map((title) => (
              <th scope="col">{title === "" ? <span class="unseen">What one can do</span> : title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr>
              <td>
                <User name={key.user} baseUrl={frame.baseUrl} />
              </td>
              <td>{roleText(key.role, key.actions)}</td>
              <td>
                {key.state}
                {key.state === "valid" && key.expires !== undefined ? (
                  <>
                    {" until "}
                    <Time at={key.expires} />
                  </>
                ) : null}
              </td>
              <td>{purposeOf(key)}</td>
              <td>{key.lastUsed === undefined ? <span class="muted">never</span> : <Time at={key.lastUsed} />}</td>
              <td>
                <Time at={key.created} />
              </td>
              <td>
                <code>{key.id}</code>
              </td>
              <td>{key.state === "valid" ? <Revoke id={key.id} user={key.user} frame={frame} /> : null}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

/** Words what a key is for: its label, that a program has it, and what it is held to. */
function purposeOf({ label, service, actions, processes }: KeyDocument): string {
  return [
    ...(label === undefined ? [] : [label]),
    ...(service ? ["a program"] : []),
    ...(actions === undefined ? [] : [`may ${actions.join(", ")}`]),
    ...(processes === undefined ? [] : [`for ${processes.join(", ")}`]),
  ].join("; ");
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

type MakeProps = {
  readonly frame: PageFrame;
  readonly typed: Readonly<Record<string, string>>;
  readonly once: string | undefined;
};

function Make({ frame, typed, once }: MakeProps) {
  const chosen = typed.role ?? "runner";
  return (
    <section>
      <h2>Make a key</h2>
      <form method="post" action={`${frame.baseUrl}/_/keys/form`} class="form">
        {once === undefined ? null : <input type="hidden" name="once" value={once} />}
        <label class="field">
          <span>User</span>
          <input type="text" name="user" required={true} maxlength={128} autocomplete="off" value={typed.user} />
          <small class="muted">Whose jobs these are. Several keys may have one user.</small>
        </label>
        <label class="field">
          <span>Role</span>
          <select name="role">
            {roles.map((role) => (
              <option value={role} selected={role === chosen}>
                {`${role}: ${roleWords[role]}`}
              </option>
            ))}
            <option value={overseer.name} selected={overseer.name === chosen}>
              {overseer.words}
            </option>
          </select>
        </label>
        <Scope typed={typed} />
        <label class="field">
          <span>Ends</span>
          <input type="text" name="expires" placeholder="never" autocomplete="off" value={typed.expires} />
          <small class="muted">
            After a time (12h, 30d, 52w) or at the end of a day (2030-01-31). Empty: when it is revoked.
          </small>
        </label>
        <label class="field">
          <span>What it is for</span>
          <input type="text" name="label" maxlength={200} autocomplete="off" value={typed.label} />
        </label>
        <label class="field">
          <span>Processes</span>
          <input type="text" name="processes" placeholder="all" autocomplete="off" value={typed.processes} />
          <small class="muted">Ids with commas between, * for any text. Empty: all.</small>
        </label>
        <label class="choice">
          <input type="checkbox" name="service" value="true" checked={typed.service === "true"} /> A program has it:
          nobody signs in to a browser with it
        </label>
        <p class="actions">
          <button type="submit" class="button-main">
            Make the key
          </button>
        </p>
      </form>
    </section>
  );
}

/** Less than a role may: what a key is held to. */
function Scope({ typed }: { readonly typed: Readonly<Record<string, string>> }) {
  const ticked = (typed.actions ?? "").split(",");
  return (
    <details class="extras" open={typed.actions !== undefined && typed.actions !== ""}>
      <summary>Hold the key to less than its role may</summary>
      <fieldset class="field">
        <legend>All that it may do</legend>
        <span class="muted">None ticked: all that the role may. What the role lacks is refused.</span>
        {actions.map((action) => (
          <label class="choice">
            <input
              type="checkbox"
              name="actions"
              value={action}
              checked={ticked.includes(action)}
              data-roles={rolesWith(action).join(" ")}
            />
            <span>
              <code>{action}</code>: {actionWords[action]}
            </span>
          </label>
        ))}
      </fieldset>
    </details>
  );
}

/** Names the choices of the form whose keys may do something. */
function rolesWith(action: Action): readonly string[] {
  const may = (allowed: readonly Action[]) => allowed.includes(action);
  return [...roles.filter((role) => may(access[role])), ...(may(overseer.actions) ? [overseer.name] : [])];
}

/** Words a role, where a key that is held to less may not do what the role is known for. */
export function roleText(role: string, held: readonly string[] | undefined): string {
  if (held === undefined || role === "viewer" || held.some((action) => !action.startsWith("read-"))) return role;
  const oversees = role === overseer.role && overseer.actions.every((action) => held.includes(action));
  return oversees && held.length === overseer.actions.length ? "viewer of all jobs" : `${role}, held to reading`;
}

const actionWords: Readonly<Record<Action, string>> = {
  "read-processes": "see the processes and what they need",
  "read-own-jobs": "see the jobs of its own user, with their results",
  execute: "run processes",
  "read-package": "read the package that a process was made of",
  "dismiss-own": "cancel and remove the jobs of its own user",
  upload: "upload files for inputs",
  deploy: "deploy, replace and remove processes",
  "read-all-jobs": "see the jobs of everybody, with their inputs, logs and results",
  "dismiss-all": "cancel and remove the jobs of everybody",
  "manage-providers": "add and remove servers whose processes run from here",
  "manage-keys": "make and revoke keys",
  bulk: "change many jobs by one request",
  "read-metrics": "read the numbers that monitoring collects",
  "read-audit": "read who did what",
  "read-system": "see what the service runs on, and its settings",
};

const roleWords = {
  viewer: "reads",
  runner: "executes",
  deployer: "deploys",
  admin: "may do everything",
} as const;
