import type { Child } from "hono/jsx";
import { type Action, access, actions, overseer, roles } from "../../domain/people/access.ts";
import type { PageFrame } from "../shared/page.ts";

type MakeProps = {
  readonly frame: PageFrame;
  /** What was typed before, when it could not be taken. */
  readonly typed: Readonly<Record<string, string>>;
  /** What the form is sent with, once. */
  readonly once: string | undefined;
  /** Ids of the processes that there are: a browser offers them. */
  readonly processIds: readonly string[];
  /** The field that is wrong, and what is wrong with it. */
  readonly wrong: { readonly field: string; readonly words: string } | undefined;
  /** It can be made all the same, by who says so. */
  readonly mayInsist: boolean;
};

/** Names a field of the form, for who is led to it. */
export function keyFieldId(name: string): string {
  return `new-key-${name}`;
}

/** The form that makes a key. */
export function MakeKey({ frame, typed, once, processIds, wrong, mayInsist }: MakeProps) {
  const chosen = typed.role ?? "runner";
  const shown = { typed, wrong };
  return (
    <section>
      <h2>Make a key</h2>
      <form method="post" action={`${frame.baseUrl}/_/keys/form`} class="form">
        {once === undefined ? null : <input type="hidden" name="once" value={once} />}
        <TextField {...shown} name="user" label="User" maxlength={128} isRequired={true}>
          Whose jobs these are. Several keys may have one user.
        </TextField>
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
        <TextField {...shown} name="expires" label="Ends" placeholder="never">
          After a time (12h, 30d, 52w) or at the end of a day (2030-01-31). Empty: when it is revoked.
        </TextField>
        <TextField {...shown} name="label" label="What it is for" maxlength={200} />
        <TextField {...shown} name="processes" label="Processes" placeholder="all" list="processes-of-keys">
          The key is for these processes alone: their ids with commas between, * for any text. Empty: all.
        </TextField>
        <datalist id="processes-of-keys">
          {processIds.map((id) => (
            <option value={id} />
          ))}
        </datalist>
        {mayInsist ? (
          <label class="choice">
            <input type="checkbox" name="insists" value="true" /> Make it all the same: these processes come later, or
            are those of a provider
          </label>
        ) : null}
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

type TextProps = Pick<MakeProps, "typed" | "wrong"> & {
  readonly name: string;
  readonly label: string;
  readonly placeholder?: string;
  readonly maxlength?: number;
  readonly list?: string;
  readonly isRequired?: boolean;
  /** What is said of it. */
  readonly children?: Child;
};

/** A field for a text: the browser leads to one that is wrong, with what is wrong below it. */
function TextField({ typed, wrong, name, label, isRequired = false, children, ...input }: TextProps) {
  const fault = wrong?.field === name ? wrong.words : undefined;
  const faultId = `${keyFieldId(name)}-fault`;
  const marks = fault === undefined ? {} : { "aria-invalid": true, "aria-describedby": faultId };
  return (
    <label class={fault === undefined ? "field" : "field field-wrong"}>
      <span>{label}</span>
      <input
        type="text"
        id={keyFieldId(name)}
        name={name}
        required={isRequired}
        autocomplete="off"
        value={typed[name]}
        autofocus={fault !== undefined}
        {...marks}
        {...input}
      />
      {fault === undefined ? null : (
        <span class="fault" id={faultId}>
          {fault}
        </span>
      )}
      {children === undefined ? null : <small class="muted">{children}</small>}
    </label>
  );
}

/** Less than a role may: what a key is held to. */
function Scope({ typed }: { readonly typed: Readonly<Record<string, string>> }) {
  const ticked = (typed.actions ?? "").split(",");
  return (
    <details class="extras" open={typed.actions !== undefined && typed.actions !== ""}>
      <summary>Hold the key to some actions (some processes: the field Processes)</summary>
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
