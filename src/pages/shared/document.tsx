import { asJson } from "../../domain/documents/as-json.ts";
import type { Link } from "../../domain/links.ts";
import type { Json } from "../../domain/values/json.ts";
import { type Frame, Layout } from "./layout.tsx";
import { membersOf, oneValueOf } from "./members.ts";

/**
 * Renders a document as a page that shows every member and has every link as an anchor
 * (OGC 18-062r2 /req/html/content).
 */
export function documentPage(frame: Frame, document: Json): string {
  return `<!doctype html>${<Layout {...frame}>{oneValueOf(document)}</Layout>}`;
}

/** Shows a whole document, folded up, and where it is as JSON (OGC 18-062r2 /req/html/content). */
export function WholeDocument({ document, jsonUrl }: { readonly document: object; readonly jsonUrl?: string }) {
  return (
    <>
      <details>
        <summary>All fields</summary>
        {membersOf(asJson(document))}
      </details>
      {jsonUrl === undefined ? null : (
        <p>
          <a href={jsonUrl} rel="alternate" type="application/json">
            As JSON
          </a>
        </p>
      )}
    </>
  );
}

/** Shows a list of records whole, folded up, with the links that no other part of its page has. */
export function Records({ links, records }: { readonly links: readonly Link[]; readonly records: readonly object[] }) {
  return (
    <details>
      <summary>All fields</summary>
      {membersOf(asJson({ links: links.filter(({ rel }) => rel === "self") }))}
      <ul class="records">
        {records.map((record) => (
          <li>{membersOf(asJson(record))}</li>
        ))}
      </ul>
    </details>
  );
}
