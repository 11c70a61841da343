import type { Child } from "hono/jsx";
import { firstLine } from "./drawn.ts";
import { callbacks, leastPriority, type Offers, type OutputChoice, transmissionName, typeName } from "./extras.ts";
import { ownNames, textIn } from "./field.ts";
import type { FormState } from "./state.ts";

const titles: Readonly<Record<string, string>> = {
  [ownNames.title]: "Title of the job",
  [ownNames.tags]: "Tags, separated by commas",
  [ownNames.outputs]: "Outputs",
  [ownNames.mode]: "How it runs",
  [ownNames.priority]: "Priority",
  [ownNames.pinned]: "Keep",
  [ownNames.mail]: "Mail to",
  ...Object.fromEntries(callbacks.map(({ name, title }) => [name, title])),
};

/** Names a field of what a request says besides its inputs; undefined for any other. */
export function titleOfExtra(name: string): string | undefined {
  if (name.startsWith("~type/")) return `Media type of ${name.slice("~type/".length)}`;
  if (name.startsWith("~by/")) return `How results hold ${name.slice("~by/".length)}`;
  return Object.hasOwn(titles, name) ? titles[name] : undefined;
}

/** What a request may say besides its inputs; folded up until something is said. */
export function ExtrasView({ state, offers }: { readonly state: FormState; readonly offers: Offers }) {
  const { values, faults, notices } = state;
  // The reader's own address is told of outside of the fold.
  const isSaid = (text: string) => text !== "" && (notices?.isLost === true || text !== notices?.address);
  const names = [...values].filter(([, texts]) => texts.some(isSaid)).map(([name]) => name);
  const isUsed = [...names, ...faults.keys()].some(
    (name) => titleOfExtra(name) !== undefined || name === ownNames.output,
  );
  return (
    <details class="extras" open={isUsed}>
      <summary>More: title, outputs, how it runs, who is told</summary>
      <Text state={state} name={ownNames.title} maxLength={200} />
      <Text state={state} name={ownNames.tags} />
      <Outputs state={state} outputs={offers.outputs} />
      {offers.mayWait ? (
        <Extra state={state} name={ownNames.mode}>
          <select id={ownNames.mode} name={ownNames.mode}>
            <option value="">In the background: the page of the job comes at once</option>
            <option value="sync" selected={textIn(values, ownNames.mode) === "sync"}>
              At once: the page comes when the job has ended
            </option>
          </select>
        </Extra>
      ) : null}
      <Extra
        state={state}
        name={ownNames.priority}
        about={`From ${leastPriority} to ${offers.maxPriority}; higher runs first`}
      >
        <input
          id={ownNames.priority}
          type="number"
          step="1"
          name={ownNames.priority}
          value={textIn(values, ownNames.priority)}
          placeholder="0"
          min={leastPriority}
          max={offers.maxPriority}
        />
      </Extra>
      {offers.mayPin ? (
        <label class="choice">
          <input
            type="checkbox"
            name={ownNames.pinned}
            value="true"
            checked={textIn(values, ownNames.pinned) === "true"}
          />
          <span>Keep the job for good: nothing removes it before it is kept no longer</span>
        </label>
      ) : null}
      {offers.sendsMail ? (
        <Text state={state} name={ownNames.mail} type="email" about="A mail is sent when the job has ended" />
      ) : null}
      {callbacks.map(({ name, sent }) => (
        <Callback state={state} name={name} sent={sent} sendsMail={offers.sendsMail} />
      ))}
    </details>
  );
}

type ExtraProps = { readonly state: FormState; readonly name: string; readonly about?: string };

function Extra({ state, name, about, children }: ExtraProps & { readonly children: Child }) {
  const faults = state.faults.get(name) ?? [];
  return (
    <div class={faults.length === 0 ? "field" : "field field-wrong"}>
      <label for={name}>{titleOfExtra(name)}</label>
      {children}
      {about === undefined ? null : <span class="muted">{about}</span>}
      {faults.map((detail) => (
        <span class="fault">{detail}</span>
      ))}
    </div>
  );
}

