import type { DirectoryDocument } from "../../domain/documents/directory.ts";
import type { ResultItem } from "../../domain/documents/result-view.ts";
import type { ViewSettings } from "../../domain/documents/view-settings.ts";
import { Layout } from "../shared/layout.tsx";
import { type Page, policyOf } from "../shared/page.ts";
import { RecordHead, RecordTable } from "../shared/record-table.tsx";
import { ViewsHead, viewsAllowed } from "../shared/views.tsx";
import { Item } from "./results.tsx";

/** What the page of a directory shows of its files. */
export type DirectoryView = {
  /** The files that are shown below their list. */
  readonly shown: readonly ResultItem[];
  /** Where the files are looked at that can be shown, by their names. */
  readonly looks: ReadonlyMap<string, string>;
  readonly settings: ViewSettings;
};

/** Builds the page of a published directory: what each file is looked at and downloaded by, and some of them to look at. */
export function directoryPage({ shown, looks, settings }: DirectoryView): Page<DirectoryDocument> {
  return {
    policy: (frame) => policyOf({ views: viewsAllowed(frame, settings) }),
    render: (frame, { files, links, length }) =>
      `<!doctype html>${(
        <Layout {...frame} head={<ViewsHead frame={frame} />}>
          <p>
            {`${files.length} ${files.length === 1 ? "file" : "files"}, ${length} bytes. `}
            {links
              .filter(({ rel }) => rel !== "self")
              .map(({ href, rel, title, type }) => (
                <>
                  <a href={href} rel={rel} type={type}>
                    {rel === "enclosure" ? "All files as one zip" : (title ?? rel)}
                  </a>{" "}
                </>
              ))}
            <a href={frame.jsonUrl} rel="alternate" type="application/json">
              As JSON
            </a>
          </p>
          <RecordTable label="Files">
            <table>
              <RecordHead titles={["File", "Type", "Bytes", "SHA-256"]} />
              <tbody>
                {files.map((file) => (
                  <tr>
                    <td>{looks.has(file.name) ? <a href={looks.get(file.name)}>{file.name}</a> : file.name}</td>
                    <td>{file.type}</td>
                    <td>{String(file.length)}</td>
                    <td>{file["file:checksum"]?.slice(4) ?? ""}</td>
                    <td>
                      <a
                        href={file.href}
                        type={file.type}
                        download={lastName(file.name)}
                        aria-label={`Download ${file.name}`}
                      >
                        Download
                      </a>
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

/** A browser keeps a file by the last name of its path. */
function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
