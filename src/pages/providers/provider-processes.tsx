import type { OfferedProcess, ProviderOfferDocument, ShownProvider } from "../../domain/documents/provider.ts";
import { providerProcessUrl, providerUrl } from "../../domain/links.ts";
import { Records } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { plainText } from "../shared/markdown-tree.ts";
import { type Page, type PageFrame, policyOf, scriptUrl } from "../shared/page.ts";
import { RecordTable } from "../shared/record-table.tsx";
import { ProviderLine, ProviderWays } from "./provider.tsx";

const script = "local-times";

/** What the page of the processes of a provider shows besides them. */
export type ProviderOfferView = {
  readonly provider: ShownProvider;
  /** The words that were searched for. */
  readonly q: string;
  /** How many fit, on all pages. */
  readonly count: number;
  /** What has some of the words, with these, where nothing has all of them; the most words first. */
  readonly some?: readonly (Pick<OfferedProcess, "id" | "title" | "description"> & {
    readonly has: readonly string[];
  })[];
};

/** Builds the page of the processes of a provider: which server it is, a search, a table with a row for each. */
export function providerOfferPage(view: ProviderOfferView): Page<ProviderOfferDocument> {
  return {
    policy: (frame) => policyOf({ sendsForms: true, scripts: scriptUrl(frame, script) }),
    render: (frame, { processes, links }) =>
      `<!doctype html>${(
        <Layout {...frame} script={scriptUrl(frame, script)}>
          <ProviderLine provider={view.provider} />
          <ProviderWays id={view.provider.id} frame={frame} />
          <Search view={view} baseUrl={frame.baseUrl} />
          {processes.length === 0 ? <Nothing view={view} frame={frame} /> : null}
          {processes.length === 0 ? null : (
            <p class="muted">{`${processes.length} of ${view.count} ${view.count === 1 ? "process" : "processes"}`}</p>
          )}
          <Table processes={processes.length === 0 ? (view.some ?? []) : processes} view={view} frame={frame} />
          <p class="actions">
            {links
              .filter(({ rel }) => rel !== "self")
              .map(({ href, rel, title }) => (
                <a href={href} rel={rel}>
                  {title ?? rel}
                </a>
              ))}
            <a href={frame.jsonUrl} rel="alternate" type="application/json">
              As JSON
            </a>
          </p>
          <Records links={links} records={processes} />
        </Layout>
      )}`,
  };
}

function Search({ view: { provider, q }, baseUrl }: { readonly view: ProviderOfferView; readonly baseUrl: string }) {
  return (
    <search>
      <form method="get" action={`${providerUrl(baseUrl, provider.id)}/processes`} class="actions">
        <input type="hidden" name="f" value="html" />
        <label class="field">
          <span>Words</span>
          <input type="search" name="q" value={q} />
        </label>
        <button type="submit">Search</button>
      </form>
    </search>
  );
}

function Nothing({ view, frame }: { readonly view: ProviderOfferView; readonly frame: PageFrame }) {
  const all = `${providerUrl(frame.baseUrl, view.provider.id)}/processes?f=html`;
  if (view.q === "" && view.count === 0) return <p class="notice">This server offers no processes.</p>;
  const some = view.some ?? [];
  return (
    <p class="notice" role="status">
      {some.length > 0
        ? `None has all of the words "${view.q}". ${some.length === 1 ? "This one has some of them" : "These have some of them, the most words first"}. `
        : view.count === 0
          ? "No process fits: all words were looked for in id, title and description. Try fewer words, or a part of one. "
          : "There are no more. "}
      <a href={all}>Show all processes</a>
    </p>
  );
}

type Shown = {
  readonly processes: NonNullable<ProviderOfferView["some"]> | readonly OfferedProcess[];
  readonly view: ProviderOfferView;
  readonly frame: PageFrame;
};

function Table({ processes, view: { provider }, frame }: Shown) {
  if (processes.length === 0) return null;
  return (
    <RecordTable label="Processes">
      <table>
        <thead>
          <tr>
            <th scope="col">Process</th>
            <th scope="col">What it does</th>
          </tr>
        </thead>
        <tbody>
          {processes.map((process) => (
            <tr>
              <td>
                <Named
                  process={process}
                  href={`${providerProcessUrl(frame.baseUrl, provider.id, process.id)}?f=html`}
                />
                {"has" in process ? <small class="muted purpose">{`Has: ${process.has.join(", ")}`}</small> : null}
              </td>
              <td class="prose">{beginOf(process.description ?? "")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

function Named({
  process: { id, title },
  href,
}: {
  readonly process: Pick<OfferedProcess, "id" | "title">;
  readonly href: string;
}) {
  return (
    <>
      <a href={href}>{title ?? id}</a> {title === undefined || title === id ? null : <code class="muted">{id}</code>}
    </>
  );
}

const longest = 300;

/** Leaves marks and the end of a long text out: the page of the process has it whole. */
function beginOf(description: string): string {
  const text = plainText(description);
  return text.length <= longest ? text : `${text.slice(0, longest).trimEnd()}…`;
}
