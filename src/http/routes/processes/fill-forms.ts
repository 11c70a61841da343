import * as v from "valibot";
import { type Fault, Problem } from "../../../domain/problem.ts";
import { type DescribeDeps, describeProcess } from "../../../operations/processes/describe-processes.ts";
import type { SubmitDeps } from "../../../operations/submit/submission.ts";
import type { VaultDeps } from "../../../operations/uploads/keep-vault-file.ts";
import type { NamedText } from "../../../operations/uploads/read-input-file.ts";
import { ownNames, textIn } from "../../../pages/form/field.ts";
import { fillNames } from "../../../pages/form/fill-view.tsx";
import type { FormState } from "../../../pages/form/state.ts";
import { withFaults } from "../../answers/form/fault-fields.ts";
import { filledFrom, typedForm, withoutKept } from "../../answers/form/filled-from-file.ts";
import { type ExecutedProcess, type FormPageDeps, requireOwnForm } from "../../answers/form/process-form.ts";
import { readFormValues } from "../../request/form-values.ts";
import { type BodyLimits, requireContentType } from "../../request/read-body.ts";
import type { Route, RouteContext } from "../../route.ts";
import { pageAgain } from "./process-forms.ts";

export type FillFormDeps = FormPageDeps &
  DescribeDeps &
  VaultDeps &
  Pick<SubmitDeps, "inputChecks"> & { readonly settings: BodyLimits };

const mediaTypes = ["multipart/form-data"];

/** What is sent of a form, in bytes: more is an execution, or an upload. */
const mostBytes = 2 ** 21;

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

/**
 * Answers with the page of a process whose form is filled in from the file that was sent: what the file does not say stays as it was
 * typed, until it is emptied by a press. Nothing is run; files of fields are kept as uploads, as those of a form that runs.
 */
export async function answerFillForm(
  deps: FillFormDeps,
  context: RouteContext,
  find: () => Promise<ExecutedProcess>,
): Promise<Response> {
  requireContentType(context.request, mediaTypes);
  requireOwnForm(context);
  const executed = await find();
  const { values, refused, tooLong, file } = await readFormValues(withinBounds(deps), context);
  const typed = typedForm(executed.process.description, values);
  const isEmptied = textIn(values, ownNames.emptied) !== "";
  const example = await exampleOf(deps, context, executed, textIn(values, fillNames.example));
  const pasted = { text: textIn(values, fillNames.text).replaceAll("\r\n", "\n"), name: "the text" };
  const filled = isEmptied
    ? withoutKept(executed.process.description, typed)
    : filledFrom(deps, executed, { typed, file: example ?? file ?? pasted });
  const told = [...refused, ...tooLong];
  return pageAgain(deps, context, executed, told.length === 0 ? filled : withMore(filled, told));
}

function withinBounds(deps: FillFormDeps): FillFormDeps {
  return { ...deps, settings: { ...deps.settings, maxBodyBytes: Math.min(deps.settings.maxBodyBytes, mostBytes) } };
}

/** Reads the example of the package that was asked for. Throws `not-found` for one that it does not have. */
async function exampleOf(
  deps: FillFormDeps,
  { caller }: RouteContext,
  { process, provider }: ExecutedProcess,
  name: string,
): Promise<NamedText | undefined> {
  if (name === "") return undefined;
  const examples = provider === undefined ? await deps.examples.of(caller, process) : [];
  const found = examples.find((one) => one.name === name);
  if (found !== undefined) return found;
  const detail = `found example ${JSON.stringify(name.slice(0, 80))}, wanted one of the package`;
  throw new Problem("not-found", `Cannot fill in the form of process "${process.id}": ${detail}`);
}

/** Adds what could not be taken of the form to what is wrong with it. */
function withMore(filled: FormState, told: readonly Fault[]): FormState {
  const { faults, otherFaults } = withFaults(filled, told, (name) => (name.startsWith("/inputs/") ? name : undefined));
  return {
    ...filled,
    faults: new Map([...filled.faults, ...faults]),
    otherFaults: [...filled.otherFaults, ...otherFaults],
  };
}
