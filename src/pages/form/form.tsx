import { pointerToken } from "../../domain/values/json.ts";
import { Opening } from "../shared/opening.tsx";
import type { PageFrame } from "../shared/page.ts";
import { Time } from "../shared/parts.tsx";
import { shortId } from "../shared/words.ts";
import type { Offers } from "./extras.ts";
import { ExtrasView, titleOfExtra } from "./extras-view.tsx";
import { faultWords } from "./fault-words.ts";
import { hasRequired, ownNames, parts } from "./field.ts";
import { FieldView } from "./field-view.tsx";
import { FilledFromFile, FirstButton, fillWords, KeptAsTyped, runId } from "./fill-view.tsx";
import type { FormLimits, FormState } from "./state.ts";
import { Told } from "./told.tsx";

/** What a script adds life to the form by. */
type LiveForm = FormLimits & { readonly descriptionUrl: string; readonly revision: string };

/** The form that executes a process. It is sent without JavaScript; `action` is where to. */
export function ExecuteForm({
  action,
  fillAction,
  state,
  offers,
  live,
  frame,
}: {
  readonly action: string;
  /** Where the form is sent to be filled in. */
  readonly fillAction: string;
  readonly state: FormState;
  readonly offers: Offers;
  readonly live: LiveForm;
  readonly frame: PageFrame;
}) {
  const { fields } = state;
  const from = state.filledFrom?.id ?? state.from;
  return (
    <form
      method="post"
      action={action}
      enctype="multipart/form-data"
      id={runId}
      class="form"
      data-process={live.descriptionUrl}
      data-revision={live.revision}
      data-user={live.user}
      data-drafts={live.drafts}
      data-uploads={live.uploadUrl}
      data-most-file={String(live.maxUploadBytes)}
      data-most-text={String(live.maxBodyBytes)}
      data-from={from}
      data-filled={state.request === undefined ? undefined : "true"}
    >
      <FirstButton />
      {from === undefined ? null : <input type="hidden" name={ownNames.from} value={from} />}
      <FilledFrom job={state.filledFrom} />
      <FilledFromFile
        file={state.fromFile}
        isWhole={state.faults.size + state.otherFaults.length === 0}
        fillAction={fillAction}
      />
      <Outcome state={state} frame={frame} fillAction={fillAction} />
      {fields.map((field) => (
        <FieldView name={`/inputs/${pointerToken(field.id)}`} field={field} state={state} isWhole={true} />
      ))}
      <ExtrasView state={state} offers={offers} />
      <Told state={state} baseUrl={frame.baseUrl} />
      <p class="actions">
        <button type="submit" name={ownNames.doing} value="run" class="button-main">
          Run
        </button>
        {/* The server says what is wrong, so that it and the page never disagree. */}
        <button type="submit" name={ownNames.doing} value="check" formnovalidate>
          Check
        </button>
        <span class="muted">
          {fields.some(hasRequired) ? "* is required. " : ""}Enter in a field runs, too. Check runs nothing.
        </span>
      </p>
    </form>
  );
}

/** Says from which job the values are. */
function FilledFrom({ job }: { readonly job: FormState["filledFrom"] }) {
  if (job === undefined) return null;
  const { id, url, title, line, other } = job;
  return (
    <p class="notice">
      {"Filled in from job "}
      <a href={url}>
        <code>{shortId(id)}</code>
      </a>
      {`, ${title}${line === undefined ? "" : `, ${line}`}. What you change here changes nothing of that job.`}
      {other === undefined ? null : (
        <>
          {` That job ran version ${other.ran}; this form is of ${other.here}. `}
          {other.url === undefined ? (
            `Version ${other.ran} can be run no more.`
          ) : (
            <a href={other.url}>{`Run version ${other.ran} again`}</a>
          )}
        </>
      )}
    </p>
  );
}

type OutcomeProps = { readonly state: FormState; readonly frame: PageFrame; readonly fillAction: string };

/** What became of the form when it was sent: whoever comes back is led there, as it may stand far below what a screen shows first. */
function Outcome(told: OutcomeProps) {
  const { checked, faults, otherFaults } = told.state;
  if (checked === undefined && faults.size === 0 && otherFaults.length === 0) return null;
  return (
    <div tabindex={-1} autofocus={true}>
      <OutcomeWords {...told} />
    </div>
  );
}

function OutcomeWords({ state, frame, fillAction }: OutcomeProps) {
  const { faults, otherFaults, checked, fields, values, fromFile } = state;
  if (checked !== undefined) {
    const namesFiles = [...values].some(([name, texts]) => isOfFile(name) && texts.some((text) => text.trim() !== ""));
    return (
      <p class="notice notice-good" role="status">
        The request is right. Nothing was run.
        {namesFiles ? " The content of files was not read: only a run tells whether it is right." : ""}
        <Before job={checked.before} />
      </p>
    );
  }
  return (
    <div class="notice notice-bad" role="alert" data-faults={String(faults.size + otherFaults.length)}>
      <p>
        <span data-fault-words={true}>{fromFile === undefined ? faultWords.wrong : fillWords(fromFile)}</span>
        <Opening texts={[...[...faults.values()].flat(), ...otherFaults]} frame={frame} />
      </p>
      <ul>
        {[...faults].map(([name, details]) => (
          <li data-of={name}>
            <a href={`#${encodeURIComponent(name)}`}>{titleOf(fields, name)}</a>: {details.join("; ")}
          </li>
        ))}
        {otherFaults.map((detail) => (
          <li>{detail}</li>
        ))}
      </ul>
      <KeptAsTyped file={fromFile} fillAction={fillAction} />
    </div>
  );
}

/** Leads to the results of the same run before: whoever sees them may need no other. */
function Before({ job }: { readonly job: NonNullable<FormState["checked"]>["before"] }) {
  if (job === undefined) return null;
  return (
    <>
      {" You ran the same before, which ended "}
      <Time at={job.finished} />
      {": "}
      <a href={`${job.href}?f=html#results`}>its results</a>.
    </>
  );
}

/** Tells whether a field names a file: by its address, or one that was uploaded or made before. */
function isOfFile(name: string): boolean {
  return name.endsWith(parts.address) || name.endsWith(parts.stored);
}

/** Names a field for people: what its input is called, and the way to it inside. */
function titleOf(fields: FormState["fields"], name: string): string {
  const ofExtra = titleOfExtra(name);
  if (ofExtra !== undefined) return ofExtra;
  const [, , token = "", ...inside] = name.split("/");
  const field = fields.find(({ id }) => pointerToken(id) === token);
  const way = inside
    .filter((step) => !step.startsWith("~of"))
    .map((step) => (/^\d+$/.test(step) ? `row ${Number(step) + 1}` : step));
  return [field?.title ?? token, ...way].join(", ");
}
