import type { Child } from "hono/jsx";
import { pointer } from "../../domain/faults.ts";
import type { Drawn, Inner } from "./drawn.ts";
import { boxCorners, ownNames, parts, rowsIn, type Shape } from "./field.ts";
import { MapView } from "./map-view.tsx";
import type { FormState } from "./state.ts";

/** Rows that are always there, and those that a press adds. */
const spareRows = 2;
const addedRows = 3;

/** The rows of a list, with empty ones to fill in, and the button that adds more. */
export function RowsView({
  item,
  least: fewest,
  most,
  isBox,
  name,
  state,
  label,
  Inner,
}: Drawn & Extract<Shape, { kind: "rows" }> & { readonly Inner: Inner }) {
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
          <Inner
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
