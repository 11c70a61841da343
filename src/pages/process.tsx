import type { FormField } from "../domain/form-field.ts";
import type { Json } from "../domain/json.ts";
import { Members } from "./document.tsx";
import { Layout, type PageFrame } from "./layout.tsx";

/** What a page with a form may do besides: send the form to this service. */
export const formPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/** The form by which a person executes a process. */
export type ExecutionForm = {
  /** Where it is sent to, by POST. */
  readonly action: string;
  readonly fields: readonly FormField[];
};

/** Renders the description of a process with a form to execute it. Nothing is executed before the form is sent. */
export function processPage(
  frame: PageFrame,
  document: { readonly [name: string]: Json },
  { action, fields }: ExecutionForm,
): string {
  return `<!doctype html>${(
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
      <Members value={document} />
    </Layout>
  )}`;
}
