import { askPage, type Question } from "../../pages/shared/ask.tsx";
import { pageAt, type RouteContext } from "../route.ts";
import { documentResponse, pageOfRequest } from "./document-response.ts";

/** Checks whether a person has said yes to the page that asks. */
export function isConfirmed(form: URLSearchParams): boolean {
  return form.get("confirmed") === "true";
}

/** Answers a form with a question, before what it wants is done: who only missed a button can go back. */
export function askFirst(
  context: RouteContext,
  { title, ...question }: Question & { readonly title: string },
): Response {
  const page = pageAt(context, pageOfRequest(context.request) ?? "/");
  return documentResponse(page, question, { title, page: askPage, headers: { "cache-control": "no-store" } });
}
