import { defined } from "../../domain/defined.ts";
import { pointer } from "../../domain/faults.ts";
import { canonicalJson, type Json } from "../../domain/values/json.ts";
import { directoryType, unknownMediaType } from "../../domain/values/media-type.ts";
import { controlId, type Drawn, firstLine, type Inner, spokenName } from "./drawn.ts";
import { alternativeName, type Choice, parts, type Shape, textIn } from "./field.ts";
import { arePlaces, MapView } from "./map-view.tsx";
import { StoredView } from "./stored-view.tsx";

/** As many choices are shown at once; more are a list. */
const maxRadios = 4;
const maxBoxes = 12;

/** Tells whether a value is entered by several controls, which one label cannot name. */
export function hasParts(shape: Shape): boolean {
  switch (shape.kind) {
    case "text":
    case "number":
    case "json":
      return false;
    case "choice":
      return shape.choices.length <= (shape.isSeveral ? maxBoxes : maxRadios);
    default:
      return true;
  }
}

/** Buttons for a few choices, a list for many. What need not be chosen can be left open. */
export function ChoiceView({
  choices,
  isSeveral,
  name,
  state,
  isRequired,
  fallback,
  ...named
}: Drawn & Omit<Extract<Shape, { kind: "choice" }>, "kind">) {
  const chosen = state.values.get(name) ?? [];
  const [first = ""] = chosen;
  const usual = isSeveral ? undefined : defaultOf(choices, fallback);
  // To send nothing and to send the default are the same: one choice stands for both.
  const offered = choices.map((choice) =>
    choice === usual
      ? { value: "", text: `${choice.text} (default)`, isChosen: first === "" || first === choice.text }
      : { value: choice.text, text: choice.text, isChosen: chosen.includes(choice.text) },
  );
  if (choices.length > (isSeveral ? maxBoxes : maxRadios)) {
    return (
      <select
        id={controlId(name)}
        aria-label={spokenName(named)}
        name={name}
        multiple={isSeveral}
        required={isRequired}
      >
        {isSeveral || usual !== undefined ? null : <option value="">{openWords(fallback)}</option>}
        {offered.map(({ value, text, isChosen }) => (
          <option value={value} selected={isChosen}>
            {text}
          </option>
        ))}
      </select>
    );
  }
  const type = isSeveral ? "checkbox" : "radio";
  return (
    <span>
      {offered.map(({ value, text, isChosen }) => (
        <label class="choice">
          <input type={type} name={name} value={value} checked={isChosen} required={isRequired && !isSeveral} />
          <span>{text}</span>
        </label>
      ))}
      {isSeveral || isRequired || usual !== undefined ? null : (
        <label class="choice">
          <input type="radio" name={name} value="" checked={first === ""} />
          <span class="muted">{openWords(fallback)}</span>
        </label>
      )}
    </span>
  );
}

const longest = 300;

