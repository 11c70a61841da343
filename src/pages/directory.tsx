import type { DirectoryDocument } from "../domain/documents/directory.ts";
import type { ResultItem } from "../domain/documents/result-view.ts";
import type { ViewSettings } from "../domain/documents/view-settings.ts";
import { Layout } from "./layout.tsx";
import { type Page, policyOf } from "./page.ts";
import { RecordTable } from "./record-table.tsx";
import { Item } from "./results.tsx";
import { ViewsHead, viewsAllowed } from "./views.tsx";

/** What the page of a directory shows of its files. */
export type DirectoryView = {
  /** The files that are shown below their list. */
  readonly shown: readonly ResultItem[];
  /** The names of the files that can be shown. */
  readonly lookedAt: ReadonlySet<string>;
  readonly settings: ViewSettings;
};

/** Builds the page of a published directory: a link to each file, and what a person can look at of some. */
export function directoryPage({ shown, lookedAt, settings }: DirectoryView): Page<DirectoryDocument> {
  return {
    policy: (frame) => policyOf({ views: viewsAllowed(frame, settings) }),
    render: (frame, { files, links, length }) =>
      `<!doctype html>${(
        <Layout {...frame} head={<ViewsHead frame={frame} />}>
          <p>
            {`${files.length} ${files.length === 1 ? "file" : "files"}, ${length} bytes. `}
            {links.map(({ href, rel, title, type }) => (
              <>
                <a href={href} rel={rel} type={type}>
                  {title ?? rel}
                </a>{" "}
              </>
            ))}
            <a href={frame.jsonUrl} rel="alternate" type="application/json">
              As JSON
            </a>
          </p>
          <RecordTable label="Files">
            <table>
              <thead>
                <tr>
                  <th scope="col">File</th>
                  <th scope="col">Type</th>
                  <th scope="col">Bytes</th>
                  <th scope="col">SHA-256</th>
                  <th scope="col">Look at it</th>
                </tr>
              </thead>
              <tbody>
                {files.map((file) => (
                  <tr>
                    <td>
                      <a href={file.href} type={file.type}>
                        {file.name}
                      </a>
                    </td>
                    <td>{file.type}</td>
                    <td>{String(file.length)}</td>
                    <td>{file["file:checksum"]?.slice(4) ?? ""}</td>
                    <td>
                      {lookedAt.has(file.name) ? (
                        <a href={lookAt(file.name)} aria-label={`Look at ${file.name}`}>
                          Look
                        </a>
                      ) : null}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </RecordTable>
          {shown.length === 0 ? null : (
            <section class="card" id="look">
              {shown.map((item) => (
                <Item item={item} />
              ))}
            </section>
          )}
        </Layout>
      )}`,
  };
}

/** A link to this page, which has more than one address. */
function lookAt(name: string): string {
  return `?f=html&look=${encodeURIComponent(name)}#look`;
}