function Text({
  type = "text",
  maxLength,
  ...extra
}: ExtraProps & { readonly type?: string; readonly maxLength?: number }) {
  const { state, name } = extra;
  return (
    <Extra {...extra}>
      <input id={name} type={type} name={name} value={textIn(state.values, name)} maxlength={maxLength} />
    </Extra>
  );
}

/** A browser tells at once what is no address of the kind that is taken. */
function Callback({
  state,
  name,
  sent,
  sendsMail,
}: {
  readonly state: FormState;
  readonly name: string;
  readonly sent: string;
  readonly sendsMail: boolean;
}) {
  const kinds = sendsMail
    ? { type: "text", pattern: String.raw`\s*(https?:\/\/\S+|[^@\s]+@[^@\s]+)\s*` }
    : { type: "url" };
  const wanted = sendsMail ? "A web address (http or https) or a mail address" : "A web address (http or https)";
  const mail = sendsMail ? "; to a mail address goes a short mail with a link" : "; this service sends no mail";
  return (
    <Extra state={state} name={name} about={`${wanted}: it is sent ${sent}${mail}`}>
      <input id={name} {...kinds} name={name} value={textIn(state.values, name)} title={wanted} />
      <span class="fault-typed">{`${wanted} is wanted here.`}</span>
    </Extra>
  );
}

/** The outputs to tick; what boxes cannot say stands as JSON. */
function Outputs({ state, outputs }: { readonly state: FormState; readonly outputs: readonly OutputChoice[] }) {
  const { values, faults } = state;
  const json = textIn(values, ownNames.outputs);
  const ticked = values.get(ownNames.output) ?? [];
  const wrong = faults.get(ownNames.outputs) ?? [];
  return (
    <fieldset id={ownNames.outputs} class={wrong.length === 0 ? "field" : "field field-wrong"}>
      <legend>Outputs</legend>
      {json !== "" ? (
        <textarea name={ownNames.outputs} rows={3} class="code" aria-label="Outputs, as JSON; all when empty">
          {firstLine(json)}
        </textarea>
      ) : (
        outputs.map((output) => <Output state={state} output={output} isTicked={ticked.includes(output.id)} />)
      )}
      <span class="muted">{json === "" ? "All of them when none is ticked." : "As JSON; all of them when empty."}</span>
      {wrong.map((detail) => (
        <span class="fault">{detail}</span>
      ))}
    </fieldset>
  );
}

const transmissionWords: Readonly<Record<string, string>> = {
  value: "its value stands in the results",
  reference: "the results have a link to it",
};

function Output({
  state,
  output: { id, title, mediaTypes, transmissions },
  isTicked,
}: {
  readonly state: FormState;
  readonly output: OutputChoice;
  readonly isTicked: boolean;
}) {
  const named = title ?? id;
  const ways = transmissions.map((value) => ({ value, words: transmissionWords[value] ?? value }));
  const types = mediaTypes.map((value) => ({ value, words: value }));
  const names = [typeName(id), transmissionName(id)];
  return (
    <div class="actions">
      <label class="choice">
        <input type="checkbox" name={ownNames.output} value={id} checked={isTicked} />
        <span>{named}</span>
      </label>
      <Choose
        state={state}
        name={typeName(id)}
        label={`Media type of ${named}`}
        none="(any media type)"
        choices={types}
      />
      <Choose
        state={state}
        name={transmissionName(id)}
        label={`How results hold ${named}`}
        none="(a value or a link, by its kind)"
        choices={ways}
      />
      {names
        .flatMap((name) => (state.faults.get(name) ?? []).map((detail) => ({ name, detail })))
        .map(({ name, detail }) => (
          <span class="fault" data-of={name}>
            {detail}
          </span>
        ))}
    </div>
  );
}

type ChooseProps = {
  readonly state: FormState;
  readonly name: string;
  readonly label: string;
  readonly none: string;
  readonly choices: readonly { readonly value: string; readonly words: string }[];
};

/** Nothing is shown where there is nothing to choose from. */
function Choose({ state, name, label, none, choices }: ChooseProps) {
  if (choices.length < 2) return null;
  const chosen = textIn(state.values, name);
  return (
    <select id={name} name={name} aria-label={label}>
      <option value="">{none}</option>
      {choices.map(({ value, words }) => (
        <option value={value} selected={value === chosen}>
          {words}
        </option>
      ))}
    </select>
  );
}
