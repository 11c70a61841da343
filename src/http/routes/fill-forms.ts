import * as v from "valibot";
import type { Fault } from "../../domain/problem.ts";
import { Problem } from "../../domain/problem.ts";
import { type DescribeDeps, describeProcess } from "../../operations/describe-processes.ts";
import { type NamedText, readInputsOfFile } from "../../operations/read-input-file.ts";
import type { SubmitDeps } from "../../operations/submission.ts";
import { outputsOf } from "../../pages/form/extras.ts";
import { fieldsOf } from "../../pages/form/fields-of.ts";
import { fillNames } from "../../pages/form/fill-view.tsx";
import { fieldOfFault, readForm } from "../../pages/form/read-form.ts";
import type { FormState } from "../../pages/form/state.ts";
import { boundaryOf, parseDisposition } from "../../wire/multipart.ts";
import { emptyForm, formOfRequest } from "../answers/filled-forms.ts";
import { type ExecutedProcess, type FormPageDeps, requireOwnForm } from "../answers/process-form.ts";
import { wholeParts } from "../multipart-parts.ts";
import { type BodyLimits, bodyText, readBytes, requireContentType } from "../read-body.ts";
import type { Route, RouteContext } from "../route.ts";
import { pageAgain, withFaults } from "./process-forms.ts";

export type FillFormDeps = FormPageDeps &
  DescribeDeps &
  Pick<SubmitDeps, "inputChecks"> & { readonly settings: BodyLimits };

const mediaTypes = ["multipart/form-data"];

/** What is sent of a form, in bytes: more is an execution, or an upload. */
const mostBytes = 2 ** 21;
/** So much of a text that cannot be read stands in the form again, in characters; a longer one is mended where it was made. */
const longestAgain = 2 ** 18;
/** So many faults of a file are told one by one. */
const mostTold = 200;

/** What the API description says of such forms, wherever the process is. */
export const fillFormAbout = {
  answers: {
    200: { about: "The page of the process, with the form filled in", content: { mediaType: "text/html" } },
  },
  problems: [413, 415, 422],
} as const;

/** What a browser sends of such a form. */
export const fillFormBody = { mediaTypes, schema: v.looseObject({}) };

/** Lists the route that fills in the form of a process from a file. */
export function fillFormRoutes(deps: FillFormDeps): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/processes/:processId/fill-form",
      about: { summary: "Fill in the form of a process from a file of inputs", tag: "pages", ...fillFormAbout },
      body: fillFormBody,
      access: "public",
      handle: (context) =>
        answerFillForm(deps, context, async () => ({
          process: await describeProcess(deps, context.caller, context.param("processId")),
        })),
    },
  ];
}

/** Answers with the page of a process whose form is filled in from the file that was sent; nothing is run or kept. */
export async function answerFillForm(
  deps: FillFormDeps,
  context: RouteContext,
  find: () => Promise<ExecutedProcess>,
): Promise<Response> {
  requireContentType(context.request, mediaTypes);
  requireOwnForm(context);
  const executed = await find();
  const file = await readSentFile(deps.settings, context);
  return pageAgain(deps, context, executed, filledFrom(deps, executed, file));
}

/** Reads the file that was chosen, else the text that was pasted. Throws `invalid-parameter-value`, `content-too-large`. */
async function readSentFile(settings: BodyLimits, { request }: RouteContext): Promise<NamedText> {
  const boundary = boundaryOf(request.headers.get("content-type") ?? "");
  if (boundary === undefined) {
    const found = "found no boundary in Content-Type, wanted multipart/form-data with its boundary";
    throw new Problem("invalid-parameter-value", `Cannot read the form: ${found}`);
  }
  const most = Math.min(settings.maxBodyBytes, mostBytes);
  let pasted = "";
  let chosen: NamedText | undefined;
  for await (const { headers, bytes } of wholeParts(await readBytes(request, most), boundary)) {
    const { name, filename } = parseDisposition(headers.get("content-disposition"));
    if (filename === undefined && name === fillNames.text) pasted = bodyText(bytes).replaceAll("\r\n", "\n");
    // A field of files that was left empty has one without a name.
    else if (filename !== undefined && filename !== "")
      chosen = { text: bodyText(bytes), name: filename.slice(0, 200) };
  }
  return chosen ?? { text: pasted, name: "the text" };
}

/** Fills in a form as far as a file goes, and tells the rest; what cannot be read at all stands there again, to be mended. */
function filledFrom(deps: FillFormDeps, { process }: ExecutedProcess, file: NamedText): FormState {
  const { description } = process;
  try {
    if (file.text.trim() === "") throw new Problem("invalid-parameter-value", "Choose a file, or paste its text");
    const { inputs, extras, left, unfit } = readInputsOfFile(deps, process, file);
    const { otherFaults: _, ...form } = formOfRequest(description, { ...extras, inputs });
    const fields = fieldsOf(description);
    const { places } = readForm(fields, form.values, outputsOf(description));
    const titles = fields.filter(({ id }) => Object.hasOwn(inputs, id)).map(({ title }) => title);
    const shown = { ...form, otherFaults: [], fromFile: { name: file.name, text: "", filled: titles } };
    return withFaults(shown, firstOf([...left, ...unfit]), (place) => fieldOfFault(places, place));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const told = error.faults.map(({ pointer, detail }: Fault) => `${pointer}: ${detail}`);
    const otherFaults = told.length > 0 ? told : [error.message];
    const text = file.text.length > longestAgain ? "" : file.text;
    return { ...emptyForm(description), otherFaults, fromFile: { name: file.name, text } };
  }
}

/** Tells of so many faults, and counts the others: a file may have any number of names that nobody knows. */
function firstOf(faults: readonly Fault[]): readonly Fault[] {
  const more = faults.length - mostTold;
  return more <= 0 ? faults : [...faults.slice(0, mostTold), { pointer: "", detail: `${more} more were left out` }];
}
