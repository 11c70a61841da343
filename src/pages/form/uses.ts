import { isJsonObject, type JsonObject } from "../../domain/json.ts";
import { type Field, withoutToken } from "./field.ts";
import type { Execution } from "./uses/execution.ts";
import { scriptText } from "./uses/javascript.ts";
import { owslibText, requestsText } from "./uses/python.ts";
import { qgisText } from "./uses/qgis.ts";
import { rText } from "./uses/r.ts";
import { commandText, curlText } from "./uses/shell.ts";

/** What somebody copies to execute a process from somewhere else. */
export type Use = { readonly title: string; readonly text: string };

/** Lists a request as JSON, and the texts by which it is executed from elsewhere: each runs as it stands. OWSLib and WPS reach no process of a provider. */
export function usesOf(execution: Execution): readonly Use[] {
  const isOwn = execution.provider === undefined;
  return [
    { title: "JSON", text: JSON.stringify(execution.request, null, 2) },
    { title: "curl", text: curlText(execution) },
    { title: "heddle", text: commandText(execution) },
    { title: "Python (requests)", text: requestsText(execution) },
    ...(isOwn ? [{ title: "Python (OWSLib)", text: owslibText(execution) }] : []),
    { title: "R (httr2)", text: rText(execution) },
    { title: "JavaScript (fetch)", text: scriptText(execution) },
    ...(isOwn ? [{ title: "QGIS (WPS)", text: qgisText(execution) }] : []),
  ];
}

/**
 * Tells whether a reference to an upload suffices in a text to copy: who has signed in needs no token for what is his, and uploads
 * nothing again. Others have to: with the token, a text would give the file to whoever reads it.
 */
export function isEnough(reference: string, user: string | undefined): boolean {
  return user !== undefined && withoutToken(reference) === reference;
}

/** What the texts are for, over them and in the ways of the page. */
export const usesTitle = "Run it by a program";

/** Says whether what is filled in stands in the texts. */
export const filledWords = {
  whole: "Texts to copy, with what is filled in.",
  partly: "Texts to copy. Something in the form cannot be read yet, and is left out.",
} as const;

/** Says of texts that name uploads how long they hold. */
export const uploadWords = " An upload stands in it by its address, which holds as long as the upload is kept.";

/** Lists the required inputs that a request lacks. */
export function missingOf(
  fields: readonly Pick<Field, "id" | "isRequired">[],
  { inputs }: JsonObject,
): readonly string[] {
  const given = isJsonObject(inputs) ? inputs : {};
  return fields.filter(({ id, isRequired }) => isRequired && !Object.hasOwn(given, id)).map(({ id }) => id);
}

/** Words which required inputs a request lacks, by their titles; undefined where it has them all. */
export function incompleteWords(
  fields: readonly Pick<Field, "id" | "title">[],
  missing: readonly string[],
): string | undefined {
  if (missing.length === 0) return undefined;
  const titles = missing.map((id) => fields.find((field) => field.id === id)?.title ?? id);
  return `Not complete: ${titles.join(", ")} ${titles.length === 1 ? "is" : "are"} missing.`;
}
