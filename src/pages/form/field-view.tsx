import type { Child } from "hono/jsx";
import { pointer } from "../../domain/faults.ts";
import type { Json } from "../../domain/json.ts";
import { looksSecret } from "../../domain/secret-names.ts";
import { Inline } from "../markdown.tsx";
import { boxCorners, type Field, ownNames, parts, rowsIn, type Shape, textIn } from "./field.ts";
import { MapView } from "./map-view.tsx";
import { AlternativesView, BoxView, ChoiceView, FileView, hasParts, shortened } from "./part-views.tsx";
import type { FormState } from "./state.ts";

/** What a part of the form is drawn from. */
export type Drawn = {
  readonly name: string;
  readonly state: FormState;
  /** A browser asks for it before it sends. */
  readonly isRequired: boolean;
  /** What it is called for who cannot see what stands around it. */
  readonly label: string;
  /** A label of its own stands beside it, and calls it the same. */
  readonly isLabelled?: boolean;
  /** What counts when nothing is entered: the default of the input. */
  readonly fallback?: Json;
};

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

/** Returns what a control is called besides its label. */
export function spokenName({ label, isLabelled }: Pick<Drawn, "label" | "isLabelled">): string | undefined {
  return isLabelled === true ? undefined : label;
}

/** Names the control of a field, which its label leads to. */
export function controlId(name: string): string {
  return `${name}/~in`;
}

const boxOrder = "West, south, east and north; the west is more than the east over the antimeridian";

function boundsOf(shape: Shape, unit: string | undefined): readonly string[] {
  switch (shape.kind) {
    case "number":
      return numberBounds(shape, unit, shape.isWhole ? "A whole number" : "A number");
    case "text":
      return shape.control === "date-time" ? ["Date and time in UTC"] : shape.control === "box" ? [boxOrder] : [];
    case "rows":
      return [
        ...(shape.isBox === true ? [boxOrder] : []),
        ...(shape.item.kind === "number" ? numberBounds(shape.item, unit, "Each") : []),
        `${shape.least} ${shape.most === Number.POSITIVE_INFINITY ? "or more" : `to ${shape.most}`} values; empty rows are left out`,
      ];
    default:
      return [];
  }
}

/** Tells which numbers are taken, in the unit that they have. */
function numberBounds(
  { minimum, maximum }: Extract<Shape, { kind: "number" }>,
  unit: string | undefined,
  what: string,
): readonly string[] {
  const measured = (bound: string) => (unit === undefined ? bound : `${bound} ${unit}`);
  const bounds = [
    ...(minimum === undefined ? [] : [`at least ${measured(minimum)}`]),
    ...(maximum === undefined ? [] : [`at most ${measured(maximum)}`]),
  ];
  return bounds.length === 0 ? [] : [`${what}, ${bounds.join(", ")}`];
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
      return <RowsView {...shape} {...drawn} />;
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
      return <AlternativesView {...shape} {...drawn} />;
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

/** Rows that are always there, and those that a press adds. */
const spareRows = 2;
const addedRows = 3;

function RowsView({ item, least: fewest, most, isBox, name, state, label }: Drawn & Extract<Shape, { kind: "rows" }>) {
  const used = rowsIn(state.values, name);
  const least = isBox === true ? Math.max(fewest, 4) : fewest;
  // A box has its numbers, and wants no other.
  const hasFree = used.some((row) => isEmptyRow(state, pointer(name, row)));
  const spare = used.length === 0 ? spareRows : isBox === true || hasFree ? 0 : 1;
  const wanted = Math.max(least, used.length + (state.moreRows === name ? addedRows : spare));
  const free = Math.max(0, Math.min(wanted, most) - used.length);
  const next = (used.at(-1) ?? -1) + 1;
  const rows = [...used, ...Array.from({ length: Math.min(free, 100) }, (_, index) => next + index)];
  // Six numbers have heights among them.
  const corners = isBox !== true || rows.length !== 4 ? [] : boxCorners;
  const cornerOf = (at: number) => (corners[at] === undefined ? "" : ` (${corners[at]})`);
  return (
    <>
      {rows.map((row, at) => (
        <RowView name={pointer(name, row)} state={state}>
          {corners[at] === undefined ? null : <span class="muted row-name">{corners[at]}</span>}
          <ShapeView
            shape={item}
            name={pointer(name, row)}
            state={state}
            isRequired={false}
            label={`${label}, row ${row + 1}${cornerOf(at)}`}
          />
        </RowView>
      ))}
      {rows.length >= most ? null : (
        <button
          type="submit"
          name={ownNames.moreRows}
          value={name}
          formnovalidate
          data-most={most === Number.POSITIVE_INFINITY ? undefined : String(most)}
        >
          More rows
        </button>
      )}
      {isBox === true ? <MapView kind="list" name={name} label={label} least={least} /> : null}
    </>
  );
}

/** Tells whether nothing was entered in a row; which of several shapes counts says nothing by itself. */
function isEmptyRow({ values }: FormState, row: string): boolean {
  return [...values].every(([name, texts]) => {
    const isInside = name === row || name.startsWith(`${row}/`);
    return !isInside || name.endsWith(parts.choice) || texts.every((text) => text === "");
  });
}

function RowView({ name, state, children }: Pick<Drawn, "name" | "state"> & { readonly children: Child }) {
  const faults = state.faults.get(name) ?? [];
  return (
    <div id={name} class={faults.length === 0 ? "field row" : "field row field-wrong"}>
      {children}
      {faults.map((detail) => (
        <span class="fault">{detail}</span>
      ))}
    </div>
  );
}

/** Returns text for a text area: a browser drops its first line break. */
export function firstLine(text: string): string {
  return text.startsWith("\n") ? `\n${text}` : text;
}
