import { auditActions, auditOutcomes } from "../domain/audit.ts";
import type { AuditDocument } from "../domain/documents/audit.ts";
import { AuditTable, type JobsOfAudit, type KeysOfAudit } from "./audit-table.tsx";
import { WholeDocument } from "./document.tsx";
import { Layout } from "./layout.tsx";
import { type Page, type PageFrame, policyOf, scriptUrl } from "./page.ts";
import { Fault } from "./parts.tsx";

const script = "local-times";

/** The filters of the page, as they stand in its address. */
export type AuditView = Readonly<Record<"since" | "until" | "user" | "action" | "subject" | "outcome", string>>;

/** What the page shows besides its lines. */
type Besides = {
  /** Why the filters cannot be read. */
  readonly fault?: string;
  readonly keys?: KeysOfAudit;
  readonly jobs?: JobsOfAudit;
};

/** Builds the page that tells admins who did what. */
export function auditPage(
  view: AuditView,
  { fault, keys = new Map(), jobs = new Map() }: Besides = {},
): Page<AuditDocument> {
  return {
    policy: (frame) => policyOf({ sendsForms: true, scripts: scriptUrl(frame, script) }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          {fault === undefined ? null : <Fault words={fault} />}
          <Filters view={view} frame={frame} />
          {fault !== undefined ? null : document.entries.length === 0 ? (
            <p>Nothing of that kind was done.</p>
          ) : (
            <AuditTable entries={document.entries} known={{ keys, jobs }} baseUrl={frame.baseUrl} />
          )}
          <p class="actions">
            {document.links
              .filter(({ rel }) => rel === "next")
              .map(({ href, rel }) => (
                <a href={href} rel={rel}>
                  Earlier
                </a>
              ))}
          </p>
          <WholeDocument document={document} jsonUrl={frame.jsonUrl} />
        </Layout>
      )}`,
  };
}

const fields = [
  { name: "since", label: "Since", hint: "7d, 12h or 2030-01-31" },
  { name: "until", label: "Until", hint: "7d, 12h or 2030-01-31" },
  { name: "user", label: "Who", hint: "a user" },
  { name: "subject", label: "To what", hint: "a process, job or key" },
] as const;
const choices = [
  { name: "action", label: "Did what", words: auditActions },
  { name: "outcome", label: "Outcome", words: auditOutcomes },
] as const;

function Filters({ view, frame: { baseUrl } }: { readonly view: AuditView; readonly frame: PageFrame }) {
  return (
    <form method="get" action={`${baseUrl}/_/audit`} class="actions">
      <input type="hidden" name="f" value="html" />
      {fields.map(({ name, label, hint }) => (
        <label class="field">
          <span>{label}</span>
          <input type="text" name={name} value={view[name]} placeholder={hint} size={hint.length} autocomplete="off" />
        </label>
      ))}
      {choices.map(({ name, label, words }) => (
        <label class="field">
          <span>{label}</span>
          <select name={name}>
            <option value="">all</option>
            {[...words, ...unknown(view[name], words)].map((word) => (
              <option value={word} selected={word === view[name]}>
                {word}
              </option>
            ))}
          </select>
        </label>
      ))}
      <button type="submit">Show</button>
    </form>
  );
}

/** What an address asked for in vain stands in the form as it was typed. */
function unknown(word: string, known: readonly string[]): readonly string[] {
  return word === "" || known.includes(word) ? [] : [word];
}
