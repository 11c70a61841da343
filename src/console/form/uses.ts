import type { ProcessDescription } from "../../domain/processes/process.ts";
import { outputsOf } from "../../pages/form/extras.ts";
import { withoutToken, withoutTokens } from "../../pages/form/field.ts";
import { fieldsOf } from "../../pages/form/fields-of.ts";
import { readForm } from "../../pages/form/read-form.ts";
import { type UsedFile, withRequiredFiles } from "../../pages/form/uses/used-files.ts";
import { filledWords, incompleteWords, isEnough, missingOf, uploadWords, usesOf } from "../../pages/form/uses.ts";
import { addCopyButton } from "../shared/copy-button.ts";
import { reachedBase } from "./addresses.ts";
import { valuesOf } from "./values.ts";

/** Makes the function that shows the request of the form as it is, in each text to copy; and gives each text a button to copy it. */
export function createShowUses(
  form: HTMLFormElement,
  aside: HTMLElement,
  description: Pick<ProcessDescription, "inputs" | "outputs">,
): () => void {
  const fields = fieldsOf(description);
  const outputs = outputsOf(description);
  const { base = "", name = "", provider, key } = aside.dataset;
  const baseUrl = reachedBase(base);
  const target = { baseUrl, name, needsKey: key === "true", ...(provider === undefined ? {} : { provider }) };
  for (const text of aside.querySelectorAll<HTMLElement>("pre[data-use]")) {
    if (baseUrl !== base) text.textContent = (text.textContent ?? "").replaceAll(base, baseUrl);
    addCopyButton(text);
  }
  return () => {
    const { request: typed, faults } = readForm(fields, withoutTokens(valuesOf(form)), outputs);
    const missing = missingOf(fields, typed);
    const { request, files } = withRequiredFiles(fields, typed);
    const note = aside.querySelector('[data-live="uses"]');
    // What cannot be read yet is being typed.
    if (note !== null) {
      const filled = faults.length === 0 ? filledWords.whole : filledWords.partly;
      const namesUploads = chosenUploads(form).some(({ href }) => isEnough(href, form.dataset.user));
      note.textContent = (incompleteWords(fields, missing) ?? filled) + (namesUploads ? uploadWords : "");
    }
    for (const { title, text } of usesOf({
      ...target,
      request,
      files: [...pickedFiles(form), ...files],
      missing: missingOf(fields, request),
    })) {
      const shown = aside.querySelector(`pre[data-use="${CSS.escape(title)}"]`);
      if (shown !== null && shown.textContent !== text) shown.textContent = text;
    }
  };
}

/** Lists the uploads that have to be uploaded again: who copies a text has the files, too, by their names. */
function pickedFiles(form: HTMLFormElement): readonly UsedFile[] {
  const again = chosenUploads(form).filter(({ href }) => !isEnough(href, form.dataset.user));
  const files = again.map((file) => ({ ...file, href: withoutToken(file.href) }));
  return [...new Map(files.map((file) => [file.href, file])).values()];
}

/** Lists the uploads that are chosen, by the references that the form has. */
function chosenUploads(form: HTMLFormElement): readonly UsedFile[] {
  return [...form.querySelectorAll<HTMLSelectElement>('select[name$="/~stored"]')].flatMap(
    ({ value, selectedOptions }) => {
      const { file: name = "", fileType = "" } = selectedOptions[0]?.dataset ?? {};
      if (value === "" || name === "") return [];
      return [{ href: value, name, ...(fileType === "" ? {} : { mediaType: fileType }) }];
    },
  );
}
