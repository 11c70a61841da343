import { type Fault, Problem } from "../../../domain/problem.ts";
import type { ProcessDescription } from "../../../domain/processes/process.ts";
import { isJsonObject, type JsonObject, pointerToken } from "../../../domain/values/json.ts";
import type { SubmitDeps } from "../../../operations/submit/submission.ts";
import { type NamedText, readInputsOfFile } from "../../../operations/uploads/read-input-file.ts";
import { outputsOf, toldNames } from "../../../pages/form/extras.ts";
import { titleOfExtra } from "../../../pages/form/extras-view.tsx";
import { type FormValues, ownNames, textIn } from "../../../pages/form/field.ts";
import { fieldsOf } from "../../../pages/form/fields-of.ts";
import { fillNames } from "../../../pages/form/fill-view.tsx";
import { fieldOfFault, readForm } from "../../../pages/form/read-form.ts";
import { type FormState, plainForm } from "../../../pages/form/state.ts";
import { withFaults } from "./fault-fields.ts";
import { emptyForm, formOfRequest } from "./filled-forms.ts";
import type { ExecutedProcess } from "./process-form.ts";

/** So much of a text that cannot be read stands in the form again, in characters; a longer one is mended where it was made. */
const longestAgain = 2 ** 18;
/** So many faults of a file are told one by one. */
const mostTold = 200;

/** What was typed into a form before a file fills it in; defaults where no form came along. */
export function typedForm(description: ProcessDescription, values: FormValues): FormState {
  const own = new Map([...values].filter(([name]) => /^[/~]/.test(name)));
  if (own.size === 0) return emptyForm(description);
  const from = textIn(values, ownNames.from);
  return { ...withRequest(description, plainForm(fieldsOf(description), own)), ...(from === "" ? {} : { from }) };
}

function withRequest(description: ProcessDescription, form: FormState): FormState {
  return { ...form, request: readForm(form.fields, form.values, outputsOf(description)).request };
}

type Filling = { readonly typed: FormState; readonly file: NamedText };

/**
 * Fills in a form as far as a file goes, and tells the rest: what was typed and is not in the file stays. What cannot be read at all
 * stands there again, to be mended.
 */
export function filledFrom(
  deps: Pick<SubmitDeps, "inputChecks">,
  { process }: ExecutedProcess,
  { typed, file }: Filling,
): FormState {
  const { description } = process;
  try {
    if (file.text.trim() === "") throw new Problem("invalid-parameter-value", "Choose a file, or paste its text");
    const { inputs, extras, left, unfit } = readInputsOfFile(deps, process, file);
    const given = formOfRequest(description, { ...extras, inputs });
    const { fields } = typed;
    const named = [
      ...Object.keys(inputs).map(nameOf),
      ...[...given.values.keys()].filter((name) => name.startsWith("~")),
    ];
    const kept = saidBy(description, typed).filter(({ name }) => !named.some((one) => groupOf(one) === name));
    const form = withRequest(description, { ...typed, values: replaced(typed.values, given.values, named) });
    const { places } = readForm(fields, form.values, outputsOf(description));
    const filled = fields.filter(({ id }) => Object.hasOwn(inputs, id)).map(({ title }) => title);
    const shown = { ...form, fromFile: { name: file.name, text: "", filled, kept } };
    return withFaults(shown, firstOf([...left, ...unfit]), (place) => fieldOfFault(places, place));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const told = error.faults.map(({ pointer, detail }: Fault) => `${pointer}: ${detail}`);
    const otherFaults = told.length > 0 ? told : [error.message];
    const text = file.text.length > longestAgain ? "" : file.text;
    return { ...typed, otherFaults, fromFile: { name: file.name, text } };
  }
}

/** Tells of so many faults, and counts the others: a file may have any number of names that nobody knows. */
function firstOf(faults: readonly Fault[]): readonly Fault[] {
  const more = faults.length - mostTold;
  return more <= 0 ? faults : [...faults.slice(0, mostTold), { pointer: "", detail: `${more} more were left out` }];
}

/** Empties what a file left as it was typed, by the names that the page of the filled form sent along. */
export function withoutKept(description: ProcessDescription, typed: FormState): FormState {
  const named = typed.values.get(ownNames.kept) ?? [];
  const emptied = saidBy(description, typed).filter(({ name }) => named.includes(name));
  const names = emptied.map(({ name }) => name);
  const blank = emptyForm(description).values;
  const form = { ...typed, values: replaced(typed.values, blank, names) };
  const titles = emptied.map(({ title }) => title);
  return { ...withRequest(description, form), fromFile: { name: "", text: "", filled: [], emptied: titles } };
}

function nameOf(id: string): string {
  return `/inputs/${pointerToken(id)}`;
}

/** All that is said of the outputs belongs together: which, of which type, in which way. */
const ofOutputs = /^~(outputs?|type\/.*|by\/.*)$/;

/** Names what a field belongs to: its input, what is said of the outputs, or itself. */
function groupOf(name: string): string {
  if (name.startsWith("/")) return name.split("/").slice(0, 3).join("/");
  return ofOutputs.test(name) ? ownNames.outputs : name;
}

/** Puts the values of what is named in the place of those that were there. */
function replaced(values: FormValues, others: FormValues, names: readonly string[]): FormValues {
  const groups = new Set(names.map(groupOf));
  const isNamed = ([name]: readonly [string, unknown]) => groups.has(groupOf(name));
  return new Map([...[...values].filter((one) => !isNamed(one)), ...[...others].filter(isNamed)]);
}

/** Lists what a form says that an empty one does not, by names and as people know it; whom to tell is filled in for everybody. */
function saidBy(description: ProcessDescription, { fields, values }: FormState) {
  const { request, faults } = readForm(fields, values, outputsOf(description));
  const inputs: JsonObject = isJsonObject(request.inputs) ? request.inputs : {};
  const ofInputs = fields
    .map(({ id, title }) => ({ id, name: nameOf(id), title }))
    .filter(({ id, name }) => Object.hasOwn(inputs, id) || faults.some(({ pointer }) => groupOf(pointer) === name))
    .map(({ name, title }) => ({ name, title }));
  const extras = [...values].filter(
    ([name, texts]) => name.startsWith("~") && !isSilent(name) && texts.some((text) => text.trim() !== ""),
  );
  const names = new Set(extras.map(([name]) => groupOf(name)));
  return [...ofInputs, ...[...names].map((name) => ({ name, title: titleOfExtra(name) ?? name }))];
}

function isSilent(name: string): boolean {
  const others: readonly string[] = [
    ownNames.doing,
    ownNames.from,
    ownNames.kept,
    ownNames.emptied,
    ownNames.moreRows,
    ownNames.draft,
    fillNames.example,
  ];
  return others.includes(name) || toldNames.includes(name);
}
