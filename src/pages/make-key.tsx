import { type Action, access, actions, overseer, roles } from "../domain/access.ts";
import type { PageFrame } from "./page.ts";

type MakeProps = {
  readonly frame: PageFrame;
  /** What was typed before, when it could not be taken. */
  readonly typed: Readonly<Record<string, string>>;
  /** What the form is sent with, once. */
  readonly once: string | undefined;
  /** Ids of the processes that there are: a browser offers them. */
  readonly processIds: readonly string[];
};

/** The form that makes a key. */
export function MakeKey({ frame, typed, once, processIds }: MakeProps) {
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
              {`${overseer.name}: ${overseer.words}`}
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
          <input
            type="text"
            name="processes"
            placeholder="all"
            autocomplete="off"
            value={typed.processes}
            list="processes-of-keys"
          />
          <datalist id="processes-of-keys">
            {processIds.map((id) => (
              <option value={id} />
            ))}
          </datalist>
          <small class="muted">
            The key is for these processes alone: their ids with commas between, * for any text. Empty: all.
          </small>
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
  viewer: "sees processes, and runs none",
  runner: "runs processes, and sees its own jobs",
  deployer: "runs and deploys processes",
  admin: "may do everything",
} as const;
