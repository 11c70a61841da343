import { pointer } from "../../domain/faults.ts";
import { looksSecret } from "../../domain/people/secret-names.ts";
import { Inline } from "../shared/markdown.tsx";
import { boundsOf } from "./bound-words.ts";
import { controlId, type Drawn, firstLine, spokenName } from "./drawn.ts";
import { type Field, parts, type Shape, textIn } from "./field.ts";
import { MapView } from "./map-view.tsx";
import { AlternativesView, BoxView, ChoiceView, FileView, hasParts, shortened } from "./part-views.tsx";
import { RowsView } from "./rows-view.tsx";
import type { FormState } from "./state.ts";

/** One field with its label, what is said of it, and what is wrong with it. */
export function FieldView({
  name,
  field,
  state,
  isWhole,
}: {
  readonly name: string;
  readonly field: Field;
  readonly state: FormState;
  readonly isWhole: boolean;
}) {
  const { title, about, unit, isRequired, shape, default: fallback } = field;
  const label = `${title}${unit === undefined ? "" : ` (${unit})`}${isRequired ? " *" : ""}`;
  const faults = state.faults.get(name) ?? [];
  const isGroup = hasParts(shape) && textIn(state.values, name + parts.json) === "";
  // Only what stands for a whole input is sure to be wanted.
  const control = (
    <ShapeView
      shape={shape}
      name={name}
      state={state}
      isRequired={isRequired && isWhole}
      label={label}
      isLabelled={!isGroup}
      {...(isWhole && fallback !== undefined ? { fallback } : {})}
    />
  );
  const notes = [
    ...(fallback === undefined ? [] : [`Default: ${shortened(JSON.stringify(fallback))}`]),
    ...boundsOf(shape, unit),
  ];
  const rest = (
    <>
      {about === undefined ? null : (
        <span class="muted">
          <Inline text={about} />
        </span>
      )}
      {notes.map((note) => (
        <span class="muted">{note}</span>
      ))}
      {faults.map((detail) => (
        <span class="fault">{detail}</span>
      ))}
    </>
  );
  // A script does not repeat what it was.
  const isSecret = looksSecret(field.id) ? "true" : undefined;
  const mark = faults.length === 0 ? "field" : "field field-wrong";
  if (isGroup) {
    return (
      <fieldset id={name} class={mark} data-secret={isSecret}>
        <legend>{label}</legend>
        {control}
        {rest}
      </fieldset>
    );
  }
  return (
    <div id={name} class={mark} data-secret={isSecret}>
      <label for={controlId(name)}>{label}</label>
      {control}
      {rest}
    </div>
  );
}

/** The controls by which a value of a shape is entered; what was written as JSON stays JSON. */
export function ShapeView({ shape, ...drawn }: Drawn & { readonly shape: Shape }) {
  const { name, state, isRequired, label } = drawn;
  const named = { id: controlId(name), "aria-label": spokenName(drawn), required: isRequired };
  const json = textIn(state.values, name + parts.json);
  if (json !== "" || shape.kind === "json") {
    const { holds, takes } = shape.kind === "json" ? shape : {};
    return (
      <>
        <textarea name={name + parts.json} rows={3} class="code" placeholder={holds ? "GeoJSON" : "JSON"} {...named}>
          {firstLine(json)}
        </textarea>
        {holds === undefined ? null : (
          <MapView kind="json" name={name + parts.json} label={label} holds={holds} takes={takes} />
        )}
      </>
    );
  }
  const text = textIn(state.values, name);
  switch (shape.kind) {
    case "text":
      return <TextView {...shape} {...drawn} text={text} />;
    case "number":
      return (
        <input
          type="number"
          step={shape.isWhole ? "1" : "any"}
          name={name}
          value={text}
          min={shape.minimum}
          max={shape.maximum}
          placeholder={drawn.fallback === undefined ? undefined : shortened(JSON.stringify(drawn.fallback))}
          {...named}
        />
      );
    case "boolean":
      return <ChoiceView choices={truths} isSeveral={false} {...drawn} />;
    case "choice":
      return <ChoiceView {...shape} {...drawn} />;
    case "rows":
      return <RowsView {...shape} {...drawn} Inner={ShapeView} />;
    case "group":
      return (
        <>
          {shape.members.map((member) => (
            <FieldView name={pointer(name, member.id)} field={member} state={state} isWhole={false} />
          ))}
          {shape.corners === undefined ? null : (
            <MapView kind="record" name={name} label={label} corners={shape.corners} />
          )}
        </>
      );
    case "alternatives":
      return <AlternativesView {...shape} {...drawn} Inner={ShapeView} />;
    case "file":
      return <FileView {...shape} {...drawn} />;
    case "box":
      return <BoxView {...shape} {...drawn} />;
    default:
      return shape satisfies never;
  }
}

const truths = [
  { text: "true", value: true },
  { text: "false", value: false },
] as const;

function TextView({
  control,
  maxLength,
  forms,
  text,
  ...drawn
}: Drawn & Extract<Shape, { kind: "text" }> & { readonly text: string }) {
  const { name, isRequired, label } = drawn;
  const named = { id: controlId(name), "aria-label": spokenName(drawn), maxlength: maxLength, required: isRequired };
  const map = control === "box" ? <MapView kind="text" name={name} label={label} forms={forms} /> : null;
  if (control === "lines" || text.includes("\n")) {
    return (
      <>
        <textarea name={name} rows={4} {...named}>
          {firstLine(text)}
        </textarea>
        {map}
      </>
    );
  }
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text) || text === "";
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text) || text === "";
  // A control for dates shows nothing for what is none: then it could not be corrected.
  const type = control === "date-time" && isTime ? "datetime-local" : control === "date" && isDate ? "date" : "text";
  const step = type === "datetime-local" ? (/\./.test(text) ? "0.001" : "1") : undefined;
  return (
    <>
      <input type={type} name={name} value={text} step={step} {...named} />
      {map}
    </>
  );
}
