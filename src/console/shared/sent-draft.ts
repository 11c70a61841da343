import { sentName } from "../../pages/form/field.ts";
import { dropDraft } from "./drafts.ts";

/**
 * Drops the draft of the form that became what this page shows. The address names it, as the service led here from the form that was
 * sent: a form that did not arrive keeps its draft. Takes the name out of the address.
 */
export function dropSentDraft(): void {
  const url = new URL(location.href);
  const id = url.searchParams.get(sentName);
  if (id === null) return;
  dropDraft(id);
  url.searchParams.delete(sentName);
  history.replaceState(history.state, "", url);
}
