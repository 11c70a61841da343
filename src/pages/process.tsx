import { asJson } from "../domain/documents/as-json.ts";
import type { FormField } from "../domain/form-field.ts";
import { Members } from "./document.tsx";
import { Layout } from "./layout.tsx";
import { type Page, policyOf } from "./page.ts";

/** The form by which a person executes a process. */
export type ExecutionForm = {
  /** Where it is sent to, by POST. */
  readonly action: string;
  readonly fields: readonly FormField[];
};

/** Builds the page of a process: its description, with a form to execute it. Nothing is executed before the form is sent. */
export function processPage({ action, fields }: ExecutionForm): Page<object> {
  return {
    policy: () => policyOf({ sendsForms: true }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame}>
          <form method="post" action={action}>
            {fields.map(({ name, value, title, isRequired }) => (
              <label>
                <span>{isRequired ? `${title} *` : title}</span>
                <textarea name={name} rows={1} required={isRequired}>
                  {/* A browser drops the first line break of a text area. */}
                  {value.startsWith("\n") ? `\n${value}` : value}
                </textarea>
              </label>
            ))}
            <button type="submit">Execute</button>
          </form>
          <Members value={asJson(document)} />
        </Layout>
      )}`,
  };
}
