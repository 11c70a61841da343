import type { DirectoryDocument } from "../domain/documents/directory.ts";
import { Layout } from "./layout.tsx";
import { type Page, policyOf } from "./page.ts";

/** The page of a published directory: a link to each file, whose addresses are relative to the directory's own. */
export const directoryPage: Page<DirectoryDocument> = {
  policy: () => policyOf(),
  render: (frame, { files, links, length }) =>
    `<!doctype html>${(
      <Layout {...frame}>
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
        <div class="wide">
          <table>
            <thead>
              <tr>
                <th scope="col">File</th>
                <th scope="col">Type</th>
                <th scope="col">Bytes</th>
                <th scope="col">SHA-256</th>
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
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Layout>
    )}`,
};
