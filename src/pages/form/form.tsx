import { pointerToken } from "../../domain/json.ts";
import { ownNames, textIn } from "./field.ts";
import { FieldView, firstLine } from "./field-view.tsx";
import type { FormState } from "./state.ts";

/** The form that executes a process. It is sent without JavaScript; `action` is where to. */
export function ExecuteForm({ action, state }: { readonly action: string; readonly state: FormState }) {
  const { fields } = state;
  return (
    <form method="post" action={action} enctype="multipart/form-data" id="run" class="form">
      {/* Enter in a field presses the first button of a form, which must not be one that adds rows. */}
      <button type="submit" name={ownNames.doing} value="run" class="unseen" tabindex={-1}>
        Run
      </button>
      <Outcome state={state} />
      {fields.map((field) => (
        <FieldView name={`/inputs/${pointerToken(field.id)}`} field={field} state={state} isWhole={true} />
      ))}
      <More state={state} />
      <p class="actions">
        <button type="submit" name={ownNames.doing} value="run" class="button-main">
          Run
        </button>
        {/* The server says what is wrong, so that it and the page never disagree. */}
        <button type="submit" name={ownNames.doing} value="check" formnovalidate>
          Check
        </button>
        <span class="muted">* is required. Check runs nothing.</span>
      </p>
    </form>
  );
}

function Outcome({ state: { faults, otherFaults, isChecked, fields } }: { readonly state: FormState }) {
  if (isChecked === true) {
    return (
      <p class="notice notice-good" role="status">
        The request is right. Nothing was run.
      </p>
    );
  }
  if (faults.size === 0 && otherFaults.length === 0) return null;
  return (
    <div class="notice notice-bad" role="alert">
      <p>Nothing was run: this is not right yet.</p>
      <ul>
        {[...faults].map(([name, details]) => (
          <li>
            <a href={`#${encodeURIComponent(name)}`}>{titleOf(fields, name)}</a>: {details.join("; ")}
          </li>
        ))}
        {otherFaults.map((detail) => (
          <li>{detail}</li>
        ))}
      </ul>
    </div>
  );
}

/** Names a field for people: what its input is called, and the way to it inside. */
function titleOf(fields: FormState["fields"], name: string): string {
  if (name === ownNames.outputs) return "Outputs";
  const [, , token = "", ...inside] = name.split("/");
  const field = fields.find(({ id }) => pointerToken(id) === token);
  const way = inside
    .filter((step) => !step.startsWith("~of"))
    .map((step) => (/^\d+$/.test(step) ? `row ${Number(step) + 1}` : step));
  return [field?.title ?? token, ...way].join(", ");
}

/** What a request may say besides its inputs. */
function More({ state: { values, faults } }: { readonly state: FormState }) {
  const [tags, outputs] = [textIn(values, ownNames.tags), textIn(values, ownNames.outputs)];
  return (
    <details open={tags !== "" || outputs !== "" || faults.has(ownNames.outputs)}>
      <summary>More: tags, outputs</summary>
      <label class="field">
        <span>Tags, separated by commas</span>
        <input type="text" name={ownNames.tags} value={tags} />
      </label>
      <label class="field" id={ownNames.outputs}>
        <span>Outputs, as JSON; all when empty</span>
        <textarea name={ownNames.outputs} rows={2}>
          {firstLine(outputs)}
        </textarea>
      </label>
      {(faults.get(ownNames.outputs) ?? []).map((detail) => (
        <p class="fault">{detail}</p>
      ))}
    </details>
  );
}
