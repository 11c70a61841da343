import { firstLine } from "./drawn.ts";
import { ownNames } from "./field.ts";
import type { FilledFile } from "./state.ts";

/** The names of the fields that a file of inputs is sent by. */
export const fillNames = { file: "file", text: "text", example: "~example" } as const;

/**
 * What a file is chosen by that fills in the form below, folded. It is sent along with that form, so that what was typed there stays
 * where the file says nothing of it.
 */
export function FillForm({
  action,
  file,
  examples = [],
}: {
  readonly action: string;
  readonly file: FilledFile | undefined;
  readonly examples: readonly string[] | undefined;
}) {
  const isUnread = file !== undefined && file.filled === undefined;
  return (
    <>
      <FirstButton />
      <Examples action={action} names={examples} />
      <Chooser action={action} file={file} isUnread={isUnread} />
    </>
  );
}

/** Buttons that fill in the form by what came along with the package; what is typed elsewhere stays. */
function Examples({ action, names }: { readonly action: string; readonly names: readonly string[] }) {
  const [first, ...others] = names;
  if (first === undefined) return null;
  return (
    <>
      <p class="actions">
        {names.map((name) => (
          <button type="submit" form={runId} formaction={action} formnovalidate name={fillNames.example} value={name}>
            {others.length === 0 ? "Fill in the example" : `Fill in the example ${name}`}
          </button>
        ))}
        <span class="muted">
          {others.length === 0 ? `${first}, which came with the package.` : "They came with the package."}
        </span>
      </p>
      <p class="muted">
        Small files of the package that an example names come along. Others are yours to choose: what is missing is
        told.
      </p>
    </>
  );
}

type ChooserProps = { readonly action: string; readonly file: FilledFile | undefined; readonly isUnread: boolean };

function Chooser({ action, file, isUnread }: ChooserProps) {
  return (
    <details class="fill-in" open={isUnread}>
      <summary>Fill in from a file</summary>
      <div class="form" id="fill">
        <label class="field">
          <span>A file of inputs, as YAML or JSON</span>
          <input type="file" name={fillNames.file} accept=".yml,.yaml,.json" form={runId} />
          <span class="muted">
            The job file of a CWL package (often job.yml), a request of OGC API - Processes, or the inputs of a job.
          </span>
        </label>
        <label class="field">
          <span>or paste it</span>
          <textarea name={fillNames.text} rows={isUnread ? 10 : 4} class="code" spellcheck={false} form={runId}>
            {firstLine(isUnread ? (file?.text ?? "") : "")}
          </textarea>
          <span class="muted">A chosen file counts, not the text.</span>
        </label>
        <p class="actions">
          <button type="submit" form={runId} formaction={action} formnovalidate>
            Fill in
          </button>
          <span class="muted">What the file does not say stays as it stands in the form below. Nothing is run.</span>
        </p>
      </div>
    </details>
  );
}

/** The id of the form that runs. */
export const runId = "run";

/** The button that Enter in a field presses, the first of a form: it must be none that does something else than to run. */
export function FirstButton() {
  return (
    <>
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: Tab does not lead to it, and the Run that is seen is told */}
      <button
        type="submit"
        name={ownNames.doing}
        value="run"
        form={runId}
        class="unseen"
        tabindex={-1}
        aria-hidden="true"
      >
        Run
      </button>
    </>
  );
}

/** Says above the list of what is left why it stands there. */
export function fillWords(file: FilledFile): string {
  if (file.filled === undefined) return "Nothing was filled in.";
  return `${filledWords(file)} Nothing was run. This is left for you:`;
}

/** Says that all of a file was filled in. */
export function FilledFromFile({
  file,
  isWhole,
  fillAction,
}: {
  readonly file: FilledFile | undefined;
  readonly isWhole: boolean;
  readonly fillAction: string;
}) {
  if (file?.filled === undefined || !isWhole) return null;
  return (
    <div tabindex={-1} autofocus={true}>
      <div class="notice notice-good" role="status">
        <p>{`${filledWords(file)} Nothing was run. Look at it, then Run.`}</p>
        <KeptAsTyped file={file} fillAction={fillAction} />
      </div>
    </div>
  );
}

/** Says what a file left as it was typed, with a button that empties that. */
export function KeptAsTyped({
  file,
  fillAction,
}: {
  readonly file: FilledFile | undefined;
  readonly fillAction: string;
}) {
  const kept = file?.kept ?? [];
  if (kept.length === 0) return null;
  return (
    <p>
      {`What it does not say stays as it stood: ${listed(kept.map(({ title }) => title))}. `}
      {kept.map(({ name }) => (
        <input type="hidden" name={ownNames.kept} value={name} />
      ))}
      <button type="submit" name={ownNames.emptied} value="true" formaction={fillAction} formnovalidate>
        Only what the file says
      </button>
    </p>
  );
}

/** More are counted. */
const mostNamed = 8;

function filledWords({ name, filled = [], emptied }: FilledFile): string {
  if (emptied !== undefined) return emptied.length === 0 ? "Nothing was emptied." : `Emptied: ${listed(emptied)}.`;
  if (filled.length === 0) return `${name} filled in no input.`;
  return `Filled in from ${name}: ${listed(filled)}.`;
}

function listed(titles: readonly string[]): string {
  const left = titles.length - mostNamed;
  return `${titles.slice(0, mostNamed).join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
}
