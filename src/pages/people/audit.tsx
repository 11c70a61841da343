import type { AuditDocument } from "../../domain/documents/audit.ts";
import { auditActions, auditOutcomes } from "../../domain/people/audit.ts";
import { WholeDocument } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { type Page, type PageFrame, policyOf, scriptUrl } from "../shared/page.ts";
import { Choice, Fault } from "../shared/parts.tsx";
import { AuditTable, type JobsOfAudit, type KeysOfAudit, type RemovedProcesses } from "./audit-table.tsx";
import { type AuditView, doneText, nothingText } from "./audit-words.ts";

const script = "local-times";

/** What the page shows besides its lines. */
type Besides = {
  /** Why the filters cannot be read. */
  readonly fault?: string;
  readonly keys?: KeysOfAudit;
  readonly jobs?: JobsOfAudit;
  readonly removed?: RemovedProcesses;
  /** The processes that there are, or were, of those that refused requests name. */
  readonly processes?: ReadonlySet<string>;
};

/** Builds the page that tells admins who did what. */
export function auditPage(
  view: AuditView,
  { fault, keys = new Map(), jobs = new Map(), removed = new Set(), processes = new Set() }: Besides = {},
): Page<AuditDocument> {
  return {
    policy: (frame) => policyOf({ sendsForms: true, scripts: scriptUrl(frame, script) }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          {fault === undefined ? null : <Fault words={fault} />}
          <Filters view={view} frame={frame} />
          <Spans view={view} frame={frame} />
          <p class="muted prose">
            Not written: what was read without a key, and requests with wrong fields. When the same request is refused
            again and again, only the first one within a minute is written; for requests without a key, a second line
            says how many more there were.
          </p>
          {fault !== undefined ? null : document.entries.length === 0 ? (
            <Nothing view={view} frame={frame} />
          ) : (
            <AuditTable entries={document.entries} known={{ keys, jobs, removed, processes }} baseUrl={frame.baseUrl} />
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

type Shown = { readonly view: AuditView; readonly frame: PageFrame };

function Nothing({ view, frame: { baseUrl } }: Shown) {
  return (
    <p role="status">
      {nothingText(view)} {isSet(view) ? <a href={`${baseUrl}/_/audit?f=html`}>Show all that was done</a> : null}
    </p>
  );
}

function isSet(view: AuditView): boolean {
  return Object.values(view).some((value) => value !== "");
}

const time = "7d, yesterday";
const fields = [
  { name: "since", label: "Since", hint: time },
  { name: "until", label: "Until", hint: time },
  { name: "user", label: "Who", hint: "a user" },
  { name: "subject", label: "To what", hint: "process, job, key" },
] as const;
const choices = [
  {
    name: "action",
    label: "Did what",
    // What was refused is asked for by the outcome: this one would leave out the sign-ins that were refused.
    options: auditActions.filter((action) => action !== "refuse").map(actionOption),
  },
  {
    name: "outcome",
    label: "Outcome",
    // The list says of an execution that it was accepted: how its job ends is another thing.
    options: auditOutcomes.map((one) => [one, one === "done" ? "done or accepted" : one] as const),
  },
] as const;

/** The filters, folded up on a small screen where none is set. */
function Filters({ view, frame: { baseUrl } }: Shown) {
  return (
    <details class="filters" open={isSet(view)}>
      <summary>Filter</summary>
      <form method="get" action={`${baseUrl}/_/audit`} class="actions many">
        <input type="hidden" name="f" value="html" />
        {fields.map(({ name, label, hint }) => (
          <label class="field">
            <span>{label}</span>
            <input type="text" name={name} value={view[name]} placeholder={hint} autocomplete="off" />
          </label>
        ))}
        {/* The list of keys leads here: few know the id of one. */}
        {view.key === "" ? null : (
          <label class="field">
            <span>With the key</span>
            <input type="text" name="key" value={view.key} autocomplete="off" />
          </label>
        )}
        {choices.map(({ name, label, options }) => (
          <label class={name === "action" ? "field field-long" : "field"}>
            <span>{label}</span>
            <select name={name}>
              <option value="">all</option>
              {[...options, ...notOffered(view[name], options)].map(([value, words]) => (
                <option value={value} selected={value === view[name]}>
                  {words}
                </option>
              ))}
            </select>
          </label>
        ))}
        <div class="filter-acts">
          <button type="submit">Show</button>
          {isSet(view) ? (
            <a class="button" href={`${baseUrl}/_/audit?f=html`}>
              Clear
            </a>
          ) : null}
        </div>
      </form>
    </details>
  );
}

/** Times that are often asked for, each with what the field has then. */
const spans = [
  ["1h", "Last hour"],
  ["today", "Today"],
  ["7d", "Last 7 days"],
] as const;

/** The ways to the lines of a time, with the other filters as they are. */
function Spans({ view, frame: { baseUrl } }: Shown) {
  const others = Object.entries({ ...view, until: "" }).filter(([name, value]) => name !== "since" && value !== "");
  return (
    <p class="actions">
      {spans.map(([since, words]) => (
        <Choice
          asButton={true}
          href={`${baseUrl}/_/audit?${new URLSearchParams([["f", "html"], ["since", since], ...others])}`}
          isChosen={view.since === since && view.until === ""}
        >
          {words}
        </Choice>
      ))}
    </p>
  );
}

type Option = readonly [value: string, words: string];

function actionOption(action: string): Option {
  return [action, `${doneText(action)} (${action})`];
}

/** What an address asks for and the form does not offer stands in it all the same: in words, or as it was typed where it is nothing. */
function notOffered(word: string, offered: readonly Option[]): readonly Option[] {
  if (word === "" || offered.some(([value]) => value === word)) return [];
  return [word === "refuse" ? actionOption(word) : [word, word]];
}
