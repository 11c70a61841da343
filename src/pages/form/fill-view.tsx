import { firstLine } from "./drawn.ts";
import type { FilledFile } from "./state.ts";

/** The names of the fields that a file of inputs is sent by. */
export const fillNames = { file: "file", text: "text" } as const;

/** A form of its own, folded, that fills in the one below it from a file. */
export function FillForm({ action, file }: { readonly action: string; readonly file: FilledFile | undefined }) {
  const isUnread = file !== undefined && file.filled === undefined;
  return (
    <details class="fill-in" open={isUnread}>
      <summary>Fill in from a file</summary>
      <form method="post" action={action} enctype="multipart/form-data" class="form" id="fill">
        <label class="field">
          <span>A file of inputs, as YAML or JSON</span>
          <input type="file" name={fillNames.file} accept=".yml,.yaml,.json" />
          <span class="muted">
            The job file of a CWL package (often job.yml), a request of OGC API - Processes, or the inputs of a job.
          </span>
        </label>
        <label class="field">
          <span>or paste it</span>
          <textarea name={fillNames.text} rows={isUnread ? 10 : 4} class="code" spellcheck={false}>
            {firstLine(isUnread ? file.text : "")}
          </textarea>
          <span class="muted">A chosen file counts, not the text.</span>
        </label>
        <p class="actions">
          <button type="submit">Fill in</button>
          <span class="muted">It takes the place of what stands in the form below. Nothing is run.</span>
        </p>
      </form>
    </details>
  );
}

/** Says above the list of what is left why it stands there. */
export function fillWords(file: FilledFile): string {
  if (file.filled === undefined) return "Nothing was filled in.";
  return `${filledWords(file.name, file.filled)} Nothing was run. This is left for you:`;
}

/** Says that all of a file was filled in. */
export function FilledFromFile({
  file,
  isWhole,
}: {
  readonly file: FilledFile | undefined;
  readonly isWhole: boolean;
}) {
  if (file?.filled === undefined || !isWhole) return null;
  return (
    <div tabindex={-1} autofocus={true}>
      <p class="notice notice-good" role="status">
        {`${filledWords(file.name, file.filled)} Nothing was run. Look at it, then Run.`}
      </p>
    </div>
  );
}

/** More are counted. */
const mostNamed = 8;

function filledWords(name: string, filled: readonly string[]): string {
  if (filled.length === 0) return `${name} filled in no input.`;
  const left = filled.length - mostNamed;
  const named = filled.slice(0, mostNamed).join(", ");
  return `Filled in from ${name}: ${named}${left > 0 ? ` and ${left} more` : ""}.`;
}
