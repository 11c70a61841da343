import type { Child } from "hono/jsx";
import type { FilesInside, ResultItem, ResultView } from "../../domain/documents/result-view.ts";
import type { ViewSettings } from "../../domain/documents/view-settings.ts";
import { essenceOf, isShownImage } from "../../domain/values/media-type.ts";
import { WholeDocument } from "../shared/document.tsx";
import { Layout } from "../shared/layout.tsx";
import { type Page, policyOf } from "../shared/page.ts";
import { Size } from "../shared/parts.tsx";
import { ViewsHead, viewsAllowed } from "../shared/views.tsx";
import { PreviewOf } from "./preview.tsx";
import { ShareLink } from "./share-form.tsx";

/** Where the results of a job stand, and whether these are all of them. */
type ResultsPlace = { readonly jobUrl: string; readonly isWhole: boolean };

/** Builds the page of results: what a person can look at, and the document itself folded up. */
export function resultsPage(
  results: readonly ResultView[],
  { jobUrl, isWhole }: ResultsPlace,
  settings: ViewSettings,
): Page<object> {
  return {
    policy: (frame) => policyOf({ views: viewsAllowed(frame, settings) }),
    render: (frame, document) =>
      `<!doctype html>${(
        <Layout {...frame} head={<ViewsHead frame={frame} />}>
          <p class="actions">
            <a href={`${jobUrl}?f=html`}>The job</a>{" "}
            {isWhole ? null : <a href={`${jobUrl}/results?f=html`}>All results</a>}{" "}
            {isWhole ? <AllAsZip results={results} href={`${jobUrl}/results?f=zip`} /> : null}{" "}
            <a href={frame.jsonUrl} rel="alternate" type="application/json">
              As JSON
            </a>
          </p>
          <Results results={results} heading="h2" />
          <WholeDocument document={document} />
        </Layout>
      )}`,
  };
}

/** The way to all results as one file; none where that would hold one file, or one directory, which leads to its own. */
export function AllAsZip({ results, href }: { readonly results: readonly ResultView[]; readonly href: string }) {
  const count = results.reduce((sum, { items, notListed = 0 }) => sum + items.length + notListed, 0);
  return count < 2 ? null : <a href={href}>All results as one zip</a>;
}

/** Shows results one below the other. `shareUrl` gives the address that shares one of them, for who may. */
export function Results({
  results,
  heading: Heading,
  shareUrl,
}: {
  readonly results: readonly ResultView[];
  readonly heading: "h2" | "h3";
  readonly shareUrl?: (outputId: string) => string;
}) {
  if (results.length === 0) return <p class="muted">No results.</p>;
  return (
    <>
      {results.map(({ outputId, title, page, items, notShown = 0, notListed = 0 }) => (
        <section class="card">
          <Heading>
            {page === undefined ? outputId : <a href={page}>{outputId}</a>}{" "}
            {title === undefined ? null : <span class="muted">{title}</span>}
          </Heading>
          {items.length === 0 ? <p class="muted">Empty.</p> : null}
          {items.length === 1 || shareUrl === undefined ? null : <p>{shareOf(outputId, shareUrl)}</p>}
          {items.slice(0, items.length - notShown).map((item) => (
            <Item item={item} share={items.length === 1 ? shareOf(outputId, shareUrl) : null} />
          ))}
          {notShown === 0 ? null : <p>{`And ${countText(notShown)}, shown when opened:`}</p>}
          {items.slice(items.length - notShown).map((item) => (
            <Item item={item} />
          ))}
          {notListed === 0 ? null : <p>{`And ${countText(notListed)}, which the JSON of the results lists.`}</p>}
        </section>
      ))}
    </>
  );
}

function shareOf(name: string, shareUrl: ((outputId: string) => string) | undefined) {
  return shareUrl === undefined ? null : <ShareLink href={shareUrl(name)} name={name} />;
}

function countText(count: number): string {
  return count === 1 ? "one more result" : `${count} more results`;
}

/** Shows one file, directory or value of a result; `share` stands beside the ways to its bytes. */
export function Item({ item, share = null }: { readonly item: ResultItem; readonly share?: Child }) {
  const { type, length, sha256, zip, listing, inside } = item;
  return (
    <>
      <p>
        <Name item={item} />{" "}
        <span class="muted">
          {type}
          {type === undefined || length === undefined ? "" : ", "}
          {length === undefined ? null : <Size bytes={length} />}
        </span>{" "}
        <Bytes item={item} /> {listing === undefined ? null : <a href={listing}>What is in it</a>}{" "}
        {zip === undefined ? null : <a href={zip}>All files as one zip</a>} {share}
      </p>
      <Shown item={item} />
      {sha256 === undefined ? null : (
        <p class="muted">
          SHA-256 <code>{sha256}</code>
        </p>
      )}
      {inside === undefined || listing === undefined ? null : <Inside inside={inside} listing={listing} />}
    </>
  );
}

/** The name of a file leads to where it is looked at, never to its bytes: *Download* does. */
function Name({ item: { name, href, look } }: { readonly item: ResultItem }) {
  if (href !== undefined && !/^https?:/.test(href)) return <code>{href}</code>;
  return look === undefined ? <strong>{name}</strong> : <a href={look}>{name}</a>;
}

/** The ways to the bytes of a file; to those of a directory leads its listing, and what lies elsewhere is only opened. */
function Bytes({ item: { name, href, look, type, listing } }: { readonly item: ResultItem }) {
  if (href === undefined || href === look || listing !== undefined || !/^https?:/.test(href)) return null;
  return (
    <>
      <a href={href} download={name}>
        Download
      </a>{" "}
      {isOpened(type, look !== undefined) ? <a href={href}>Open in the browser</a> : null}
    </>
  );
}

/** What browsers show by themselves, besides images. */
const openedTypes = ["application/pdf", "application/json", "text/plain", "text/html", "video/mp4", "video/webm"];

/** Tells whether a browser is offered to open a file: one that a page shows is opened from that page, where it is alone. */
function isOpened(type: string | undefined, hasPage: boolean): boolean {
  const essence = essenceOf(type ?? "");
  if (essence === "application/pdf") return true;
  return !hasPage && (openedTypes.includes(essence) || isShownImage(essence));
}

function Inside({ inside: { items, others }, listing }: { readonly inside: FilesInside; readonly listing: string }) {
  if (items.length === 0) return null;
  return (
    <>
      {items.map((item) => (
        <Item item={item} />
      ))}
      {others === 0 ? null : (
        <p>
          {`And ${others === 1 ? "one more file" : `${others} more files`} in `}
          <a href={listing}>What is in it</a>
        </p>
      )}
    </>
  );
}

/** What a script draws stands where it finds what it draws from; without one, what the server can show stands there. */
function Shown({ item: { name, length, preview, drawing } }: { readonly item: ResultItem }) {
  const shown = preview === undefined ? null : <PreviewOf preview={preview} name={name} />;
  if (drawing === undefined) return shown;
  const { kind, src, type, table } = drawing;
  return (
    <div
      class="view"
      data-view={kind}
      data-src={src}
      data-type={type}
      data-length={length}
      data-name={name}
      data-separator={table?.separator}
      data-decimal={table?.decimal}
      data-head={table?.hasHead === false ? "none" : undefined}
    >
      {shown}
      {kind === "raster" ? <p class="muted">A script of this page draws it on a map.</p> : null}
    </div>
  );
}
