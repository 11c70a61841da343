import { asJson } from "../domain/documents/as-json.ts";
import type { ResultItem, ResultView } from "../domain/documents/result-view.ts";
import { Members } from "./document.tsx";
import { Layout } from "./layout.tsx";
import { type Page, policyOf } from "./page.ts";
import { PreviewOf } from "./preview.tsx";
import { sizeText } from "./words.ts";

/** Builds the page of results: what a person can look at, and the document itself folded up. */
export function resultsPage(results: readonly ResultView[], jobUrl: string): Page<object> {
  return {
    policy: () => policyOf({ images: imagesOf(results) }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame}>
          <p class="actions">
            <a href={`${jobUrl}?f=html`}>The job</a> <a href={`${jobUrl}/results?f=html`}>All results</a>{" "}
            <a href={frame.jsonUrl} rel="alternate" type="application/json">
              As JSON
            </a>
          </p>
          <Results results={results} />
          <details>
            <summary>All fields</summary>
            <Members value={asJson(document)} />
          </details>
        </Layout>
      )}`,
  };
}

/** Lists what the images of results are loaded from. */
export function imagesOf(results: readonly ResultView[]): readonly string[] {
  const sources = results
    .flatMap(({ items }) => items)
    .flatMap(({ preview }) => (preview?.kind === "image" ? [new URL(preview.src).origin] : []));
  return [...new Set(sources)];
}

/** Shows results one below the other. */
export function Results({ results }: { readonly results: readonly ResultView[] }) {
  if (results.length === 0) return <p class="muted">No results.</p>;
  return (
    <>
      {results.map(({ outputId, title, page, items }) => (
        <section class="card">
          <h3>
            <a href={page}>{outputId}</a> {title === undefined ? null : <span class="muted">{title}</span>}
          </h3>
          {items.length === 0 ? <p class="muted">Empty.</p> : items.map((item) => <Item item={item} />)}
        </section>
      ))}
    </>
  );
}

function Item({ item }: { readonly item: ResultItem }) {
  const { name, href, type, length, sha256, zip, listing, preview } = item;
  return (
    <>
      <p>
        {href === undefined ? null : /^https?:/.test(href) ? <a href={href}>{name}</a> : <code>{href}</code>}{" "}
        <span class="muted">
          {[type, length === undefined ? undefined : sizeText(length)].filter((one) => one !== undefined).join(", ")}
        </span>{" "}
        {href === undefined || listing !== undefined || !/^https?:/.test(href) ? null : (
          <a href={href} download={name}>
            Download
          </a>
        )}{" "}
        {listing === undefined ? null : <a href={listing}>What is in it</a>}{" "}
        {zip === undefined ? null : <a href={zip}>All files as one zip</a>}
      </p>
      {preview === undefined ? null : <PreviewOf preview={preview} name={name} />}
      {sha256 === undefined ? null : (
        <p class="muted">
          SHA-256 <code>{sha256}</code>
        </p>
      )}
    </>
  );
}