/** Words a value in short: its first 300 letters at most. */
export function shortened(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}...`;
}

/** Finds the choice that is the default. */
function defaultOf(choices: readonly Choice[], fallback: Json | undefined): Choice | undefined {
  if (fallback === undefined) return undefined;
  return choices.find(({ value }) => canonicalJson(value) === canonicalJson(fallback));
}

/** Words what is chosen by choosing none: a default that is none of the choices, where there is one. */
function openWords(fallback: Json | undefined): string {
  return fallback === undefined ? "(nothing)" : `default (${shortened(JSON.stringify(fallback))})`;
}

/** One of several shapes: the button before a shape says that it counts. */
export function AlternativesView({
  alternatives,
  name,
  state,
  fallback,
  Inner,
}: Drawn & Extract<Shape, { kind: "alternatives" }> & { readonly Inner: Inner }) {
  const chosen = textIn(state.values, name + parts.choice);
  return alternatives.map(({ title, shape }, index) => (
    <fieldset class="alternative">
      <legend>
        <label class="choice">
          <input
            type="radio"
            name={name + parts.choice}
            value={String(index)}
            checked={chosen === String(index) || (chosen === "" && index === 0)}
          />
          <span>{title}</span>
        </label>
      </legend>
      <div id={alternativeName(name, index)} class="field">
        <Inner
          shape={shape}
          name={alternativeName(name, index)}
          state={state}
          isRequired={false}
          label={title}
          {...defined({ fallback })}
        />
        {(state.faults.get(alternativeName(name, index)) ?? []).map((detail) => (
          <span class="fault">{detail}</span>
        ))}
      </div>
    </fieldset>
  ));
}

/** Media types that say no more of a file than the field around it. */
const saysNothing: readonly string[] = [directoryType, unknownMediaType];

/** A file that is uploaded with the form, an address, or content that is written here. */
export function FileView({ mediaTypes, takesText, name, state, label }: Drawn & Extract<Shape, { kind: "file" }>) {
  const type = textIn(state.values, name + parts.mediaType);
  const types = type === "" || mediaTypes.includes(type) ? mediaTypes : [type, ...mediaTypes];
  const stored = textIn(state.values, name + parts.stored);
  // Who may not upload sees no list.
  const unlisted = state.uploads === undefined && state.outputs === undefined ? stored : "";
  const isDirectory = mediaTypes.length > 0 && mediaTypes.every((one) => one === directoryType);
  const what = isDirectory ? "an archive file, zip or tar, of it" : "a file";
  const other = isDirectory ? "another archive" : "another file";
  return (
    <div class="file" data-takes={isDirectory ? "directory" : undefined}>
      <label class="field">
        <span class="muted">{stored === "" ? `Upload ${what}` : `Upload ${other} in its place`}</span>
        <input type="file" name={name + parts.upload} />
      </label>
      <StoredView name={name} state={state} mediaTypes={mediaTypes} />
      <label class="field">
        <span class="muted">
          {isDirectory
            ? "or give the address of an archive, a list of its files, or a STAC item"
            : "or give its address"}
        </span>
        <input
          type="text"
          inputmode="url"
          name={name + parts.address}
          value={textIn(state.values, name + parts.address) || unlisted}
        />
      </label>
      {takesText && !isDirectory ? (
        <label class="field">
          <span class="muted">or write its content</span>
          <textarea name={name + parts.content} rows={2}>
            {firstLine(textIn(state.values, name + parts.content))}
          </textarea>
        </label>
      ) : null}
      {types.length > 1 || type !== "" ? (
        <label class="field">
          <span class="muted">Media type</span>
          <select name={name + parts.mediaType}>
            <option value="">(as the file says)</option>
            {types.map((one) => (
              <option value={one} selected={one === type}>
                {one}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      {types.length === 1 && !saysNothing.includes(types[0] ?? "") ? <span class="muted">{types[0]}</span> : null}
      <MapView kind="address" name={name + parts.address} label={label} />
      {arePlaces(mediaTypes) ? (
        <MapView kind="file" name={name + (takesText ? parts.content : parts.address)} label={label} holds="features" />
      ) : null}
    </div>
  );
}

const corners = [
  "West (or first minimum)",
  "South (or second minimum)",
  "East (or first maximum)",
  "North (or second maximum)",
];

/** A bounding box: four numbers, and the reference system that they are in. */
export function BoxView({ name, state, label, systems }: Drawn & Omit<Extract<Shape, { kind: "box" }>, "kind">) {
  const offered = systems === undefined ? "" : ", one of those that the field offers";
  return (
    <>
      <div class="grid">
        {corners.map((corner, index) => (
          <label class="field">
            <span class="muted">{corner}</span>
            <input
              type="number"
              step="any"
              name={pointer(name, index)}
              value={textIn(state.values, pointer(name, index))}
            />
          </label>
        ))}
        <label class="field">
          <span class="muted">Reference system{offered}; longitude and latitude when empty</span>
          <input
            type="text"
            name={name + parts.crs}
            value={textIn(state.values, name + parts.crs)}
            list={systems === undefined ? undefined : `${name}/~systems`}
          />
          {systems === undefined ? null : (
            <datalist id={`${name}/~systems`}>
              {systems.names.map((one) => (
                <option value={one} />
              ))}
            </datalist>
          )}
        </label>
      </div>
      <MapView kind="box" name={name} label={label} systems={systems?.isAll === true ? systems.names : undefined} />
    </>
  );
}
