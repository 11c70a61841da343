import { isJsonObject, type JsonObject } from "../../domain/values/json.ts";
import { type Field, withoutToken } from "./field.ts";
import type { Execution } from "./uses/execution.ts";
import { scriptText } from "./uses/javascript.ts";
import { owslibText, requestsText } from "./uses/python.ts";
import { qgisText } from "./uses/qgis.ts";
import { rText } from "./uses/r.ts";
import { commandText, curlText } from "./uses/shell.ts";

/** What somebody copies to execute a process from somewhere else. */
export type Use = { readonly title: string; readonly text: string };

/** A request of more characters stands in no text: each would have it, and nobody reads it there. */
const longestRequest = 2 ** 17;

/**
 * Lists a request as JSON, and the texts by which it is executed from elsewhere: each runs as it stands, or says that the request is too
 * long for it. OWSLib and WPS reach no process of a provider.
 */
export function usesOf(execution: Execution): readonly Use[] {
  const isOwn = execution.provider === undefined;
  const json = JSON.stringify(execution.request, null, 2);
  const tooLong = json.length > longestRequest ? tooLongWords(json.length) : undefined;
  const use = (title: string, write: (of: Execution) => string) => ({ title, text: tooLong ?? write(execution) });
  return [
    use("JSON", () => json),
    use("curl", curlText),
    use("heddle", commandText),
    use("Python (requests)", requestsText),
    ...(isOwn ? [use("Python (OWSLib)", owslibText)] : []),
    use("R (httr2)", rText),
    use("JavaScript (fetch)", scriptText),
    ...(isOwn ? [use("QGIS (WPS)", qgisText)] : []),
  ];
}

function tooLongWords(length: number): string {
  return `What is filled in has ${length} characters: too many to copy. Upload long values as files.`;
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
